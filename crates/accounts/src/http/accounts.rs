use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::{AccountId, Admin, Role};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Email, Text, Violations};

use super::body::{self, instant};
use crate::{
    model::{Account, AccountChange, AccountFilter, Name, NewAccount, Password, Phone},
    service::Accounts,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AccountsQuery {
    /// Only accounts with this role.
    #[param(inline)]
    role: Option<Role>,
    /// Only accounts with this in their e-mail address, name or id.
    #[param(max_length = 200)]
    q: Option<String>,
}

impl TryFrom<AccountsQuery> for AccountFilter {
    type Error = Violations;

    fn try_from(query: AccountsQuery) -> Result<Self, Violations> {
        let search = Text::parse_optional(query.q.as_deref().unwrap_or_default());
        Ok(Self {
            role: query.role,
            search: search.map_err(|error| Violations::one("q", error))?,
        })
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewAccountRequest {
    #[schema(value_type = Option<String>)]
    id: Option<AccountId>,
    #[schema(value_type = String, format = Email)]
    email: Email,
    #[serde(deserialize_with = "body::password")]
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    password: Password,
    #[schema(value_type = String, max_length = 200)]
    name: Name,
    role: Role,
    #[serde(default, deserialize_with = "body::phone")]
    #[schema(value_type = Option<String>, max_length = 50)]
    phone: Option<Phone>,
}

impl From<NewAccountRequest> for NewAccount {
    fn from(request: NewAccountRequest) -> Self {
        let NewAccountRequest {
            id,
            email,
            password,
            name,
            role,
            phone,
        } = request;
        Self {
            id,
            email,
            password,
            name,
            phone,
            role,
        }
    }
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChangeAccountRequest {
    #[schema(value_type = Option<String>, max_length = 200)]
    name: Option<Name>,
    disabled: Option<bool>,
    #[serde(default, deserialize_with = "body::optional_password")]
    #[schema(value_type = Option<String>, format = Password, min_length = 10, max_length = 128)]
    password: Option<Password>,
}

impl From<ChangeAccountRequest> for AccountChange {
    fn from(
        ChangeAccountRequest {
            name,
            disabled,
            password,
        }: ChangeAccountRequest,
    ) -> Self {
        Self {
            name,
            disabled,
            password,
        }
    }
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountBody {
    #[schema(value_type = String)]
    id: AccountId,
    email: String,
    name: String,
    phone: Option<String>,
    role: Role,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Account> for AccountBody {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            email: account.email.to_string(),
            name: account.name.into_string(),
            phone: account.phone.map(Phone::into_string),
            role: account.role,
            disabled: account.disabled,
            created_at: instant(account.created_at),
            updated_at: instant(account.updated_at),
        }
    }
}

/// List accounts
#[utoipa::path(
    get, path = "/api/accounts", tag = "accounts", security(("bearer" = [])),
    params(AccountsQuery, PageQuery),
    responses(
        (status = 200, description = "The accounts, the latest first", body = Listing<AccountBody>),
        (status = 400, description = "The query is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
    ),
)]
pub(super) async fn list_accounts(
    State(accounts): State<Accounts>,
    _: Admin,
    Query(query): Query<AccountsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<AccountBody>>, ApiError> {
    let (filter, page) = (query.try_into()?, page.try_into()?);
    let (items, total) = accounts.list_accounts(&filter, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Open an account
#[utoipa::path(
    post, path = "/api/accounts", tag = "accounts", security(("bearer" = [])),
    request_body = NewAccountRequest,
    responses(
        (status = 201, description = "Opened", body = AccountBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 409, description = "The e-mail address or the id is taken", body = ErrorBody),
    ),
)]
pub(super) async fn create_account(
    State(accounts): State<Accounts>,
    _: Admin,
    Json(request): Json<NewAccountRequest>,
) -> Result<(StatusCode, Json<AccountBody>), ApiError> {
    let account = accounts.create_account(request.into()).await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Change an account
///
/// Disabling it and a new password end its sessions. A disabled account is refused at once.
#[utoipa::path(
    patch, path = "/api/accounts/{id}", tag = "accounts", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the account")),
    request_body = ChangeAccountRequest,
    responses(
        (status = 200, description = "Changed", body = AccountBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an admin", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody),
        (status = 409, description = "Admins cannot disable themselves", body = ErrorBody),
    ),
)]
pub(super) async fn change_account(
    State(accounts): State<Accounts>,
    admin: Admin,
    Path(id): Path<AccountId>,
    Json(request): Json<ChangeAccountRequest>,
) -> Result<Json<AccountBody>, ApiError> {
    let account = accounts
        .change_account(&id, request.into(), &admin.caller().actor())
        .await?;
    Ok(Json(account.into()))
}
