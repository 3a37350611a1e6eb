use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{fill, writes::order};
use crate::{
    http::{CLIENTS, Client, p99},
    node::Node,
    report::{Limit, Row},
    seed::Place,
};

/// As many more than the usual clients.
const TIMES: usize = 10;
const USUAL: Duration = Duration::from_secs(8);
const FLOOD: Duration = Duration::from_secs(30);
/// All is as before so soon.
const AFTER: Duration = Duration::from_secs(1);

/// What the clients of some time were told.
struct Told {
    served: Vec<Duration>,
    refused: usize,
}

/// Ten times the clients that keep a gateway busy, who come again at once when they are sent away.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let place = Place::postgres("bench_stock_overload").await?;
    let node = Node::start(&place.url()).await?;
    let token = Arc::new(node.sign_in().await?);
    fill(&node, &token, 1).await?;
    let usual = flood(&node, &token, ("usual", CLIENTS), USUAL).await?;
    let before = node.memory("VmRSS")?;
    let flooded = flood(&node, &token, ("flood", TIMES * CLIENTS), FLOOD).await?;
    let peak = node.memory("VmHWM")?;
    let after = flood(&node, &token, ("after", CLIENTS), AFTER).await?;
    let served = flooded.served.len();
    let [usual, late, after] = [usual, flooded, after].map(|told| (p99(told.served), told.refused));
    let row = |what: &str, measured: Duration| Row {
        what: format!("`POST /api/stock/reduce`, {what}, Postgres: p99 of who is served"),
        measured: millis(measured),
        baseline: format!("{CLIENTS} clients {}", millis(usual.0)),
        value: measured.as_secs_f64() / usual.0.as_secs_f64(),
        limit: Limit::AtMost(2.0),
    };
    let clients = TIMES * CLIENTS;
    let seconds = FLOOD.as_secs();
    let flood = format!(
        "{clients} clients for {seconds} s ({served} served, {} sent away)",
        late.1
    );
    Ok(vec![
        row(&flood, late.0),
        row("the second after that", after.0),
        Row {
            what: format!("`POST /api/stock/reduce`, {clients} clients: peak memory, MB"),
            measured: format!("{peak:.1} MB"),
            baseline: format!("{CLIENTS} clients {before:.1} MB"),
            value: peak,
            limit: Limit::AtMost(100.0),
        },
    ])
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Lets `clients` order for `time`, each as soon as it has an answer.
async fn flood(
    node: &Node,
    token: &Arc<String>,
    (name, clients): (&'static str, usize),
    time: Duration,
) -> anyhow::Result<Told> {
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for client in 0..clients {
        let mut connection = Client::connect(&node.address, token).await?;
        tasks.spawn(async move {
            let (mut served, mut refused) = (Vec::new(), 0);
            while started.elapsed() < time {
                let id = format!("{name}-{client}-{}", served.len());
                let (method, path, body) = order(&id, 0);
                let sent = Instant::now();
                match connection.send(method, &path, body).await? {
                    (200, _) => served.push(sent.elapsed()),
                    (503, _) => refused += 1,
                    (status, answer) => anyhow::bail!("{path}: {status} {answer:?}"),
                }
            }
            Ok((served, refused))
        });
    }
    let mut told = Told {
        served: Vec::new(),
        refused: 0,
    };
    while let Some(done) = tasks.join_next().await {
        let (served, refused) = done??;
        told.served.extend(served);
        told.refused += refused;
    }
    Ok(told)
}
