//! The statements that write bookings and mirrors, and the pieces that differ between the two databases.

use std::sync::LazyLock;

use database::Backend;
use sea_orm::{ConnectionTrait, DbErr, ExecResult, QueryResult, Statement, Value};

/// The fields that a mirror copies from its booking, in the columns of both tables.
const MIRRORED: [&str; 10] = [
    "booking_number",
    "customer_id",
    "partner_id",
    "service",
    "scheduled_at",
    "address",
    "amount_minor",
    "currency",
    "status",
    "assigned_status",
];

pub(super) const INSERT_BOOKING: &str = "INSERT INTO bookings (id, booking_number, customer_id, partner_id, service, \
     scheduled_at, address, amount_minor, currency, status, assigned_status, notes, created_at, updated_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

/// Also where nothing changes: it locks the row, and says whether it is at the version that is known.
pub(super) const UPDATE_BOOKING: &str = "UPDATE bookings SET customer_id = $1, partner_id = $2, service = $3, \
     scheduled_at = $4, address = $5, amount_minor = $6, currency = $7, status = $8, assigned_status = $9, notes = $10, \
     updated_at = $11, version = $12 WHERE id = $13 AND version = $14";

pub(super) const DELETE_BOOKING: &str = "DELETE FROM bookings WHERE id = $1 AND version = $2";

pub(super) const WRITE_MIRROR: &str = "INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, \
     partner_id, service, scheduled_at, address, amount_minor, currency, status, assigned_status, updated_at, \
     mirrored_at, synced_by, last_manual_sync_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
     ON CONFLICT (user_id, booking_id) DO UPDATE SET booking_number = excluded.booking_number, \
     customer_id = excluded.customer_id, partner_id = excluded.partner_id, service = excluded.service, \
     scheduled_at = excluded.scheduled_at, address = excluded.address, amount_minor = excluded.amount_minor, \
     currency = excluded.currency, status = excluded.status, assigned_status = excluded.assigned_status, \
     updated_at = excluded.updated_at, mirrored_at = excluded.mirrored_at, synced_by = excluded.synced_by, \
     last_manual_sync_at = COALESCE(excluded.last_manual_sync_at, booking_mirrors.last_manual_sync_at)";

pub(super) static INSERT_HISTORY: LazyLock<String> = LazyLock::new(|| insert_history(1));

/// For Postgres: the mirror, the line of history and the events of a change, by one way there and back instead of three.
/// The parameters are those of [`WRITE_MIRROR`], those of [`INSERT_HISTORY`], and an array for each text of the events.
pub(super) static WRITE_CHANGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH mirror AS ({WRITE_MIRROR}), history AS ({}) {}SELECT audience, event, payload, CAST($25 AS BIGINT) \
         FROM unnest(CAST($26 AS TEXT[]), CAST($27 AS TEXT[]), CAST($28 AS TEXT[])) WITH ORDINALITY \
         AS told (audience, event, payload, n) ORDER BY n",
        insert_history(17),
        outbox::INSERT
    )
});

/// The first of its nine parameters is number `first`, the last is the time.
fn insert_history(first: usize) -> String {
    let values: Vec<_> = (first..first + 9).map(|n| format!("${n}")).collect();
    format!(
        "INSERT INTO booking_history (booking_id, customer_id, call, actor_id, actor_kind, changes, outcome, error, \
         created_at) VALUES ({})",
        values.join(", ")
    )
}

/// Writes the mirrors of the bookings `b` that `condition` selects. `$1` is the time, `$2` what wrote them, `$3` the
/// time again where a person asked, else null.
pub(super) fn write_mirrors(condition: &str) -> String {
    let columns = MIRRORED.join(", ");
    let sources = MIRRORED.map(|column| format!("b.{column}")).join(", ");
    let updates = MIRRORED
        .map(|column| format!("{column} = excluded.{column}"))
        .join(", ");
    format!(
        "INSERT INTO booking_mirrors (user_id, booking_id, {columns}, updated_at, mirrored_at, synced_by, \
         last_manual_sync_at) \
         SELECT b.customer_id, b.id, {sources}, b.updated_at, CAST($1 AS BIGINT), $2, CAST($3 AS BIGINT) FROM bookings b \
         WHERE {condition} ORDER BY b.customer_id, b.id \
         ON CONFLICT (user_id, booking_id) DO UPDATE SET {updates}, updated_at = excluded.updated_at, \
         mirrored_at = excluded.mirrored_at, synced_by = excluded.synced_by, \
         last_manual_sync_at = COALESCE(excluded.last_manual_sync_at, booking_mirrors.last_manual_sync_at)"
    )
}

