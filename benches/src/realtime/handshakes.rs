use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::task::JoinSet;

use super::{cores, rival::Rival, tokens, wire::Client};
use crate::{
    http::CLIENTS,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const EACH: usize = 3_000;
const ACCOUNTS: u32 = 1_000;
const RUNS: usize = 5;

/// Clients connect with a token, hear that they are welcome, and go.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let (ours, node) = cores::on_own_core(compare).await?;
    Ok(vec![Row {
        what: "handshakes with a token, a CPU second".to_owned(),
        measured: format!("{ours:.0}"),
        baseline: format!("Node's `socket.io` {node:.0}"),
        value: ours / node,
        limit: Limit::AtLeast(4.0),
    }])
}

async fn compare() -> anyhow::Result<(f64, f64)> {
    let place = Place::sqlite().await?;
    place.fill(ACCOUNTS, 1).await?;
    let gateway = Node::start_on(cores::OF_SERVERS, &place.url()).await?;
    let node = Rival::node().await?;
    let names = (0..ACCOUNTS).map(|n| format!("customer-{n}"));
    let tokens: Result<Vec<_>, _> = names.map(|name| tokens::issue(&name, "customer")).collect();
    let tokens = Arc::new(tokens?);
    let (mut of_ours, mut of_node) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        of_ours.push(measure((gateway.id()?, &gateway.address), &tokens).await?);
        of_node.push(measure((node.id()?, &node.sockets), &tokens).await?);
    }
    Ok((median(of_ours), median(of_node)))
}

async fn measure(
    (process, address): (u32, &str),
    tokens: &Arc<Vec<String>>,
) -> anyhow::Result<f64> {
    let busy = cores::busy_seconds(process)?;
    let done = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (address, tokens, done) = (address.to_owned(), Arc::clone(tokens), Arc::clone(&done));
        clients.spawn(async move {
            loop {
                let number = done.fetch_add(1, Ordering::Relaxed);
                if number >= EACH {
                    return Ok::<_, anyhow::Error>(());
                }
                let token = &tokens[number % tokens.len()];
                drop(Client::join(&address, "/customer", Some(token)).await?);
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let each = EACH as f64;
    Ok(each / (cores::busy_seconds(process)? - busy))
}
