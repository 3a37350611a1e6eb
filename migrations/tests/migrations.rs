//! Up, down, up on both databases; two nodes at once; a schema from the future.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use migrations::MigrateError;
use sea_orm::{ConnectionTrait, Statement};
use test_support::{TestDatabase, on_both};

on_both!(
    up_down_and_up_again_ends_in_the_same_schema,
    nodes_that_start_together_wait_for_each_other,
    a_schema_newer_than_the_binary_is_refused,
    a_schema_older_than_the_binary_is_noticed,
);

async fn schema(test: &TestDatabase) -> Vec<String> {
    let connection = test.database().reader();
    let sql = match connection.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type AS line FROM information_schema.columns \
             WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        }
        _ => "SELECT name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY 1",
    };
    let rows = connection
        .query_all_raw(Statement::from_string(
            connection.get_database_backend(),
            sql,
        ))
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect()
}

async fn up_down_and_up_again_ends_in_the_same_schema(test: TestDatabase) {
    let before = schema(&test).await;
    let steps = migrations::status(test.database()).await.unwrap().len();
    migrations::down(test.database(), u32::try_from(steps).unwrap())
        .await
        .unwrap();
    let status = migrations::status(test.database()).await.unwrap();
    assert!(status.iter().all(|migration| !migration.applied));
    let empty = schema(&test).await;
    assert!(
        !empty.iter().any(|line| line.contains("booking")),
        "{empty:?}"
    );
    migrations::up(test.database()).await.unwrap();
    assert_eq!(schema(&test).await, before);
    migrations::check(test.database()).await.unwrap();
}

async fn nodes_that_start_together_wait_for_each_other(test: TestDatabase) {
    let before = schema(&test).await;
    migrations::down(test.database(), 3).await.unwrap();
    let nodes = [
        test.another_node().await,
        test.another_node().await,
        test.another_node().await,
    ];
    let [a, b, c] = &nodes;
    let (a, b, c) = tokio::join!(migrations::up(a), migrations::up(b), migrations::up(c));
    a.and(b).and(c).unwrap();
    assert_eq!(schema(&test).await, before);
}

async fn a_schema_newer_than_the_binary_is_refused(test: TestDatabase) {
    test.tamper(
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 0)",
    )
    .await;
    let newer =
        |error| matches!(error, MigrateError::Newer(name) if name == "m9999_from_the_future");
    assert!(newer(migrations::check(test.database()).await.unwrap_err()));
    assert!(newer(migrations::up(test.database()).await.unwrap_err()));
    assert!(newer(
        migrations::down(test.database(), 1).await.unwrap_err()
    ));
}

async fn a_schema_older_than_the_binary_is_noticed(test: TestDatabase) {
    migrations::down(test.database(), 1).await.unwrap();
    assert!(matches!(
        migrations::check(test.database()).await,
        Err(MigrateError::Older(_))
    ));
}
