use std::{
    io::Write,
    time::{Duration, Instant},
};

use bytes::Bytes;
use sqlx::{Connection, Executor};

use crate::{
    http::{CLIENTS, load},
    node::Node,
    pgbench,
    report::{Limit, Row, median},
    seed::Place,
};

const BOOKINGS: u32 = 10_048;
const TIME: Duration = Duration::from_secs(8);
const RUNS: usize = 3;

/// What `PUT /bookings/{id}` does, statement by statement, for pgbench.
const TRANSACTION: &str = include_str!("sql/put.pgbench.sql");

/// `PUT` from keep-alive clients on Postgres against pgbench with as many.
pub(crate) async fn postgres() -> anyhow::Result<Vec<Row>> {
    let place = Place::postgres("bench_put").await?;
    place.fill(1_000, BOOKINGS).await?;
    let node = Node::start(&place.url()).await?;
    let token = node.sign_in().await?;
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(TRANSACTION.as_bytes())?;
    let bookings = format!("bookings={BOOKINGS}");
    let (mut measured, mut baseline) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        place
            .execute("VACUUM ANALYZE; CHECKPOINT")
            .await
            .or(place.execute("CHECKPOINT").await)?;
        baseline.push(
            pgbench::run(&place.url(), script.path(), TIME, &bookings)
                .await?
                .per_second,
        );
        place.execute("CHECKPOINT").await?;
        measured.push(
            load(&node.address, &token, TIME, move |client, n| {
                put(client, n + run)
            })
            .await?,
        );
    }
    Ok(vec![row(
        &place,
        median(measured),
        median(baseline),
        "pgbench",
    )])
}

/// The same on SQLite against one loop of the same transactions.
pub(crate) async fn sqlite() -> anyhow::Result<Vec<Row>> {
    let place = Place::sqlite().await?;
    place.fill(1_000, BOOKINGS).await?;
    let node = Node::start(&place.url()).await?;
    let token = node.sign_in().await?;
    let (mut measured, mut baseline) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        baseline.push(bare_loop(&place).await?);
        measured.push(
            load(&node.address, &token, TIME, move |client, n| {
                put(client, n + run)
            })
            .await?,
        );
    }
    Ok(vec![row(
        &place,
        median(measured),
        median(baseline),
        "bare loop",
    )])
}

/// Each client goes through bookings of its own and moves each to and fro, so that every request changes something.
fn put(client: usize, n: usize) -> (&'static str, String, Bytes) {
    let each = BOOKINGS as usize / CLIENTS;
    let (booking, round) = (n % each * CLIENTS + client, n / each);
    let status = if round.is_multiple_of(2) {
        "assigned"
    } else {
        "unassigned"
    };
    let body = format!(r#"{{"assignedStatus": "{status}", "address": "{n} Main St"}}"#);
    ("PUT", format!("/bookings/booking-{booking}"), body.into())
}

fn row(place: &Place, measured: f64, baseline: f64, name: &str) -> Row {
    Row {
        what: format!(
            "`PUT /bookings/{{id}}`, {CLIENTS} clients, {}",
            place.name()
        ),
        measured: format!("{measured:.0}/s"),
        baseline: format!("{name} {baseline:.0}/s"),
        value: measured / baseline,
        limit: Limit::AtLeast(0.7),
    }
}

/// Transactions per second of one connection that does nothing else.
async fn bare_loop(place: &Place) -> anyhow::Result<f64> {
    let mut connection = place.sqlite_connection().await?;
    let (started, mut done) = (Instant::now(), 0_u32);
    while started.elapsed() < TIME {
        let id = format!("booking-{}", done.wrapping_mul(7919) % BOOKINGS);
        let status = if done.is_multiple_of(2) {
            ("PARTNER_ASSIGNED", "assigned")
        } else {
            ("PENDING", "unassigned")
        };
        bare_transaction(&mut connection, &id, status).await?;
        done += 1;
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

async fn bare_transaction(
    connection: &mut sqlx::SqliteConnection,
    id: &str,
    (status, assigned): (&str, &str),
) -> anyhow::Result<()> {
    let found: (String, String, i64) = sqlx::query_as(include_str!("sql/find.sql"))
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
    let (number, customer, version) = found;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let statements = [
        sqlx::query(include_str!("sql/update.sql"))
            .bind(&customer)
            .bind(status)
            .bind(assigned)
            .bind(id)
            .bind(version),
        sqlx::query(include_str!("sql/mirror.sql"))
            .bind(&customer)
            .bind(id)
            .bind(&number)
            .bind(status)
            .bind(assigned),
        sqlx::query(include_str!("sql/history.sql"))
            .bind(id)
            .bind(&customer)
            .bind(CHANGES),
        sqlx::query(include_str!("sql/outbox.sql"))
            .bind(UPDATED)
            .bind(format!("account:{customer}"))
            .bind(MOVED),
    ];
    for statement in statements {
        transaction.execute(statement).await?;
    }
    Ok(transaction.commit().await?)
}

/// As long as what the gateway writes for such a change.
const CHANGES: &str = r#"[{"field":"address","from":"1234 Main St","to":"5678 Main St"},{"field":"status","from":"PENDING","to":"PARTNER_ASSIGNED"},{"field":"assignedStatus","from":"unassigned","to":"assigned"}]"#;
const UPDATED: &str = r#"{"assignedStatus":"assigned","bookingId":"booking-1234","bookingNumber":"BK1001234","changes":[{"field":"address","from":"1234 Main St","to":"5678 Main St"},{"field":"status","from":"PENDING","to":"PARTNER_ASSIGNED"},{"field":"assignedStatus","from":"unassigned","to":"assigned"}],"customerId":"customer-234","partnerId":null,"status":"PARTNER_ASSIGNED","updatedAt":"2026-01-31T09:30:00.000Z","version":2}"#;
const MOVED: &str = r#"{"assignedStatus":"assigned","bookingId":"booking-1234","message":"A partner has been assigned to your booking","status":"PARTNER_ASSIGNED"}"#;
