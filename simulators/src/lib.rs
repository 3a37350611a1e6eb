#![doc = include_str!("../README.md")]

pub mod metakocka;
pub mod users;

mod control;
mod damage;
mod host;
mod reply;

pub use damage::Damage;
