use api_error::ApiError;
use auth::{Identity, OrganizationMember, Scope as TokenScope};
use axum::{extract::FromRequestParts, http::request::Parts};
use validation::Violations;

use crate::{model::Mode, repository::Scope, service::Metakocka};

/// The header that asks for the simulation.
const TEST_MODE: &str = "x-test-mode";

/// A member of an organization, or its program, and the world they act in.
pub(super) struct Acting(pub(super) Scope);

impl FromRequestParts<Metakocka> for Acting {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        metakocka: &Metakocka,
    ) -> Result<Self, ApiError> {
        let member = OrganizationMember::from_request_parts(parts, metakocka).await?;
        if let Identity::Service { scopes, .. } = &member.caller.identity
            && !scopes.contains(&TokenScope::MetakockaSync)
        {
            return Err(ApiError::forbidden(
                "This needs a member of the organization or the scope metakocka:sync",
            ));
        }
        let is_test = asks_for_test_mode(parts)?;
        if is_test {
            refuse_others_than_admins(metakocka, &member).await?;
        }
        let mode = if is_test || metakocka.is_test_mode() {
            Mode::Test
        } else {
            Mode::Live
        };
        Ok(Self(Scope {
            organization: member.organization,
            mode,
        }))
    }
}

fn asks_for_test_mode(parts: &Parts) -> Result<bool, ApiError> {
    let Some(value) = parts.headers.get(TEST_MODE) else {
        return Ok(false);
    };
    match value
        .to_str()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Violations::one("X-Test-Mode", "must be true or false").into()),
    }
}

async fn refuse_others_than_admins(
    metakocka: &Metakocka,
    member: &OrganizationMember,
) -> Result<(), ApiError> {
    let is_admin = match &member.caller.identity {
        Identity::Account { id, .. } => metakocka
            .members()
            .is_admin(&member.organization, id)
            .await
            .map_err(ApiError::unavailable)?,
        Identity::Service { .. } => false,
    };
    if is_admin {
        return Ok(());
    }
    Err(ApiError::forbidden(
        "The test mode is for admins of the organization",
    ))
}
