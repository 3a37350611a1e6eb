use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::{AccountId, Admin, OrganizationId};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::{Email, Violations};

use super::body::{Done, instant};
use crate::{
    model::{Member, MemberRole, Name, NewOrganization, Organization, Who},
    service::Accounts,
};

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewOrganizationRequest {
    #[schema(value_type = Option<String>)]
    id: Option<OrganizationId>,
    #[schema(value_type = String, max_length = 200)]
    name: Name,
}

impl From<NewOrganizationRequest> for NewOrganization {
    fn from(NewOrganizationRequest { id, name }: NewOrganizationRequest) -> Self {
        Self { id, name }
    }
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrganizationBody {
    #[schema(value_type = String)]
    id: OrganizationId,
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Organization> for OrganizationBody {
    fn from(
        Organization {
            id,
            name,
            created_at,
        }: Organization,
    ) -> Self {
        Self {
            id,
            name: name.into_string(),
            created_at: instant(created_at),
        }
    }
}

/// What a member is in its organization.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum MemberRoleName {
    Member,
    Admin,
}

impl From<MemberRoleName> for MemberRole {
    fn from(name: MemberRoleName) -> Self {
        match name {
            MemberRoleName::Member => Self::Member,
            MemberRoleName::Admin => Self::Admin,
        }
    }
}

impl From<MemberRole> for MemberRoleName {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Member => Self::Member,
            MemberRole::Admin => Self::Admin,
        }
    }
}

/// An account, by its id or by its e-mail address, and what it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewMemberRequest {
    #[schema(value_type = Option<String>)]
    account_id: Option<AccountId>,
    #[schema(value_type = Option<String>, format = Email)]
    email: Option<Email>,
    role: MemberRoleName,
}

impl NewMemberRequest {
    fn into_parts(self) -> Result<(Who, MemberRole), Violations> {
        let who = match (self.account_id, self.email) {
            (Some(id), None) => Who::Id(id),
            (None, Some(email)) => Who::Email(email),
            _ => {
                return Err(Violations::one(
                    "accountId",
                    "or email is required, one of the two",
                ));
            }
        };
        Ok((who, self.role.into()))
    }
}

/// An account in an organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberBody {
    #[schema(value_type = String)]
    account_id: AccountId,
    email: String,
    name: String,
    role: MemberRoleName,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Member> for MemberBody {
    fn from(member: Member) -> Self {
        Self {
            account_id: member.account,
            email: member.email.to_string(),
            name: member.name.into_string(),
            role: member.role.into(),
            created_at: instant(member.created_at),
        }
    }
}

/// List organizations
#[utoipa::path(
    get, path = "/api/organizations", tag = "organizations", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "The organizations, the oldest first", body = Listing<OrganizationBody>),
        (status = 400, description = "The query is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
    ),
)]
pub(super) async fn list_organizations(
    State(accounts): State<Accounts>,
    _: Admin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<OrganizationBody>>, ApiError> {
    let page = page.try_into()?;
    let (items, total) = accounts.list_organizations(page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Make an organization
#[utoipa::path(
    post, path = "/api/organizations", tag = "organizations", security(("bearer" = [])),
    request_body = NewOrganizationRequest,
    responses(
        (status = 201, description = "Made", body = OrganizationBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 409, description = "The id is taken", body = ErrorBody),
    ),
)]
pub(super) async fn create_organization(
    State(accounts): State<Accounts>,
    _: Admin,
    Json(request): Json<NewOrganizationRequest>,
) -> Result<(StatusCode, Json<OrganizationBody>), ApiError> {
    let organization = accounts.create_organization(request.into()).await?;
    Ok((StatusCode::CREATED, Json(organization.into())))
}

/// List the members of an organization
#[utoipa::path(
    get, path = "/api/organizations/{id}/members", tag = "organizations", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the organization"), PageQuery),
    responses(
        (status = 200, description = "The members, the oldest first", body = Listing<MemberBody>),
        (status = 400, description = "The query is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 404, description = "There is no such organization", body = ErrorBody),
    ),
)]
pub(super) async fn list_members(
    State(accounts): State<Accounts>,
    _: Admin,
    Path(id): Path<OrganizationId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<MemberBody>>, ApiError> {
    let page = page.try_into()?;
    let (items, total) = accounts.list_members(&id, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Add a member to an organization
#[utoipa::path(
    post, path = "/api/organizations/{id}/members", tag = "organizations", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the organization")),
    request_body = NewMemberRequest,
    responses(
        (status = 201, description = "Added", body = MemberBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 404, description = "There is no such organization or account", body = ErrorBody),
        (status = 409, description = "The account is a member already", body = ErrorBody),
    ),
)]
pub(super) async fn add_member(
    State(accounts): State<Accounts>,
    _: Admin,
    Path(id): Path<OrganizationId>,
    Json(request): Json<NewMemberRequest>,
) -> Result<(StatusCode, Json<MemberBody>), ApiError> {
    let (who, role) = request.into_parts()?;
    let member = accounts.add_member(&id, who, role).await?;
    Ok((StatusCode::CREATED, Json(member.into())))
}

/// Take a member out of an organization
#[utoipa::path(
    delete, path = "/api/organizations/{id}/members/{accountId}", tag = "organizations", security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The id of the organization"),
        ("accountId" = String, Path, description = "The id of the account"),
    ),
    responses(
        (status = 200, description = "Taken out", body = Done),
        (status = 400, description = "The path is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 404, description = "There is no such organization or member", body = ErrorBody),
    ),
)]
pub(super) async fn remove_member(
    State(accounts): State<Accounts>,
    _: Admin,
    Path((id, account)): Path<(OrganizationId, AccountId)>,
) -> Result<Json<Done>, ApiError> {
    accounts.remove_member(&id, &account).await?;
    Ok(Json(Done::YES))
}
