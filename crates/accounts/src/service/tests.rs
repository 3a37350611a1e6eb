use std::sync::Mutex;

use auth::{Actor, Role};
use database::StorageError;

use super::*;
use crate::{
    model::{AccountChange, Name, Password},
    repository::Renewed,
    testing::{Doubles, PASSWORD, account, email, hash_of, here, profile, registration},
};

/// Doubles that know `account` by `PASSWORD`, for any number of logins.
async fn knowing(account: Account) -> Doubles {
    let hash = hash_of(PASSWORD).await;
    let mut doubles = Doubles::default();
    doubles
        .accounts
        .expect_find_for_login()
        .returning(move |asked| {
            let known = asked.key() == account.email.key();
            Ok(known.then(|| (account.clone(), hash.clone())))
        });
    doubles
}

fn admin(id: &str) -> Actor {
    Actor {
        id: id.to_owned(),
        kind: "admin",
    }
}

#[tokio::test]
async fn a_login_begins_a_session_with_the_password_that_was_checked() {
    let mut doubles = knowing(account("ann", Role::Customer)).await;
    let begun = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&begun);
    doubles
        .sessions
        .expect_begin()
        .times(1)
        .returning(move |token, _| {
            *seen.lock().unwrap() = Some(token.clone());
            Ok(Some(profile(account("ann", Role::Customer))))
        });
    let (accounts, clock) = doubles.service();
    let signed_in = accounts
        .login(&email("ANN@example.com"), PASSWORD.into(), here())
        .await
        .unwrap();
    let token = begun.lock().unwrap().clone().unwrap();
    assert_eq!(token.hash, signed_in.refresh_token.hash());
    assert_eq!(token.expires_at, clock.now() + TimeDelta::days(30));
}

#[tokio::test]
async fn unknown_addresses_wrong_passwords_and_disabled_accounts_get_one_answer() {
    let (accounts, _) = knowing(account("ann", Role::Customer)).await.service();
    let disabled = Account {
        disabled: true,
        ..account("bob", Role::Customer)
    };
    let (disabled, _) = knowing(disabled).await.service();
    let answers = [
        accounts
            .login(&email("nobody@example.com"), PASSWORD.into(), here())
            .await,
        accounts
            .login(&email("ann@example.com"), "wrong horse".into(), here())
            .await,
        disabled
            .login(&email("bob@example.com"), PASSWORD.into(), here())
            .await,
    ];
    for answer in answers {
        assert!(matches!(
            answer.unwrap_err(),
            AccountsError::WrongCredentials
        ));
    }
}

#[tokio::test]
async fn a_password_that_changes_while_it_is_checked_signs_nobody_in() {
    let mut doubles = knowing(account("ann", Role::Customer)).await;
    doubles.sessions.expect_begin().returning(|_, _| Ok(None));
    let (accounts, _) = doubles.service();
    let answer = accounts
        .login(&email("ann@example.com"), PASSWORD.into(), here())
        .await;
    assert!(matches!(
        answer.unwrap_err(),
        AccountsError::WrongCredentials
    ));
}

#[tokio::test]
async fn after_five_failures_no_password_is_checked_until_the_wait_is_over() {
    let mut doubles = Doubles::default();
    // Five failures, and one more after the wait.
    doubles
        .accounts
        .expect_find_for_login()
        .times(6)
        .returning(|_| Ok(None));
    let (accounts, clock) = doubles.service();
    let nobody = email("nobody@example.com");
    let login = || accounts.login(&nobody, PASSWORD.into(), here());
    for _ in 0..5 {
        assert!(matches!(
            login().await.unwrap_err(),
            AccountsError::WrongCredentials
        ));
    }
    for _ in 0..3 {
        let AccountsError::TooManyAttempts(wait) = login().await.unwrap_err() else {
            panic!("it was let through")
        };
        assert_eq!(wait, TimeDelta::seconds(30));
    }
    clock.advance(TimeDelta::seconds(30));
    assert!(matches!(
        login().await.unwrap_err(),
        AccountsError::WrongCredentials
    ));
    let AccountsError::TooManyAttempts(wait) = login().await.unwrap_err() else {
        panic!("it was let through")
    };
    assert_eq!(wait, TimeDelta::seconds(60));
}

