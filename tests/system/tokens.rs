//! Whose request it is: access tokens, refresh tokens, service tokens, and how often strangers may ask.

mod forged;
mod limits;
mod sessions;
