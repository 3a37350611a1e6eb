//! The simulated servers as a program.

use std::{
    io::{self, Write as _},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use clap::{Args, Parser, Subcommand};
use clock::SystemClock;
use simulators::{
    metakocka::{Company, Simulator},
    users::{self, UserServer},
};

/// Serves what Lockstep talks to, with the faults of the real thing. It changes while it runs, under /_control.
#[derive(Debug, Parser)]
#[command(name = "simulators", version, disable_help_subcommand = true)]
struct Cli {
    /// Which server.
    #[command(subcommand)]
    server: Server,
}

#[derive(Debug, Subcommand)]
enum Server {
    /// A server of directory users
    Users {
        #[command(flatten)]
        place: Place,
        /// How many users it has
        #[arg(long, default_value_t = 25)]
        count: u32,
    },
    /// Metakocka, with one company
    Metakocka {
        #[command(flatten)]
        place: Place,
        /// Its `company_id`
        #[arg(long, default_value = "16")]
        company: String,
        /// Its `secret_key`
        #[arg(long, default_value = "secret-key-of-16")]
        key: String,
    },
}

#[derive(Debug, Args)]
struct Place {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// 0: any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
}

impl Place {
    fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().server {
        Server::Users { place, count } => {
            let people = users::people(count);
            let server =
                UserServer::start_at(place.address(), people, Arc::new(SystemClock)).await?;
            writeln!(io::stdout().lock(), "{}", server.url())?;
            until_stopped(server.run()).await
        }
        Server::Metakocka {
            place,
            company,
            key,
        } => {
            let simulator = Simulator::default();
            simulator.open(Company::new(&company, &key));
            let server = simulator.serve_at(place.address()).await?;
            writeln!(io::stdout().lock(), "{}", server.url())?;
            until_stopped(server.run()).await
        }
    }
}

/// Serves until Ctrl-C.
async fn until_stopped(server: impl Future<Output = ()>) -> anyhow::Result<()> {
    tokio::select! {
        () = server => Ok(()),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
