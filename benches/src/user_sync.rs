use std::time::Instant;

use anyhow::Context;
use serde_json::{Value, json};
use simulators::users::{EMAIL, PASSWORD, UserServer, people};
use tokio::task::JoinSet;

use crate::{
    http::Client,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const USERS: u32 = 100_000;
const CHANGED: usize = 1_000;
const RUNS: usize = 5;
/// How long servers take for an answer, in milliseconds, beside one that takes no time. Real ones take seconds.
const ANSWERS: [u64; 2] = [10, 50];
/// How many pages are read at once, by the gateway as well.
const AT_ONCE: u32 = 4;
/// The product's own example, and how long it may take, in seconds.
const EXAMPLE: (u32, f64) = (800, 2.0);

/// What one round took, in seconds.
#[derive(Debug, Default)]
struct Figures {
    fetch: Vec<f64>,
    whole: Vec<f64>,
    execute: Vec<f64>,
    undo: Vec<f64>,
    bare_execute: Vec<f64>,
    bare_undo: Vec<f64>,
    /// Of servers that take their time: how long for an answer, fetching alone, and the whole.
    slow: Vec<(u64, f64, f64)>,
}

/// A large server of which one user in a hundred changes each time, and the product's own example.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for place in [
        Place::sqlite().await?,
        Place::postgres("bench_user_sync").await?,
    ] {
        let server = UserServer::start(people(USERS)).await?;
        let example = example(&place).await?;
        first_sync(&place, &server).await?;
        // A new process: what the first sync of everybody took is not what this is about.
        let node = Node::start(&place.url()).await?;
        let mut admin = Client::connect(&node.address, &node.sign_in().await?).await?;
        let mut figures = Figures::default();
        for run in 0..RUNS {
            round(&place, &server, &mut admin, (run, &mut figures)).await?;
        }
        let peak = node.memory("VmHWM")?;
        for (run, answer) in (RUNS..).zip(ANSWERS) {
            let (fetch, whole) = slow(&server, &mut admin, (run, answer)).await?;
            figures.slow.push((answer, fetch, whole));
        }
        rows.extend(rows_of(&place, &figures, peak, example));
    }
    Ok(rows)
}

async fn locate(admin: &mut Client, id: u32, server: &UserServer) -> anyhow::Result<()> {
    let body = json!({"id": id, "locationCode": "L", "locationName": "L", "onlineUrl": server.url(), "email": EMAIL,
        "password": PASSWORD});
    admin
        .json("POST", "/api/directory/locations", &body)
        .await?;
    Ok(())
}

/// Previews and carries out; the run, and how long carrying out took.
async fn sync(admin: &mut Client, id: u32) -> anyhow::Result<(Value, f64)> {
    let path = format!("/api/user-sync/locations/{id}/preview");
    let preview = admin.json("POST", &path, &json!({})).await?;
    let path = format!("/api/user-sync/locations/{id}/execute?wait=true");
    let body = json!({"previewId": preview["previewId"]});
    let started = Instant::now();
    let run = admin.json("POST", &path, &body).await?;
    Ok((run, started.elapsed().as_secs_f64()))
}

/// Eight hundred users that are all new, from the first page until they are there.
async fn example(place: &Place) -> anyhow::Result<f64> {
    let server = UserServer::start(people(EXAMPLE.0)).await?;
    let node = Node::start(&place.url()).await?;
    let mut admin = Client::connect(&node.address, &node.sign_in().await?).await?;
    locate(&mut admin, 1, &server).await?;
    let started = Instant::now();
    let (run, _) = sync(&mut admin, 1).await?;
    anyhow::ensure!(run["added"] == EXAMPLE.0, "not all were added: {run}");
    Ok(started.elapsed().as_secs_f64())
}

async fn first_sync(place: &Place, server: &UserServer) -> anyhow::Result<()> {
    let node = Node::start(&place.url()).await?;
    let mut admin = Client::connect(&node.address, &node.sign_in().await?).await?;
    locate(&mut admin, 8, server).await?;
    let (run, _) = sync(&mut admin, 8).await?;
    anyhow::ensure!(run["added"] == USERS, "not all were added: {run}");
    place.execute("ANALYZE").await
}

/// Changes one user in a hundred.
fn change(server: &UserServer, run: usize) {
    server.edit_users(|users| {
        for user in users.iter_mut().skip(run).step_by(100) {
            user.name = format!("{} {run}", user.name);
        }
    });
}