/// Whether the mirror `m` differs from its booking `b`.
pub(super) fn differs() -> String {
    MIRRORED
        .map(|column| format!("m.{column} IS DISTINCT FROM b.{column}"))
        .join(" OR ")
}

/// A table of the texts in the JSON array that is parameter `parameter`, in the column `value`.
pub(super) fn texts_of(backend: Backend, parameter: &str) -> String {
    match backend {
        Backend::Sqlite => format!("(SELECT value FROM json_each({parameter}))"),
        Backend::Postgres => {
            format!(
                "(SELECT value COLLATE \"C\" AS value FROM jsonb_array_elements_text(CAST({parameter} AS jsonb)) AS value)"
            )
        }
    }
}

/// The function that makes a JSON object of names and values.
pub(super) fn json_object(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "json_object",
        Backend::Postgres => "json_build_object",
    }
}

/// A JSON text, read as JSON: a value inside of which it stands is not given a quoted text.
pub(super) fn json(backend: Backend, text: &str) -> String {
    match backend {
        Backend::Sqlite => format!("json({text})"),
        Backend::Postgres => format!("CAST({text} AS json)"),
    }
}

/// A time in milliseconds as RFC 3339.
pub(super) fn rfc3339(backend: Backend, millis: &str) -> String {
    match backend {
        Backend::Sqlite => format!(
            "strftime('%Y-%m-%dT%H:%M:%S', {millis} / 1000, 'unixepoch') || printf('.%03dZ', {millis} % 1000)"
        ),
        Backend::Postgres => format!(
            "to_char(to_timestamp({millis} / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.') \
             || lpad(CAST({millis} % 1000 AS TEXT), 3, '0') || 'Z'"
        ),
    }
}

/// An amount in major units, `factor` minor ones each, as the shortest JSON number.
pub(super) fn major(backend: Backend, minor: &str, factor: i64) -> String {
    match backend {
        Backend::Sqlite => format!(
            "CASE WHEN {minor} % {factor} = 0 THEN {minor} / {factor} ELSE {minor} * 1.0 / {factor} END"
        ),
        Backend::Postgres => format!("trim_scale(CAST({minor} AS NUMERIC) / {factor})"),
    }
}

/// What makes a `SELECT` lock its rows; SQLite's transactions hold the one lock anyway.
pub(super) fn for_update(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "",
        Backend::Postgres => "FOR UPDATE",
    }
}

/// The operator that finds a [`pattern`] in a text.
pub(super) fn contains(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "GLOB",
        Backend::Postgres => "~",
    }
}

/// What finds `text` anywhere and in any case.
///
/// Which letters `LOWER` knows depends on the database and on its locale, so the pattern names both cases of each.
pub(super) fn pattern(backend: Backend, text: &str) -> String {
    let inner: String = text.chars().map(|c| either_case(backend, c)).collect();
    match backend {
        Backend::Sqlite => format!("*{inner}*"),
        Backend::Postgres => inner,
    }
}

fn either_case(backend: Backend, c: char) -> String {
    let (lower, upper) = (c.to_lowercase(), c.to_uppercase());
    // A letter with a case of several letters (ß, SS) is only itself.
    let single = |mut case: Box<dyn Iterator<Item = char>>| {
        let first = case.next();
        first.filter(|_| case.next().is_none()).unwrap_or(c)
    };
    let (lower, upper) = (single(Box::new(lower)), single(Box::new(upper)));
    match backend {
        _ if lower != upper => format!("[{lower}{upper}]"),
        Backend::Sqlite if matches!(c, '*' | '?' | '[') => format!("[{c}]"),
        Backend::Postgres if c.is_ascii_punctuation() => format!("\\{c}"),
        _ => c.to_string(),
    }
}

/// Runs a statement.
pub(super) async fn execute(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<ExecResult, DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await
}

/// The rows that a query gives.
pub(super) async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.query_all_raw(statement).await
}

/// The one number that a query gives; 0 where it gives none.
pub(super) async fn count(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<u64, DbErr> {
    let rows = query(connection, sql, values).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}
