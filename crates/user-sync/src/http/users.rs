use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::Admin;
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use validation::{Email, Page, Text, Violations};

use super::wire::{End, Moment, location_id, moment, nullable, optional};
use crate::{
    model::{Profile, Status, UserId},
    repository::{Met, Sort, SortField, UserFilter},
    service::{UserDraft, UserEdit, UserSync},
};

/// Which users, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsersQuery {
    /// Those of a location.
    location_id: Option<i64>,
    /// `active` or `inactive`.
    status: Option<String>,
    /// Made then or later: a time, or a day in UTC.
    created_from: Option<String>,
    /// Made then or before: a time, or a day in UTC, all of it.
    created_to: Option<String>,
    /// A text in e-mail, name, phone, role or company, in any case.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `email`, `name`, `phone`, `role`, `company`, `status`, `locationId`, `createdAt` or `updatedAt`; with `-` before
    /// it the greatest first. `-createdAt` where it is left out.
    sort: Option<String>,
}

fn sort(text: &str) -> Result<Sort, Violations> {
    let (is_descending, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text),
    };
    let field = match name {
        "email" => SortField::Email,
        "name" => SortField::Name,
        "phone" => SortField::Phone,
        "role" => SortField::Role,
        "company" => SortField::Company,
        "status" => SortField::Status,
        "locationId" => SortField::LocationId,
        "createdAt" => SortField::CreatedAt,
        "updatedAt" => SortField::UpdatedAt,
        _ => {
            let fields = "must be one of email, name, phone, role, company, status, locationId, createdAt, updatedAt, \
                          perhaps with - before it";
            return Err(Violations::one("sort", fields));
        }
    };
    Ok(Sort {
        field,
        is_descending,
    })
}

impl UsersQuery {
    fn into_filter(self) -> Result<UserFilter, Violations> {
        let status = self.status.as_deref().map(str::parse::<Status>).transpose();
        let text = self
            .q
            .as_deref()
            .map(Text::<200>::parse_optional)
            .transpose();
        let text = text.map_err(|error| Violations::one("q", error))?.flatten();
        let location = self.location_id.map(|id| location_id("locationId", id));
        let from = self.created_from.as_deref();
        let from = from.map(|text| moment("createdFrom", text, End::First));
        let to = self.created_to.as_deref();
        let to = to.map(|text| moment("createdTo", text, End::Last));
        Ok(UserFilter {
            location_id: location.transpose()?,
            status: status.map_err(|error| Violations::one("status", error))?,
            created_from: from.transpose()?,
            created_before: to.transpose()?,
            text: text.map(|text| text.as_str().to_lowercase()),
            sort: sort(self.sort.as_deref().unwrap_or("-createdAt"))?,
        })
    }
}

