//! Both databases as repositories meet them.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use database::{Backend, CheckedCache, Database, DatabaseUrl, StorageError, Watch, in_one_moment};
use sea_orm::{ConnectionTrait, Statement};
use test_support::{TestDatabase, on_both};
use tokio::task::JoinSet;

on_both!(
    what_fails_is_rolled_back_and_what_commits_is_told,
    the_version_changes_with_every_commit_of_anybody_and_with_nothing_else,
    a_cached_value_is_given_out_only_while_nothing_was_committed,
    a_mark_moves_with_its_tables_only_whoever_changes_them,
    within_one_moment_the_version_stays_until_an_own_commit,
    many_writers_at_once_lose_nothing_and_see_no_lock,
    writers_in_two_processes_lose_nothing,
);

const TABLE: &str = "CREATE TABLE counters (id BIGINT PRIMARY KEY, value BIGINT NOT NULL)";

async fn prepare(test: &TestDatabase) {
    test.tamper(TABLE).await;
    test.tamper("INSERT INTO counters VALUES (1, 0), (2, 0)")
        .await;
}

async fn value(database: &Database, id: i64) -> i64 {
    let read = database.read(|connection| async move {
        let sql = "SELECT value FROM counters WHERE id = $1";
        let statement =
            Statement::from_sql_and_values(connection.get_database_backend(), sql, [id.into()]);
        let row = connection.query_one_raw(statement).await?.unwrap();
        Ok::<i64, StorageError>(row.try_get_by_index(0)?)
    });
    read.await.unwrap()
}

async fn add(database: &Database, id: i64) -> Result<(), StorageError> {
    database
        .write(|transaction| async move {
            let sql = format!("UPDATE counters SET value = value + 1 WHERE id = {id}");
            transaction.execute_unprepared(&sql).await?;
            Ok(())
        })
        .await
}

async fn what_fails_is_rolled_back_and_what_commits_is_told(test: TestDatabase) {
    prepare(&test).await;
    let mut commits = test.database().commits();
    let failed = test.database().write(|transaction| async move {
        transaction
            .execute_unprepared("UPDATE counters SET value = 7")
            .await?;
        Err::<(), _>(StorageError::Corrupt("on purpose".to_owned()))
    });
    assert!(matches!(failed.await, Err(StorageError::Corrupt(_))));
    assert_eq!(value(test.database(), 1).await, 0);
    assert!(!commits.has_changed().unwrap());
    add(test.database(), 1).await.unwrap();
    assert_eq!(value(test.database(), 1).await, 1);
    assert!(commits.has_changed().unwrap());
    commits.mark_unchanged();
}

async fn the_version_changes_with_every_commit_of_anybody_and_with_nothing_else(
    test: TestDatabase,
) {
    prepare(&test).await;
    let (here, other) = (test.database(), test.another_node().await);
    if here.backend() == Backend::Sqlite {
        // On a shared server the transactions of other tests count too; they cost a query, never a stale answer.
        let before = here.version().await.unwrap();
        assert_eq!(here.version().await.unwrap(), before, "nothing happened");
    }
    for writer in [here, &other] {
        let before = here.version().await.unwrap();
        add(writer, 1).await.unwrap();
        assert_ne!(here.version().await.unwrap(), before);
    }
}

async fn a_cached_value_is_given_out_only_while_nothing_was_committed(test: TestDatabase) {
    prepare(&test).await;
    let other = test.another_node().await;
    let cache = CheckedCache::new(test.database().clone(), Watch::Everything, 10);
    let loads = Arc::new(AtomicU32::new(0));
    let read = || async {
        let load = async {
            loads.fetch_add(1, Ordering::Relaxed);
            Ok::<_, StorageError>(value(test.database(), 1).await)
        };
        cache.get_or_load("one", load).await.unwrap()
    };
    for expected in 0..20 {
        assert_eq!(read().await, expected);
        assert_eq!(read().await, expected);
        add(&other, 1).await.unwrap();
    }
    if test.database().backend() == Backend::Sqlite {
        assert_eq!(
            loads.load(Ordering::Relaxed),
            20,
            "every second read is answered from memory"
        );
    }
}

