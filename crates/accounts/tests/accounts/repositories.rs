use accounts::{
    AccountRepository, PasswordHash, RefreshSecret, RefreshToken, Renewal, Renewed,
    RepositoryError, SeaAccountRepository, SeaSessionRepository, SessionRepository,
};
use auth::{AccountId, Role};
use chrono::{DateTime, TimeDelta, Utc};
use database::{Database, StorageError};
use sea_orm::{ConnectionTrait, Statement};
use test_support::{TestDatabase, on_both};

use crate::support::registration;

on_both!(
    of_many_who_refresh_at_once_one_goes_on,
    a_session_does_not_begin_with_an_outdated_password,
    no_session_outlives_a_new_password,
    expired_tokens_are_taken_away,
    of_many_who_register_at_once_one_gets_the_address,
    a_row_that_the_model_refuses_is_told_apart,
);

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn renewal(at: DateTime<Utc>) -> Renewal {
    Renewal {
        hash: RefreshSecret::generate().hash(),
        at,
        expires_at: at + TimeDelta::days(30),
    }
}

fn kept() -> PasswordHash {
    PasswordHash::from_stored("$argon2id$kept")
}

async fn open(database: &Database, email: &str) -> Result<AccountId, RepositoryError> {
    let (account, _) = registration(email, "Ann")
        .as_role(Role::Customer)
        .open(start());
    SeaAccountRepository::new(database.clone())
        .insert(&account, &kept(), None)
        .await
        .map(|()| account.id)
}

async fn count_tokens(database: &Database) -> i64 {
    let counted = database.read(|connection| async move {
        let count = Statement::from_string(
            connection.get_database_backend(),
            "SELECT count(*) FROM refresh_tokens",
        );
        let row = connection.query_one_raw(count).await?.unwrap();
        Ok::<_, StorageError>(row.try_get_by_index::<i64>(0)?)
    });
    counted.await.unwrap()
}

async fn of_many_who_refresh_at_once_one_goes_on(test: TestDatabase) {
    let id = open(test.database(), "ann@example.com").await.unwrap();
    let sessions = SeaSessionRepository::new(test.database().clone());
    let elsewhere = SeaSessionRepository::new(test.another_node().await);
    let token = RefreshToken::first(id, renewal(start()));
    sessions.begin(&token, &kept()).await.unwrap().unwrap();

    let next: Vec<_> = (0..8)
        .map(|_| renewal(start() + TimeDelta::seconds(1)))
        .collect();
    let renewals = next.iter().enumerate().map(|(i, renewal)| {
        let sessions = if i % 2 == 0 { &sessions } else { &elsewhere };
        sessions.renew(&token.hash, renewal)
    });
    let outcomes = futures_util::future::join_all(renewals).await;
    let went_on = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Renewed::Yes(_))))
        .count();
    let reused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Renewed::Reused(_))))
        .count();
    assert_eq!((went_on, reused), (1, 1), "{outcomes:?}");
    assert_eq!(
        count_tokens(test.database()).await,
        0,
        "the family has ended"
    );
}

async fn a_session_does_not_begin_with_an_outdated_password(test: TestDatabase) {
    let id = open(test.database(), "ann@example.com").await.unwrap();
    let sessions = SeaSessionRepository::new(test.database().clone());
    let token = RefreshToken::first(id.clone(), renewal(start()));
    assert_eq!(
        sessions
            .begin(&token, &PasswordHash::from_stored("older"))
            .await
            .unwrap(),
        None
    );
    let accounts = SeaAccountRepository::new(test.database().clone());
    let update = accounts::AccountUpdate {
        name: None,
        disabled: Some(true),
        password: None,
        at: start(),
    };
    assert!(
        accounts
            .update(&id, &update)
            .await
            .unwrap()
            .unwrap()
            .disabled
    );
    assert_eq!(sessions.begin(&token, &kept()).await.unwrap(), None);
    assert_eq!(count_tokens(test.database()).await, 0);
}

async fn no_session_outlives_a_new_password(test: TestDatabase) {
    let id = open(test.database(), "ann@example.com").await.unwrap();
    let sessions = SeaSessionRepository::new(test.another_node().await);
    let accounts = SeaAccountRepository::new(test.database().clone());
    for round in 0..10 {
        let password = PasswordHash::from_stored(format!("round {round}"));
        let update = accounts::AccountUpdate {
            name: None,
            disabled: None,
            password: Some(password.clone()),
            at: start(),
        };
        accounts.update(&id, &update).await.unwrap();
        let token = RefreshToken::first(id.clone(), renewal(start()));
        sessions.begin(&token, &password).await.unwrap().unwrap();

        let next = renewal(start() + TimeDelta::seconds(1));
        let update = accounts::AccountUpdate {
            password: Some(kept()),
            ..update
        };
        let (renewed, updated) = tokio::join!(
            sessions.renew(&token.hash, &next),
            accounts.update(&id, &update)
        );
        assert!(
            renewed.is_ok() && updated.is_ok(),
            "{renewed:?} {updated:?}"
        );
        assert_eq!(count_tokens(test.database()).await, 0, "round {round}");
    }
}

async fn expired_tokens_are_taken_away(test: TestDatabase) {
    let id = open(test.database(), "ann@example.com").await.unwrap();
    let sessions = SeaSessionRepository::new(test.database().clone());
    for _ in 0..3 {
        sessions
            .begin(&RefreshToken::first(id.clone(), renewal(start())), &kept())
            .await
            .unwrap()
            .unwrap();
    }
    let later = start() + TimeDelta::days(30);
    sessions
        .begin(&RefreshToken::first(id, renewal(later)), &kept())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(count_tokens(test.database()).await, 1);
}

async fn of_many_who_register_at_once_one_gets_the_address(test: TestDatabase) {
    let elsewhere = test.another_node().await;
    let databases = [test.database(), &elsewhere];
    let opening = (0..8).map(|i| open(databases[i % 2], "ann@example.com"));
    let outcomes = futures_util::future::join_all(opening).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    let taken = |outcome: &Result<_, _>| matches!(outcome, Err(RepositoryError::EmailTaken));
    assert_eq!(
        outcomes.iter().filter(|outcome| taken(outcome)).count(),
        7,
        "{outcomes:?}"
    );
}

async fn a_row_that_the_model_refuses_is_told_apart(test: TestDatabase) {
    let id = open(test.database(), "ann@example.com").await.unwrap();
    test.tamper("UPDATE accounts SET name = ' '").await;
    let outcome = SeaAccountRepository::new(test.database().clone())
        .find(&id)
        .await;
    let Err(RepositoryError::Storage(StorageError::Corrupt(what))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(what, "accounts.name must not be empty");
}
