use std::{fmt, str::FromStr, sync::Arc};

use validation::Id;

use crate::Scope;

/// The kind of an [`AccountId`].
#[derive(Clone, Copy, Debug)]
pub enum Account {}
/// The kind of an [`OrganizationId`].
#[derive(Clone, Copy, Debug)]
pub enum Organization {}
/// The kind of a service token's id.
#[derive(Clone, Copy, Debug)]
pub enum ServiceToken {}

/// The id of an account: an admin, a partner or a customer.
pub type AccountId = Id<Account>;
/// The id of an organization.
pub type OrganizationId = Id<Organization>;

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the back office.
    Admin,
    /// Does the work.
    Partner,
    /// Books it.
    Customer,
}

/// A text that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of admin, partner, customer")]
pub struct UnknownRole;

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Partner, Self::Customer];

    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Partner => "partner",
            Self::Customer => "customer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A person.
    Account {
        /// Their account.
        id: AccountId,
        /// What the account is.
        role: Role,
    },
    /// A program, by its service token.
    Service {
        /// The token's id.
        id: Id<ServiceToken>,
        /// What the token may do.
        scopes: Arc<[Scope]>,
    },
}

/// Somebody whose token was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whom the token stands for.
    pub identity: Identity,
    /// The organizations that the caller is a member of; the one a service token is bound to.
    pub organizations: Arc<[OrganizationId]>,
}

impl Caller {
    /// A caller with an account and no organizations.
    pub fn account(id: AccountId, role: Role) -> Self {
        Self {
            identity: Identity::Account { id, role },
            organizations: Arc::new([]),
        }
    }

    /// A caller with a service token and no organization.
    pub fn service(id: Id<ServiceToken>, scopes: impl Into<Arc<[Scope]>>) -> Self {
        Self {
            identity: Identity::Service {
                id,
                scopes: scopes.into(),
            },
            organizations: Arc::new([]),
        }
    }

    /// Whether the caller is an admin, or a program with `scope`.
    pub fn is_admin_or(&self, scope: Scope) -> bool {
        match &self.identity {
            Identity::Account { role, .. } => *role == Role::Admin,
            Identity::Service { scopes, .. } => scopes.contains(&scope),
        }
    }

    /// The caller as history names them.
    pub fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Account { id, role } => Actor {
                id: id.to_string(),
                kind: role.as_str(),
            },
            Identity::Service { id, .. } => Actor {
                id: id.to_string(),
                kind: "service",
            },
        }
    }
}

/// Who did something, as it is kept in history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The id of the account or service token; `system` for the gateway itself.
    pub id: String,
    /// `admin`, `partner`, `customer`, `service` or `system`.
    pub kind: &'static str,
}

impl Actor {
    /// The gateway itself.
    pub fn system() -> Self {
        Self {
            id: "system".to_owned(),
            kind: "system",
        }
    }
}