#[tokio::test]
async fn a_storage_failure_is_no_failed_attempt() {
    let mut doubles = Doubles::default();
    let failure = || StorageError::Corrupt("accounts.role".to_owned());
    doubles
        .accounts
        .expect_find_for_login()
        .times(7)
        .returning(move |_| Err(failure().into()));
    let (accounts, _) = doubles.service();
    for _ in 0..7 {
        let answer = accounts
            .login(&email("ann@example.com"), PASSWORD.into(), here())
            .await;
        assert!(matches!(answer.unwrap_err(), AccountsError::Repository(_)));
    }
}

#[tokio::test]
async fn refreshing_exchanges_the_token_for_another() {
    let mut doubles = Doubles::default();
    let presented = RefreshSecret::generate();
    let expected = presented.hash();
    let next = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&next);
    doubles
        .sessions
        .expect_renew()
        .withf(move |hash, _| *hash == expected)
        .times(1)
        .returning(move |_, renewal| {
            *seen.lock().unwrap() = Some(renewal.hash.clone());
            Ok(Renewed::Yes(profile(account("ann", Role::Customer))))
        });
    let (accounts, _) = doubles.service();
    let signed_in = accounts.refresh(&presented).await.unwrap();
    assert_eq!(
        next.lock().unwrap().clone().unwrap(),
        signed_in.refresh_token.hash()
    );
    assert_ne!(signed_in.refresh_token.hash(), presented.hash());
}

#[tokio::test]
async fn a_token_that_is_unknown_or_was_used_before_ends_the_session() {
    for outcome in [
        Renewed::No,
        Renewed::Reused(account("ann", Role::Customer).id),
    ] {
        let mut doubles = Doubles::default();
        doubles
            .sessions
            .expect_renew()
            .return_once(move |_, _| Ok(outcome));
        let (accounts, _) = doubles.service();
        let answer = accounts.refresh(&RefreshSecret::generate()).await;
        assert!(matches!(answer.unwrap_err(), AccountsError::SessionEnded));
    }
}

#[tokio::test]
async fn a_registration_stands_even_where_nobody_took_notice_of_it() {
    let mut doubles = Doubles::default();
    let session_of_the_account =
        |account: &Account, _: &PasswordHash, session: &Option<RefreshToken>| {
            session
                .as_ref()
                .is_some_and(|session| session.account == account.id)
        };
    doubles
        .accounts
        .expect_insert()
        .withf(session_of_the_account)
        .times(1)
        .returning(|_, _, _| Ok(()));
    doubles
        .newcomers
        .expect_account_opened()
        .times(1)
        .returning(|_| Err(NewcomerError::new("no time")));
    let (accounts, _) = doubles.service();
    let signed_in = accounts
        .register_partner(registration("ann@example.com"), here())
        .await
        .unwrap();
    assert_eq!(signed_in.profile.account.role, Role::Partner);
}

#[tokio::test]
async fn a_taken_address_is_told_and_nobody_hears_of_it() {
    let mut doubles = Doubles::default();
    doubles
        .accounts
        .expect_insert()
        .returning(|_, _, _| Err(RepositoryError::EmailTaken));
    let (accounts, _) = doubles.service();
    let answer = accounts
        .register(registration("ann@example.com"), here())
        .await;
    assert!(matches!(answer.unwrap_err(), AccountsError::EmailTaken));
}

