//! The simulated servers, called as their clients call them.

mod binary;
mod metakocka;
mod users;
