//! What unit tests share.

use std::sync::Arc;

use auth::{AccountId, ClientAddress, Role};
use chrono::{DateTime, TimeDelta};
use clock::FixedClock;
use validation::Email;

use crate::{
    access_tokens::AccessTokens,
    model::{Account, Name, Password, PasswordHash, Profile, Registration},
    newcomers::MockNewcomers,
    passwords::{PasswordCost, PasswordHasher},
    repository::{
        MockAccountRepository, MockOrganizationRepository, MockServiceTokenRepository,
        MockSessionRepository,
    },
    service::{Accounts, AccountsParts},
    throttle::{LoginThrottle, ThrottleLimits},
};

pub(crate) const PASSWORD: &str = "correct horse";

/// An enabled account with the id `id` and the address `id@example.com`.
pub(crate) fn account(id: &str, role: Role) -> Account {
    Account {
        id: AccountId::parse(id).unwrap(),
        email: email(&format!("{id}@example.com")),
        name: Name::parse(id).unwrap(),
        phone: None,
        role,
        disabled: false,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

pub(crate) fn profile(account: Account) -> Profile {
    Profile {
        account,
        organizations: Vec::new(),
    }
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(crate) fn registration(address: &str) -> Registration {
    let password = Password::parse(PASSWORD.into()).unwrap();
    Registration {
        email: email(address),
        password,
        name: Name::parse("Ann").unwrap(),
        phone: None,
    }
}

pub(crate) async fn hash_of(password: &str) -> PasswordHash {
    let password = Password::parse(password.into()).unwrap();
    PasswordHasher::new(PasswordCost::LEAST)
        .hash(password)
        .await
        .unwrap()
}

pub(crate) fn here() -> ClientAddress {
    ClientAddress([10, 0, 0, 1].into())
}

/// Doubles for everything that the service asks. A call that a test does not expect fails it.
#[derive(Default)]
pub(crate) struct Doubles {
    pub(crate) accounts: MockAccountRepository,
    pub(crate) sessions: MockSessionRepository,
    pub(crate) service_tokens: MockServiceTokenRepository,
    pub(crate) organizations: MockOrganizationRepository,
    pub(crate) newcomers: MockNewcomers,
}

impl Doubles {
    pub(crate) fn service(self) -> (Accounts, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ));
        let shared = || Arc::<FixedClock>::clone(&clock);
        let secret = "0123456789abcdef0123456789abcdef".into();
        let accounts = Accounts::new(AccountsParts {
            accounts: Arc::new(self.accounts),
            sessions: Arc::new(self.sessions),
            service_tokens: Arc::new(self.service_tokens),
            organizations: Arc::new(self.organizations),
            newcomers: Arc::new(self.newcomers),
            passwords: PasswordHasher::new(PasswordCost::LEAST),
            access_tokens: AccessTokens::new(&secret, TimeDelta::seconds(900), shared()),
            throttle: LoginThrottle::new(ThrottleLimits::default(), shared()),
            refresh_token_ttl: TimeDelta::days(30),
            clock: shared(),
        });
        (accounts, clock)
    }
}
