use std::{convert::Infallible, marker::PhantomData, sync::Arc};

use api_error::ApiError;
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use validation::Violations;

use crate::{
    AccountId, AuthError, Authentication, Caller, Identity, OrganizationId, RequiredScope, Role,
};

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        known(parts).map(|caller| Self::clone(&caller))
    }
}

/// `None` for strangers, also for those with a token that gives nobody: what is public is public for them too.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(known(parts).ok().map(|caller| Self::clone(&caller)))
    }
}

fn known(parts: &Parts) -> Result<Arc<Caller>, ApiError> {
    match parts.extensions.get::<Authentication>() {
        Some(Authentication::Known(caller)) => Ok(Arc::clone(caller)),
        Some(Authentication::Refused(error @ AuthError::Unavailable(_))) => {
            Err(ApiError::unavailable(error.clone()))
        }
        Some(Authentication::Refused(error)) => Err(ApiError::unauthenticated(error.to_string())),
        Some(Authentication::Anonymous) | None => {
            Err(ApiError::unauthenticated("Authentication required"))
        }
    }
}

/// A caller with an account.
#[derive(Clone, Debug)]
pub struct Session {
    /// Their account.
    pub id: AccountId,
    /// What the account is.
    pub role: Role,
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match &known(parts)?.identity {
            Identity::Account { id, role } => Ok(Self {
                id: id.clone(),
                role: *role,
            }),
            Identity::Service { .. } => Err(ApiError::forbidden("A service token has no account")),
        }
    }
}

/// An admin.
#[derive(Clone, Debug)]
pub struct Admin(Arc<Caller>);

impl Admin {
    /// The caller behind it.
    pub fn caller(&self) -> &Caller {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = known(parts)?;
        match caller.identity {
            Identity::Account {
                role: Role::Admin, ..
            } => Ok(Self(caller)),
            _ => Err(ApiError::forbidden("This needs an admin")),
        }
    }
}

/// An admin, or a program whose service token has the scope `R`.
#[derive(Clone, Debug)]
pub struct Scoped<R> {
    caller: Arc<Caller>,
    scope: PhantomData<fn() -> R>,
}

impl<R> Scoped<R> {
    /// The caller behind it.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<R: RequiredScope, S: Send + Sync> FromRequestParts<S> for Scoped<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = known(parts)?;
        if caller.is_admin_or(R::SCOPE) {
            return Ok(Self {
                caller,
                scope: PhantomData,
            });
        }
        Err(ApiError::forbidden(format!(
            "This needs an admin or the scope {}",
            R::SCOPE
        )))
    }
}

/// A member of the organization that the request acts for: that of `X-Organization-Id`, or the caller's only one.
#[derive(Clone, Debug)]
pub struct OrganizationMember {
    /// The caller.
    pub caller: Arc<Caller>,
    /// The organization they act for.
    pub organization: OrganizationId,
}

impl OrganizationMember {
    /// The header that names the organization.
    pub const HEADER: &str = "x-organization-id";
}

impl<S: Send + Sync> FromRequestParts<S> for OrganizationMember {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = known(parts)?;
        let organization = match parts.headers.get(Self::HEADER) {
            Some(given) => {
                let given = given
                    .to_str()
                    .ok()
                    .and_then(|id| OrganizationId::parse(id).ok());
                given.filter(|id| caller.organizations.contains(id))
            }
            None if caller.organizations.len() > 1 => {
                return Err(Violations::one(
                    "X-Organization-Id",
                    "says which of your organizations you act for",
                )
                .into());
            }
            None => caller.organizations.first().cloned(),
        };
        let organization = organization
            .ok_or_else(|| ApiError::forbidden("You are not a member of this organization"))?;
        Ok(Self {
            caller,
            organization,
        })
    }
}
