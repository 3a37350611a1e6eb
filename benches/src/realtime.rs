//! Sockets: what one costs, and how fast events reach it.

mod bare;
mod cores;
mod delay;
mod fanout;
mod handshakes;
mod idle;
mod locations;
mod rival;
mod tokens;
mod wire;

pub(crate) use self::{
    bare::serve as serve_bare, delay::run as delay, fanout::run as fanout,
    handshakes::run as handshakes, idle::run as idle, locations::run as locations,
};