/// A user of a location.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DirectoryUser)]
pub(super) struct UserJson {
    #[schema(value_type = String)]
    id: UserId,
    email: String,
    name: Option<String>,
    phone: Option<String>,
    role: Option<String>,
    company: Option<String>,
    location_id: i64,
    location_code: String,
    /// `active` or `inactive`.
    #[schema(value_type = String)]
    status: &'static str,
    /// `sync`: it came from the location's server. `manual`: an admin added it, and no server deactivates it.
    #[schema(value_type = String)]
    source: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

impl From<Met> for UserJson {
    fn from((user, location_code): Met) -> Self {
        let Profile {
            name,
            phone,
            role,
            company,
        } = user.profile;
        Self {
            id: user.id,
            email: user.email.as_str().to_owned(),
            name,
            phone,
            role,
            company,
            location_id: user.location_id.get(),
            location_code,
            status: user.status.as_str(),
            source: user.source.as_str(),
            created_at: Moment(user.created_at),
            updated_at: Moment(user.updated_at),
        }
    }
}

/// Users of all locations.
#[utoipa::path(get, path = "/api/directory/users", operation_id = "list_directory_users", tag = "directory",
    params(UsersQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<UserJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(service): State<UserSync>,
    _: Admin,
    Query(query): Query<UsersQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<UserJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let (items, total) = service.list_users(&query.into_filter()?, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// A user.
#[utoipa::path(get, path = "/api/directory/users/{id}", operation_id = "find_directory_user", tag = "directory",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = UserJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<UserId>,
) -> Result<Json<UserJson>, ApiError> {
    Ok(Json(service.find_user(&id).await?.into()))
}

/// A user to add by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateUser {
    /// A given id; otherwise one is made.
    #[schema(value_type = Option<String>)]
    id: Option<UserId>,
    /// Unique in its location, without case; `vendor1@dkm` is one.
    #[schema(value_type = String, max_length = 254)]
    email: Email,
    location_id: i64,
    #[schema(max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 200)]
    phone: Option<String>,
    #[schema(max_length = 200)]
    role: Option<String>,
    #[schema(max_length = 200)]
    company: Option<String>,
    /// `active` where it is left out.
    status: Option<String>,
}

/// Adds a user by hand.
#[utoipa::path(post, path = "/api/directory/users", operation_id = "create_directory_user", tag = "directory",
    request_body = CreateUser, security(("bearer" = [])),
    responses((status = 201, body = UserJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn create(
    State(service): State<UserSync>,
    _: Admin,
    Json(request): Json<CreateUser>,
) -> Result<(StatusCode, Json<UserJson>), ApiError> {
    let mut violations = Violations::default();
    let location = location_id("locationId", request.location_id)?;
    let mut field = |name: &str, text: Option<String>| {
        optional(&mut violations, name, text.as_deref()).map(Text::into_string)
    };
    let profile = Profile {
        name: field("name", request.name),
        phone: field("phone", request.phone),
        role: field("role", request.role),
        company: field("company", request.company),
    };
    let status = request.status.as_deref().unwrap_or("active").parse();
    let status = violations.check("status", status);
    let draft = violations.finish(|| {
        Some(UserDraft {
            id: request.id,
            location_id: location,
            email: request.email,
            profile,
            status: status?,
        })
    })?;
    let user = service.create_user(draft).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// What is to change of a user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) struct EditUser {
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Option<Email>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    role: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    company: Option<Option<String>>,
    /// `active` or `inactive`.
    status: Option<String>,
}

impl EditUser {
    fn into_edit(self) -> Result<UserEdit, Violations> {
        let mut violations = Violations::default();
        let mut field = |name: &str, edit: Option<Option<String>>| {
            edit.map(|text| optional(&mut violations, name, text.as_deref()))
        };
        let (name, phone) = (field("name", self.name), field("phone", self.phone));
        let (role, company) = (field("role", self.role), field("company", self.company));
        let status = self.status.as_deref().map(str::parse::<Status>).transpose();
        let status = violations.check("status", status).flatten();
        violations.finish(|| {
            Some(UserEdit {
                email: self.email,
                name,
                phone,
                role,
                company,
                status,
            })
        })
    }
}

/// Changes a user; what is left out stays. A user that came from a server may be changed back by the next sync.
#[utoipa::path(patch, path = "/api/directory/users/{id}", operation_id = "edit_directory_user", tag = "directory",
    params(("id" = String, Path)), request_body = EditUser, security(("bearer" = [])),
    responses((status = 200, body = UserJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn edit(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<UserId>,
    Json(request): Json<EditUser>,
) -> Result<Json<UserJson>, ApiError> {
    let edit = request.into_edit()?;
    Ok(Json(service.edit_user(&id, &edit).await?.into()))
}

/// Deletes an inactive user for good.
#[utoipa::path(delete, path = "/api/directory/users/{id}", operation_id = "delete_directory_user", tag = "directory",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = Object), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn delete(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<UserId>,
) -> Result<Json<Value>, ApiError> {
    service.delete_user(&id).await?;
    Ok(Json(json!({"success": true})))
}