async fn round(
    place: &Place,
    server: &UserServer,
    admin: &mut Client,
    (run, figures): (usize, &mut Figures),
) -> anyhow::Result<()> {
    change(server, run);
    figures.fetch.push(fetch(server).await?);
    let started = Instant::now();
    let (done, execute) = sync(admin, 8).await?;
    figures.whole.push(started.elapsed().as_secs_f64());
    anyhow::ensure!(done["updated"] == CHANGED, "not all were updated: {done}");
    figures.execute.push(execute);
    let id = done["runId"].as_str().context("no run")?;
    let bare_execute = bare(place, include_str!("sql/user_sync_execute.sql"), (id, run));
    figures.bare_execute.push(bare_execute.await?);
    let path = format!("/api/user-sync/runs/{id}/undo");
    let started = Instant::now();
    let undone = admin.json("POST", &path, &json!({})).await?;
    figures.undo.push(started.elapsed().as_secs_f64());
    anyhow::ensure!(
        undone["restored"] == CHANGED,
        "not all were restored: {undone}"
    );
    let bare_undo = bare(place, include_str!("sql/user_sync_undo.sql"), (id, run));
    figures.bare_undo.push(bare_undo.await?);
    // The next round begins where the server is.
    sync(admin, 8).await?;
    Ok(())
}

/// The same with a server that takes its time, once: a thousand pages take as long as they take.
async fn slow(
    server: &UserServer,
    admin: &mut Client,
    (run, answer): (usize, u64),
) -> anyhow::Result<(f64, f64)> {
    server.behave(|behavior| {
        behavior.sign_in_ms = answer;
        behavior.page_ms = answer;
    });
    change(server, run);
    let fetch = fetch(server).await?;
    let started = Instant::now();
    let (done, _) = sync(admin, 8).await?;
    let whole = started.elapsed().as_secs_f64();
    anyhow::ensure!(done["updated"] == CHANGED, "not all were updated: {done}");
    Ok((fetch, whole))
}

/// Reads the same pages and does nothing with them.
async fn fetch(server: &UserServer) -> anyhow::Result<f64> {
    let address = server.url().replace("http://", "");
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let started = Instant::now();
    let mut client = Client::connect(&address, "").await?;
    let answer = client.json("POST", "/api/auth/login", &body).await?;
    let token = answer["object"]["access_token"]
        .as_str()
        .context("no token")?;
    let mut readers = JoinSet::new();
    for first in 1..=AT_ONCE {
        let mut reader = Client::connect(&address, token).await?;
        readers.spawn(async move {
            for page in (first..=USERS.div_ceil(100)).step_by(AT_ONCE as usize) {
                let path =
                    format!("/api/conf/users?q=&limit=100&page={page}&sort=id_user&order=desc");
                reader.send("GET", &path, "".into()).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(read) = readers.join_next().await {
        read??;
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Bare statements that leave behind what such a run must leave behind, of the users that the run `id` changed, in one
/// transaction.
async fn bare(place: &Place, script: &str, (id, run): (&str, usize)) -> anyhow::Result<f64> {
    let begin = match place {
        Place::Sqlite { .. } => "BEGIN IMMEDIATE",
        Place::Postgres { .. } => "BEGIN",
    };
    let script = script
        .replace("{id}", id)
        .replace("{run}", &run.to_string());
    let script = format!("{begin};\n{script}\nCOMMIT;");
    let started = Instant::now();
    place.execute(&script).await?;
    Ok(started.elapsed().as_secs_f64())
}

fn rows_of(place: &Place, figures: &Figures, peak: f64, example: f64) -> Vec<Row> {
    let what = |what: &str| format!("user sync, {what}, {}", place.name());
    let of = |figures: &[f64]| median(figures.to_vec());
    let against = |name: &str, measured: f64, baseline: (f64, &str), limit| Row {
        what: what(&format!("{USERS} users, {CHANGED} changed: {name}")),
        measured: format!("{:.0} ms", measured * 1_000.0),
        baseline: format!("{} {:.0} ms", baseline.1, baseline.0 * 1_000.0),
        value: measured / baseline.0,
        limit: Limit::AtMost(limit),
    };
    let on_bare =
        |name, measured: &[f64], bare| against(name, of(measured), (bare, "bare SQL"), 2.0);
    let on_fetch = |name: &str, measured, fetch| {
        let name = format!("first page to applied, {name}");
        against(&name, measured, (fetch, "fetching alone"), 1.3)
    };
    let at_once = "from a server on the same cores that takes no time";
    let mut rows = vec![
        on_bare("execute", &figures.execute, of(&figures.bare_execute)),
        on_bare("undo", &figures.undo, of(&figures.bare_undo)),
        on_fetch(at_once, of(&figures.whole), of(&figures.fetch)),
        Row {
            what: what(&format!("{USERS} users: peak memory, MB")),
            measured: format!("{peak:.0} MB"),
            baseline: "–".to_owned(),
            value: peak,
            limit: Limit::AtMost(150.0),
        },
        Row {
            what: what(&format!(
                "{} new users, first page to applied, s",
                EXAMPLE.0
            )),
            measured: format!("{example:.2} s"),
            baseline: "–".to_owned(),
            value: example,
            limit: Limit::AtMost(EXAMPLE.1),
        },
    ];
    let slow = figures.slow.iter().map(|(answer, fetch, whole)| {
        let name = format!("{answer} ms an answer");
        on_fetch(&name, *whole, *fetch)
    });
    rows.extend(slow);
    rows
}
