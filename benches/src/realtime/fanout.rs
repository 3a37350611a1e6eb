use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinSet};

use super::{cores, rival::Rival, wire::Client};
use crate::{
    http,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

/// Clients in the room.
const ROOM: u64 = 1_000;
/// Events that are on their way at once: many, and few.
const IN_FLIGHT: [u64; 2] = [16, 4];
const TIME: Duration = Duration::from_secs(4);
const RUNS: usize = 5;

/// Where events are posted, and who hears them.
struct Target<'a> {
    process: u32,
    sockets: &'a str,
    posts: &'a str,
    token: &'a str,
    /// What is posted, made of what is said and its number.
    body: fn(u64) -> Value,
    is_bare: bool,
    /// Events that are on their way at once.
    in_flight: u64,
}

/// What a run came to.
#[derive(Clone, Copy, Debug)]
struct Delivered {
    /// Deliveries for each second in which the server kept its core busy.
    per_busy_second: f64,
    per_second: f64,
}

/// An event of about 150 bytes to a room of a thousand, pipelined.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for in_flight in IN_FLIGHT {
        rows.extend(compared(in_flight).await?);
    }
    Ok(rows)
}

async fn compared(in_flight: u64) -> anyhow::Result<[Row; 2]> {
    let (ours, node, bare) = cores::on_own_core(move || compare(in_flight)).await?;
    let describe = |one: Delivered| {
        format!(
            "{:.0} deliveries a CPU second ({:.0}/s)",
            one.per_busy_second, one.per_second
        )
    };
    let row = |name: &str, other: Delivered, limit| Row {
        what: format!("150 bytes to a room of {ROOM}, {in_flight} in flight, against {name}"),
        measured: describe(ours),
        baseline: format!("{name} {}", describe(other)),
        value: ours.per_busy_second / other.per_busy_second,
        limit: Limit::AtLeast(limit),
    };
    Ok([
        row("Node's `socket.io`", node, 3.0),
        row("bare tokio-tungstenite", bare, 0.65),
    ])
}

async fn compare(in_flight: u64) -> anyhow::Result<(Delivered, Delivered, Delivered)> {
    let place = Place::sqlite().await?;
    let gateway = Node::start_on(cores::OF_SERVERS, &place.url()).await?;
    let token = gateway.sign_in().await?;
    let (node, bare) = (Rival::node().await?, Rival::bare().await?);
    let (mut of_ours, mut of_node, mut of_bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let target = Target {
            process: gateway.id()?,
            sockets: &gateway.address,
            posts: &gateway.address,
            token: &token,
            body: |n| json!({"event": "STOCK_UPDATED", "data": said(n)}),
            is_bare: false,
            in_flight,
        };
        of_ours.push(measure(&target).await?);
        of_node.push(
            measure(&Target {
                process: node.id()?,
                sockets: &node.sockets,
                posts: &node.posts,
                ..target
            })
            .await?,
        );
        of_bare.push(
            measure(&Target {
                process: bare.id()?,
                sockets: &bare.sockets,
                posts: &bare.posts,
                body: |n| {
                    let mut said = said(n);
                    said["timestamp"] = "2026-12-13T10:00:00.000Z".into();
                    said
                },
                is_bare: true,
                ..target
            })
            .await?,
        );
    }
    Ok((middle(&of_ours), middle(&of_node), middle(&of_bare)))
}

/// What is said of stock; no two at a time are of one variant, for these would become one.
fn said(n: u64) -> Value {
    json!({"productId": format!("product-{:04}", n % 1_000), "size": "XL", "color": "Midnight blue", "stock": 7,
        "afterOrder": true})
}

fn middle(runs: &[Delivered]) -> Delivered {
    let figures = |of: fn(&Delivered) -> f64| median(runs.iter().map(of).collect());
    Delivered {
        per_busy_second: figures(|run| run.per_busy_second),
        per_second: figures(|run| run.per_second),
    }
}

/// How much was heard, and word of it.
#[derive(Default)]
struct Heard {
    deliveries: AtomicU64,
    news: Notify,
}

async fn measure(target: &Target<'_>) -> anyhow::Result<Delivered> {
    let heard = Arc::new(Heard::default());
    let mut room = JoinSet::new();
    for _ in 0..ROOM {
        let client = if target.is_bare {
            Client::upgrade(target.sockets, "/").await?
        } else {
            Client::join(target.sockets, "/", None).await?
        };
        room.spawn(hear(client, Arc::clone(&heard)));
    }
    let (began, busy) = (Instant::now(), cores::busy_seconds(target.process)?);
    let sent = Arc::new(AtomicU64::new(0));
    let mut posting = JoinSet::new();
    for _ in 0..target.in_flight {
        let client = http::Client::connect(target.posts, target.token).await?;
        let (sent, heard) = (Arc::clone(&sent), Arc::clone(&heard));
        let ahead = target.in_flight - 1;
        posting.spawn(post(client, (target.body, ahead), (sent, heard), began));
    }
    while let Some(posted) = posting.join_next().await {
        posted??;
    }
    let deliveries = sent.load(Ordering::Relaxed) * ROOM;
    tokio::time::timeout(TIME, until(&heard, deliveries)).await?;
    let busy = cores::busy_seconds(target.process)? - busy;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let deliveries = deliveries as f64;
    Ok(Delivered {
        per_busy_second: deliveries / busy,
        per_second: deliveries / began.elapsed().as_secs_f64(),
    })
}

/// Posts one event after the other, each when all have heard what is not among the `ahead` last ones.
async fn post(
    mut client: http::Client,
    (body, ahead): (fn(u64) -> Value, u64),
    (sent, heard): (Arc<AtomicU64>, Arc<Heard>),
    began: Instant,
) -> anyhow::Result<()> {
    while began.elapsed() < TIME {
        let number = sent.fetch_add(1, Ordering::Relaxed) + 1;
        let body = body(number).to_string();
        let (status, _) = client.send("POST", "/api/socket", body.into()).await?;
        anyhow::ensure!(status == 200, "not told: {status}");
        until(&heard, number.saturating_sub(ahead) * ROOM).await;
    }
    Ok(())
}

async fn until(heard: &Heard, deliveries: u64) {
    loop {
        let news = heard.news.notified();
        if heard.deliveries.load(Ordering::Relaxed) >= deliveries {
            return;
        }
        news.await;
    }
}

async fn hear(mut client: Client, heard: Arc<Heard>) -> anyhow::Result<()> {
    loop {
        let packet = client.packet().await?;
        if packet.starts_with(b"2") {
            let before = heard.deliveries.fetch_add(1, Ordering::Relaxed);
            if (before + 1).is_multiple_of(ROOM) {
                heard.news.notify_waiters();
            }
        }
    }
}
