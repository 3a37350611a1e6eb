use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use test_support::TestDatabase;

/// Every row of every table, as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot(Vec<(String, String)>);

impl Snapshot {
    /// What was written between this one and `other`.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = self.0.iter().zip(&other.0);
        let changed = pairs.filter(|(before, after)| before != after);
        changed
            .map(|(before, after)| {
                let added = after.1.lines().filter(|row| !before.1.contains(row));
                let removed = before.1.lines().filter(|row| !after.1.contains(row));
                format!(
                    "{}: added {:?}, removed {:?}",
                    before.0,
                    added.collect::<Vec<_>>(),
                    removed.collect::<Vec<_>>()
                )
            })
            .collect()
    }
}

/// Reads a database beside whoever uses it.
pub(super) struct Reader {
    connection: Connection,
    query: String,
}

enum Connection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// For each table, a query that makes one text of it. Refused syncs are meant to leave a line in the history, and
/// validations are told of when somebody has the time, as notifications are made.
const SQLITE_TABLES: &str = r#"
    SELECT 'SELECT ''' || m.name || ''', (SELECT group_concat(r, char(10)) FROM (SELECT '
        || (SELECT group_concat('quote("' || name || '")', ' || ''|'' || ') FROM pragma_table_info(m.name))
        || ' AS r FROM "' || m.name || '"'
        || CASE m.name WHEN 'booking_history' THEN ' WHERE outcome <> ''refused'''
           WHEN 'outbox' THEN ' WHERE event NOT IN (''STOCK_VALIDATED'', ''notification:new'')'
           WHEN 'notifications' THEN ' WHERE read_at IS NOT NULL'
           WHEN 'notification_cursor' THEN ' WHERE 1 = 0' ELSE '' END
        || ' ORDER BY 1))', NULL
    FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name"#;
const POSTGRES_TABLES: &str = r"
    SELECT format('SELECT %L, (SELECT string_agg(t::text, chr(10) ORDER BY t::text) FROM %I t%s)', tablename, tablename,
        CASE tablename WHEN 'booking_history' THEN ' WHERE outcome <> ''refused'''
            WHEN 'outbox' THEN ' WHERE event NOT IN (''STOCK_VALIDATED'', ''notification:new'')'
            WHEN 'notifications' THEN ' WHERE read_at IS NOT NULL'
            WHEN 'notification_cursor' THEN ' WHERE 1 = 0' ELSE '' END), NULL::text
    FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";

impl Reader {
    pub(super) async fn open(test: &TestDatabase) -> Self {
        let url = test.url();
        let (mut connection, tables) = if url.starts_with("sqlite") {
            let connection = SqliteConnection::connect(url).await.unwrap();
            (Connection::Sqlite(connection.into()), SQLITE_TABLES)
        } else {
            let connection = PgConnection::connect(url).await.unwrap();
            (Connection::Postgres(connection.into()), POSTGRES_TABLES)
        };
        let selects = connection.rows(tables).await.into_iter();
        let selects: Vec<_> = selects.map(|(select, _)| select).collect();
        assert!(selects.len() > 10, "{selects:?}");
        let query = selects.join(" UNION ALL ");
        Self { connection, query }
    }

    pub(super) async fn snapshot(&mut self) -> Snapshot {
        let rows = self.connection.rows(&self.query).await.into_iter();
        Snapshot(
            rows.map(|(table, rows)| (table, rows.unwrap_or_default()))
                .collect(),
        )
    }
}

impl Connection {
    async fn rows(&mut self, query: &str) -> Vec<(String, Option<String>)> {
        let query = AssertSqlSafe(query.to_owned());
        let rows = match self {
            Self::Sqlite(connection) => sqlx::query_as(query).fetch_all(connection.as_mut()).await,
            Self::Postgres(connection) => {
                sqlx::query_as(query).fetch_all(connection.as_mut()).await
            }
        };
        rows.unwrap()
    }
}