async fn a_mark_moves_with_its_tables_only_whoever_changes_them(test: TestDatabase) {
    prepare(&test).await;
    let accounts = Watch::Mark("accounts");
    let version = async || test.database().version().await.unwrap();
    let before = version().await;
    add(test.database(), 1).await.unwrap();
    assert!(
        before.is_same(&version().await, accounts),
        "a booking, say, has nothing to do with accounts"
    );
    for statement in [
        "INSERT INTO accounts (id, email, email_key, name, role, password_hash, created_at, updated_at) \
         VALUES ('a', 'a@b.c', 'a@b.c', 'A', 'customer', '-', 0, 0)",
        "UPDATE accounts SET name = 'B' WHERE id = 'a'",
        "INSERT INTO organizations (id, name, created_at) VALUES ('o', 'O', 0)",
        "INSERT INTO organization_members (organization_id, account_id, role, created_at) VALUES ('o', 'a', 'admin', 0)",
        "DELETE FROM organizations WHERE id = 'o'",
        "INSERT INTO service_tokens (id, name, hash, scopes, created_by, created_at) VALUES ('t', 'T', '-', '', 'a', 0)",
        "DELETE FROM service_tokens",
        "DELETE FROM accounts",
    ] {
        let before = version().await;
        test.tamper(statement).await;
        assert!(!before.is_same(&version().await, accounts), "{statement}");
    }
}

async fn within_one_moment_the_version_stays_until_an_own_commit(test: TestDatabase) {
    prepare(&test).await;
    let other = test.another_node().await;
    in_one_moment(async {
        let before = test.database().version().await.unwrap();
        add(&other, 1).await.unwrap();
        // `other` shares the moment of this piece of work, so its commit ends it, as one of our own would.
        assert_ne!(test.database().version().await.unwrap(), before);
        let before = test.database().version().await.unwrap();
        test.tamper("UPDATE counters SET value = 7").await;
        assert_eq!(
            test.database().version().await.unwrap(),
            before,
            "somebody else's commit comes a moment later"
        );
    })
    .await;
    let before = test.database().version().await.unwrap();
    test.tamper("UPDATE counters SET value = 8").await;
    assert_ne!(test.database().version().await.unwrap(), before);
}

/// Half of them take the two rows in the other order: Postgres finds deadlocks, which no caller sees.
async fn many_writers_at_once_lose_nothing_and_see_no_lock(test: TestDatabase) {
    prepare(&test).await;
    let mut writers = JoinSet::new();
    for writer in 0..3 {
        let database = test.database().clone();
        writers.spawn(async move {
            for _ in 0..5 {
                let order: [i64; 2] = if writer % 2 == 0 { [1, 2] } else { [2, 1] };
                let written = database.write(|transaction| async move {
                    for id in order {
                        let sql = format!("UPDATE counters SET value = value + 1 WHERE id = {id}");
                        transaction.execute_unprepared(&sql).await?;
                    }
                    Ok::<_, StorageError>(())
                });
                written.await.unwrap();
            }
        });
    }
    writers.join_all().await;
    assert_eq!(
        (
            value(test.database(), 1).await,
            value(test.database(), 2).await
        ),
        (15, 15)
    );
}

async fn writers_in_two_processes_lose_nothing(test: TestDatabase) {
    prepare(&test).await;
    let mut writers = JoinSet::new();
    for node in [test.another_node().await, test.another_node().await] {
        writers.spawn(async move {
            for _ in 0..25 {
                add(&node, 1).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    assert_eq!(value(test.database(), 1).await, 50);
}

#[tokio::test]
async fn sqlite_makes_the_folder_and_runs_in_the_mode_that_survives_a_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite://{}/a/b/lockstep.db?mode=rwc",
        folder.path().display()
    );
    let database = Database::connect(&url.parse::<DatabaseUrl>().unwrap())
        .await
        .unwrap();
    for (pragma, expected) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
    ] {
        let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
        let statement = Statement::from_string(database.writer().get_database_backend(), sql);
        let row = database
            .writer()
            .query_one_raw(statement)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            row.try_get_by_index::<String>(0).unwrap(),
            expected,
            "{pragma}"
        );
    }
    database.close().await;
    assert!(folder.path().join("a/b/lockstep.db").exists());
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_said_so_at_once() {
    let url: DatabaseUrl = "postgres://nobody@127.0.0.1:1/nothing".parse().unwrap();
    assert!(Database::connect(&url).await.is_err());
    let url: DatabaseUrl = "sqlite:///proc/nowhere/lockstep.db?mode=rwc"
        .parse()
        .unwrap();
    assert!(Database::connect(&url).await.is_err());
}
