use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::{Admin, OrganizationId, Scope};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::Violations;

use super::body::{Done, instant, unkept};
use crate::{
    model::{Name, NewServiceToken, ServiceToken, ServiceTokenId},
    service::Accounts,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewServiceTokenRequest {
    #[schema(value_type = Option<String>)]
    id: Option<ServiceTokenId>,
    #[schema(value_type = String, max_length = 200)]
    name: Name,
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
    /// The organization it acts for; needed for `metakocka:sync`.
    #[schema(value_type = Option<String>)]
    organization_id: Option<OrganizationId>,
}

impl TryFrom<NewServiceTokenRequest> for NewServiceToken {
    type Error = Violations;

    fn try_from(request: NewServiceTokenRequest) -> Result<Self, Violations> {
        Self::new(
            request.id,
            request.name,
            request.scopes,
            request.organization_id,
        )
    }
}

/// What a program may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceTokenBody {
    #[schema(value_type = String)]
    id: ServiceTokenId,
    name: String,
    scopes: Vec<Scope>,
    #[schema(value_type = Option<String>)]
    organization_id: Option<OrganizationId>,
    /// The id of the account that made it.
    created_by: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A new service token, with what a program signs in with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IssuedServiceTokenBody {
    #[serde(flatten)]
    about: ServiceTokenBody,
    /// For `Authorization: Bearer …`. It is shown here and never again.
    token: String,
}

impl From<ServiceToken> for ServiceTokenBody {
    fn from(token: ServiceToken) -> Self {
        Self {
            id: token.id,
            name: token.name.into_string(),
            scopes: token.scopes.into_iter().collect(),
            organization_id: token.organization,
            created_by: token.created_by,
            created_at: instant(token.created_at),
        }
    }
}

/// List service tokens
#[utoipa::path(
    get, path = "/api/service-tokens", tag = "accounts", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "The service tokens, the latest first", body = Listing<ServiceTokenBody>),
        (status = 400, description = "The query is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
    ),
)]
pub(super) async fn list_service_tokens(
    State(accounts): State<Accounts>,
    _: Admin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<ServiceTokenBody>>, ApiError> {
    let page = page.try_into()?;
    let (items, total) = accounts.list_service_tokens(page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Make a service token
#[utoipa::path(
    post, path = "/api/service-tokens", tag = "accounts", security(("bearer" = [])),
    request_body = NewServiceTokenRequest,
    responses(
        (status = 201, description = "Made; `token` is shown this once", body = IssuedServiceTokenBody),
        (status = 400, description = "The body is not valid, or `metakocka:sync` lacks its organization", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 404, description = "There is no such organization", body = ErrorBody),
        (status = 409, description = "The id is taken", body = ErrorBody),
    ),
)]
pub(super) async fn create_service_token(
    State(accounts): State<Accounts>,
    admin: Admin,
    Json(request): Json<NewServiceTokenRequest>,
) -> Result<Response, ApiError> {
    let (token, secret) = accounts
        .create_service_token(request.try_into()?, &admin.caller().actor())
        .await?;
    let body = IssuedServiceTokenBody {
        about: token.into(),
        token: secret.expose().to_owned(),
    };
    Ok(unkept(Json(body), StatusCode::CREATED))
}

/// Revoke a service token
#[utoipa::path(
    delete, path = "/api/service-tokens/{id}", tag = "accounts", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the service token")),
    responses(
        (status = 200, description = "Revoked: it is refused from now on", body = Done),
        (status = 400, description = "The path is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 404, description = "There is no such service token", body = ErrorBody),
    ),
)]
pub(super) async fn revoke_service_token(
    State(accounts): State<Accounts>,
    _: Admin,
    Path(id): Path<ServiceTokenId>,
) -> Result<Json<Done>, ApiError> {
    accounts.revoke_service_token(&id).await?;
    Ok(Json(Done::YES))
}
