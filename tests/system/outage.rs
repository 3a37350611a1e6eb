//! The database goes away, or is locked, and comes back: who asks meanwhile is told so, and nothing said is lost.

mod load;
mod locked;
mod restart;
mod server;
