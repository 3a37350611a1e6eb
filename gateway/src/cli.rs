//! The command line.

use clap::{Args, Parser, Subcommand};

/// Keeps bookings, stock, users, documents and every screen in step. Configured by environment variables and `.env`.
#[derive(Debug, Parser)]
#[command(name = "gateway", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Default, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM or Ctrl-C (the default)
    #[default]
    Serve,
    /// Serve a throw-away database with sample data that moves a little by itself
    Demo,
    /// Change or show the database schema
    Migrate {
        /// Which way.
        #[command(subcommand)]
        direction: Migrate,
    },
    /// Make an account with the role admin
    CreateAdmin(CreateAdmin),
    /// Look after the stock
    Stock {
        /// What to do with it.
        #[command(subcommand)]
        task: StockTask,
    },
    /// Print the OpenAPI document
    #[command(hide = true)]
    Openapi,
}

/// What to do with the schema.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Migrate {
    /// Apply what is missing
    Up,
    /// Take back the last migrations
    Down {
        /// How many
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// Show what is applied and what is missing
    Status,
}

/// What to do with the stock.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum StockTask {
    /// Compute every balance anew from the ledger and name what differs; exit code 1 if anything does
    Verify,
}

/// The account to make.
#[derive(Debug, Args)]
pub struct CreateAdmin {
    /// The address to sign in with
    #[arg(long)]
    pub email: String,
    /// 10 to 128 characters; without it one is made and printed once
    #[arg(long)]
    pub password: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn nothing_said_is_serve() {
        assert!(Cli::parse_from(["gateway"]).command.is_none());
        assert!(matches!(Command::default(), Command::Serve));
    }
}
