use tokio::task::JoinSet;

use super::{cores, tokens, wire::Client};
use crate::{
    http::CLIENTS,
    node::Node,
    report::{Limit, Row},
    seed::Place,
};

const SOCKETS: u32 = 10_000;

/// What an idle websocket of somebody who has signed in takes of memory.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let (empty, full) = cores::on_own_core(measure).await?;
    let each = (full - empty) * 1024.0 / f64::from(SOCKETS);
    Ok(vec![Row {
        what: format!("memory of an idle websocket, {SOCKETS} of them, kB"),
        measured: format!("{full:.0} MB"),
        baseline: format!("the empty server {empty:.0} MB"),
        value: each,
        limit: Limit::AtMost(30.0),
    }])
}

async fn measure() -> anyhow::Result<(f64, f64)> {
    let place = Place::sqlite().await?;
    place.fill(SOCKETS, 1).await?;
    let node = Node::start_on(cores::OF_SERVERS, &place.url()).await?;
    let empty = node.memory("VmRSS")?;
    let (mut coming, mut here) = (JoinSet::new(), Vec::new());
    for number in 0..SOCKETS {
        if coming.len() == CLIENTS
            && let Some(client) = coming.join_next().await
        {
            here.push(client??);
        }
        let token = tokens::issue(&format!("customer-{number}"), "customer")?;
        let address = node.address.clone();
        coming.spawn(async move { Client::join(&address, "/customer", Some(&token)).await });
    }
    while let Some(client) = coming.join_next().await {
        here.push(client??);
    }
    let full = node.memory("VmRSS")?;
    // All of them are still there.
    for client in &mut here {
        client
            .ask("/customer", "booking:untrack", &"x".into())
            .await?;
    }
    Ok((empty, full))
}
