use auth::{AccountId, Role};
use chrono::{DateTime, Utc};
use validation::{Email, Text};

use crate::model::{Organization, Password, PasswordHash};

/// What somebody or something is called.
pub type Name = Text<200>;
/// A telephone number as its owner writes it.
pub type Phone = Text<50>;

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What it signs in with; no two accounts share it, whatever the case.
    pub email: Email,
    /// What its owner is called.
    pub name: Name,
    /// Where its owner can be called.
    pub phone: Option<Phone>,
    /// What it may do.
    pub role: Role,
    /// Refused at once, with whatever token.
    pub disabled: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// An account as an admin opens it.
#[derive(Debug)]
pub struct NewAccount {
    /// A given id; `None`: one is made.
    pub id: Option<AccountId>,
    /// What it will sign in with.
    pub email: Email,
    /// What proves it.
    pub password: Password,
    /// What its owner is called.
    pub name: Name,
    /// Where its owner can be called.
    pub phone: Option<Phone>,
    /// What it may do.
    pub role: Role,
}

/// An account as its owner opens it.
#[derive(Debug)]
pub struct Registration {
    /// What it will sign in with.
    pub email: Email,
    /// What proves it.
    pub password: Password,
    /// What its owner is called.
    pub name: Name,
    /// Where its owner can be called.
    pub phone: Option<Phone>,
}

impl Registration {
    /// The account of somebody who comes as a `role`.
    pub fn as_role(self, role: Role) -> NewAccount {
        let Self {
            email,
            password,
            name,
            phone,
        } = self;
        NewAccount {
            id: None,
            email,
            password,
            name,
            phone,
            role,
        }
    }
}

impl NewAccount {
    /// The account that is opened at `now`, and the password it is opened with.
    pub fn open(self, now: DateTime<Utc>) -> (Account, Password) {
        let Self {
            id,
            email,
            password,
            name,
            phone,
            role,
        } = self;
        let id = id.unwrap_or_else(AccountId::generate);
        (
            Account {
                id,
                email,
                name,
                phone,
                role,
                disabled: false,
                created_at: now,
                updated_at: now,
            },
            password,
        )
    }
}

/// What an admin changes about an account; `None` stays as it is.
#[derive(Debug, Default)]
pub struct AccountChange {
    /// What its owner is called from now on.
    pub name: Option<Name>,
    /// Whether it is refused from now on.
    pub disabled: Option<bool>,
    /// What proves it from now on.
    pub password: Option<Password>,
}

impl AccountChange {
    /// Whether everything stays as it is.
    pub fn is_empty(&self) -> bool {
        matches!(
            self,
            Self {
                name: None,
                disabled: None,
                password: None
            }
        )
    }
}

/// A change as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUpdate {
    /// What its owner is called from now on.
    pub name: Option<Name>,
    /// Whether it is refused from now on.
    pub disabled: Option<bool>,
    /// What proves it from now on.
    pub password: Option<PasswordHash>,
    /// When.
    pub at: DateTime<Utc>,
}

impl AccountUpdate {
    /// Whether whoever is signed in has to sign in again.
    pub fn ends_sessions(&self) -> bool {
        self.disabled == Some(true) || self.password.is_some()
    }

    /// Whether what others see of the account changes.
    pub fn is_visible(&self) -> bool {
        self.name.is_some() || self.disabled.is_some()
    }
}

/// An account with the organizations that it is a member of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The account.
    pub account: Account,
    /// Its organizations, by name.
    pub organizations: Vec<Organization>,
}

/// Which accounts are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Only those with this role.
    pub role: Option<Role>,
    /// Only those with this in their e-mail address, name or id, whatever the case.
    pub search: Option<Text<200>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> AccountUpdate {
        AccountUpdate {
            name: None,
            disabled: None,
            password: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn disabling_and_a_new_password_end_the_sessions_and_nothing_else_does() {
        assert!(
            AccountUpdate {
                disabled: Some(true),
                ..nothing()
            }
            .ends_sessions()
        );
        assert!(
            AccountUpdate {
                password: Some(PasswordHash::from_stored("$argon2id$…")),
                ..nothing()
            }
            .ends_sessions()
        );
        let renamed = AccountUpdate {
            name: Some(Name::parse("Ann").unwrap()),
            ..nothing()
        };
        assert!(!renamed.ends_sessions() && renamed.is_visible());
        assert!(
            !AccountUpdate {
                disabled: Some(false),
                ..nothing()
            }
            .ends_sessions()
        );
        assert!(!nothing().is_visible());
    }
}
