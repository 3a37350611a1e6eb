#![doc = include_str!("../README.md")]

mod app;
mod cli;
mod commands;
mod config;
mod demo;
mod health;
mod layers;
mod openapi;
mod panel;
mod partners;
mod providers;
mod reactions;
mod router;
mod server;
mod start;
mod telemetry;
mod wiring;
mod workers;

pub use app::App;
pub use cli::{Cli, Command, CreateAdmin, Migrate};
pub use commands::run;
pub use config::{
    Config, Environment, ExternalApi, FirstAdmin, Log, LogFormat, Metakocka, RateLimits, RedisUrl,
    Secrets, Source, StartError, Storage, TokenLifetimes,
};
