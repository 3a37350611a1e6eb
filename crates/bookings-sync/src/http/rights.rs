//! Who may do what with bookings. The signature of a handler names one of these.

use api_error::ApiError;
use auth::{AccountId, Actor, Caller, Identity, Role, Scope};
use axum::{extract::FromRequestParts, http::request::Parts};

use crate::service::Viewer;

/// Somebody who reads bookings: staff all, customers their own, partners those they have to do.
pub(super) struct BookingsReader(pub(super) Viewer);

impl<S: Send + Sync> FromRequestParts<S> for BookingsReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        viewer(&caller, Scope::BookingsRead).map(Self)
    }
}

/// Somebody who changes bookings, each in their own way.
pub(super) struct BookingsWriter {
    pub(super) viewer: Viewer,
    pub(super) actor: Actor,
}

impl<S: Send + Sync> FromRequestParts<S> for BookingsWriter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        Ok(Self {
            viewer: viewer(&caller, Scope::BookingsWrite)?,
            actor: caller.actor(),
        })
    }
}

/// Somebody who makes bookings: staff for anybody, customers for themselves.
pub(super) struct BookingsCreator {
    /// The customer, where it is one; `None` for staff.
    pub(super) customer: Option<AccountId>,
    pub(super) actor: Actor,
}

impl<S: Send + Sync> FromRequestParts<S> for BookingsCreator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let BookingsWriter { viewer, actor } =
            BookingsWriter::from_request_parts(parts, state).await?;
        match viewer {
            Viewer::Staff => Ok(Self {
                customer: None,
                actor,
            }),
            Viewer::Customer(id) => Ok(Self {
                customer: Some(id),
                actor,
            }),
            Viewer::Partner(_) => Err(ApiError::forbidden("Partners do not make bookings")),
        }
    }
}

/// Somebody who reads the mirrors of a user: staff those of all, customers their own.
pub(super) struct MirrorsReader {
    /// The customer, where it is one; `None` for staff.
    customer: Option<AccountId>,
}

impl MirrorsReader {
    /// Refuses somebody else's, without telling whether there are any.
    pub(super) fn expect(&self, user_id: &AccountId) -> Result<(), ApiError> {
        match &self.customer {
            Some(own) if own != user_id => {
                Err(ApiError::not_found(format!("User {user_id} not found")))
            }
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MirrorsReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        match viewer(&caller, Scope::BookingsRead)? {
            Viewer::Staff => Ok(Self { customer: None }),
            Viewer::Customer(id) => Ok(Self { customer: Some(id) }),
            Viewer::Partner(_) => Err(ApiError::forbidden(
                "Partners read bookings, not the customers' copies",
            )),
        }
    }
}

/// An admin, or the very partner.
pub(super) struct PartnerSelf {
    /// The partner, where it is one; `None` for an admin.
    partner: Option<AccountId>,
}

impl PartnerSelf {
    /// Refuses somebody else's, without telling whether there is anything.
    pub(super) fn expect(&self, id: &AccountId) -> Result<(), ApiError> {
        match &self.partner {
            Some(own) if own != id => Err(ApiError::not_found(format!("Partner {id} not found"))),
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PartnerSelf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match caller(parts, state).await?.identity {
            Identity::Account {
                role: Role::Admin, ..
            } => Ok(Self { partner: None }),
            Identity::Account {
                role: Role::Partner,
                id,
            } => Ok(Self { partner: Some(id) }),
            _ => Err(ApiError::forbidden("This needs an admin or the partner")),
        }
    }
}

async fn caller<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Caller, ApiError> {
    <Caller as FromRequestParts<S>>::from_request_parts(parts, state).await
}

fn viewer(caller: &Caller, scope: Scope) -> Result<Viewer, ApiError> {
    if caller.is_admin_or(scope) {
        return Ok(Viewer::Staff);
    }
    match &caller.identity {
        Identity::Account {
            role: Role::Customer,
            id,
        } => Ok(Viewer::Customer(id.clone())),
        Identity::Account {
            role: Role::Partner,
            id,
        } => Ok(Viewer::Partner(id.clone())),
        _ => Err(ApiError::forbidden(format!("This needs the scope {scope}"))),
    }
}
