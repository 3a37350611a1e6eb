use std::time::{Duration, Instant};

use serde_json::json;

use super::{cores, tokens, wire::Client};
use crate::{
    http::{self, p99},
    node::Node,
    report::{Limit, Row},
    seed::Place,
};

const CHANGES: u32 = 500;

/// How long it takes from a change over REST until its customer has heard of it, while nothing else happens.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let sqlite = cores::on_own_core(|| async {
        let place = Place::sqlite().await?;
        let node = seeded(&place).await?;
        measure(&node, &node).await
    });
    let sqlite = sqlite.await?;
    let postgres = cores::on_own_core(|| async {
        let place = Place::postgres("bench_delay").await?;
        let near = seeded(&place).await?;
        let far = Node::start_on(cores::OF_SERVERS, &place.url()).await?;
        measure(&near, &far).await
    });
    let postgres = postgres.await?;
    let row = |what: &str, delay: Duration, limit| Row {
        what: format!("change over REST to event at the client, {what}: p99, ms"),
        measured: format!("{:.1} ms", delay.as_secs_f64() * 1000.0),
        baseline: "–".to_owned(),
        value: delay.as_secs_f64() * 1000.0,
        limit: Limit::AtMost(limit),
    };
    Ok(vec![
        row("SQLite", sqlite, 20.0),
        row("Postgres, from one node to another", postgres, 50.0),
    ])
}

async fn seeded(place: &Place) -> anyhow::Result<Node> {
    place.fill(1, CHANGES).await?;
    place.assign(1).await?;
    Node::start_on(cores::OF_SERVERS, &place.url()).await
}

async fn measure(near: &Node, far: &Node) -> anyhow::Result<Duration> {
    let token = tokens::issue("customer-0", "customer")?;
    let mut client = Client::join(&far.address, "/customer", Some(&token)).await?;
    let admin = near.sign_in().await?;
    let mut rest = http::Client::connect(&near.address, &admin).await?;
    let mut delays = Vec::new();
    for number in 0..CHANGES {
        let (path, body) = (
            format!("/bookings/booking-{number}"),
            json!({"status": "IN_PROGRESS"}),
        );
        let sent = Instant::now();
        rest.json("PATCH", &path, &body).await?;
        loop {
            let packet = client.packet().await?;
            if packet.starts_with(b"2/customer,[\"booking:status_updated\"") {
                break;
            }
        }
        delays.push(sent.elapsed());
    }
    Ok(p99(delays))
}