#[tokio::test]
async fn twenty_may_register_a_minute() {
    let mut doubles = Doubles::default();
    doubles
        .accounts
        .expect_insert()
        .times(21)
        .returning(|_, _, _| Ok(()));
    doubles
        .newcomers
        .expect_account_opened()
        .returning(|_| Ok(()));
    let (accounts, clock) = doubles.service();
    for i in 0..20 {
        accounts
            .register(registration(&format!("{i}@example.com")), here())
            .await
            .unwrap();
    }
    let answer = accounts
        .register_partner(registration("more@example.com"), here())
        .await;
    assert!(matches!(
        answer.unwrap_err(),
        AccountsError::TooManyAttempts(_)
    ));
    clock.advance(TimeDelta::minutes(1));
    accounts
        .register(registration("more@example.com"), here())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_name_is_told_and_a_new_password_is_not() {
    let mut doubles = Doubles::default();
    let ann = account("ann", Role::Partner);
    let changed = ann.clone();
    doubles
        .accounts
        .expect_update()
        .times(2)
        .returning(move |_, _| Ok(Some(changed.clone())));
    doubles
        .newcomers
        .expect_account_changed()
        .times(1)
        .returning(|_| Ok(()));
    let (accounts, _) = doubles.service();
    let renamed = AccountChange {
        name: Some(Name::parse("Anna").unwrap()),
        ..AccountChange::default()
    };
    accounts
        .change_account(&ann.id, renamed, &admin("root"))
        .await
        .unwrap();
    let password = Some(Password::parse(PASSWORD.into()).unwrap());
    let change = AccountChange {
        password,
        ..AccountChange::default()
    };
    accounts
        .change_account(&ann.id, change, &admin("root"))
        .await
        .unwrap();
}

#[tokio::test]
async fn admins_cannot_lock_themselves_out() {
    let (accounts, _) = Doubles::default().service();
    let change = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    let answer = accounts
        .change_account(&account("root", Role::Admin).id, change, &admin("root"))
        .await;
    assert!(matches!(answer.unwrap_err(), AccountsError::OwnAccount));
}

#[tokio::test]
async fn a_change_of_nothing_writes_nothing() {
    let mut doubles = Doubles::default();
    doubles
        .accounts
        .expect_find()
        .returning(|_| Ok(Some(profile(account("ann", Role::Partner)))));
    let (accounts, _) = doubles.service();
    let ann = account("ann", Role::Partner);
    let unchanged = accounts
        .change_account(&ann.id, AccountChange::default(), &admin("root"))
        .await
        .unwrap();
    assert_eq!(unchanged, ann);
}

#[tokio::test]
async fn the_first_admin_is_made_only_where_there_is_none() {
    let mut doubles = Doubles::default();
    doubles.accounts.expect_has_admin().returning(|| Ok(true));
    let (accounts, _) = doubles.service();
    assert_eq!(
        accounts
            .ensure_first_admin(registration("a@example.com"))
            .await
            .unwrap(),
        None
    );

    let mut doubles = Doubles::default();
    doubles.accounts.expect_has_admin().returning(|| Ok(false));
    doubles
        .accounts
        .expect_insert()
        .withf(|new, _, _| new.role == Role::Admin)
        .returning(|_, _, _| Ok(()));
    doubles
        .newcomers
        .expect_account_opened()
        .returning(|_| Ok(()));
    let (accounts, _) = doubles.service();
    let made = accounts
        .ensure_first_admin(registration("a@example.com"))
        .await
        .unwrap();
    assert_eq!(made.unwrap().role, Role::Admin);
}

#[tokio::test]
async fn a_node_that_comes_second_finds_the_first_admin() {
    let mut doubles = Doubles::default();
    doubles
        .accounts
        .expect_has_admin()
        .times(1)
        .returning(|| Ok(false));
    doubles
        .accounts
        .expect_insert()
        .returning(|_, _, _| Err(RepositoryError::EmailTaken));
    doubles
        .accounts
        .expect_has_admin()
        .times(1)
        .returning(|| Ok(true));
    let (accounts, _) = doubles.service();
    assert_eq!(
        accounts
            .ensure_first_admin(registration("a@example.com"))
            .await
            .unwrap(),
        None
    );
}
