use api_error::{ApiError, ErrorBody, Json};
use auth::{ClientAddress, ClientScheme, Session};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::Email;

use super::{
    body::{self, Done, UserBody, unkept},
    cookie,
};
use crate::{
    error::AccountsError,
    model::{Name, Password, Phone, RefreshSecret, Registration, SignedIn},
    service::Accounts,
};

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LoginRequest {
    #[schema(value_type = String, format = Email)]
    email: Email,
    #[serde(deserialize_with = "body::secret")]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Whoever opens an account for themselves.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RegisterRequest {
    #[schema(value_type = String, format = Email)]
    email: Email,
    #[serde(deserialize_with = "body::password")]
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    password: Password,
    #[schema(value_type = String, max_length = 200)]
    name: Name,
    #[serde(default, deserialize_with = "body::phone")]
    #[schema(value_type = Option<String>, max_length = 50)]
    phone: Option<Phone>,
}

impl From<RegisterRequest> for Registration {
    fn from(
        RegisterRequest {
            email,
            password,
            name,
            phone,
        }: RegisterRequest,
    ) -> Self {
        Self {
            email,
            password,
            name,
            phone,
        }
    }
}

/// A session: by its refresh token, or by the cookie where that is left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionRequest {
    refresh_token: Option<String>,
}

impl SessionRequest {
    fn token(&self, headers: &HeaderMap) -> Option<RefreshSecret> {
        match &self.refresh_token {
            Some(given) => RefreshSecret::parse(given),
            None => cookie::read(headers),
        }
    }
}

/// What somebody gets who has signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInBody {
    /// For `Authorization: Bearer …`.
    pub access_token: String,
    /// For `POST /api/auth/refresh`, once.
    pub refresh_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String)]
    pub token_type: &'static str,
    /// Seconds for which the access token is good.
    pub expires_in: i64,
    /// Who it is.
    pub user: UserBody,
}

/// The answer to somebody who has signed in: the tokens, and the refresh token as a cookie too.
pub fn signed_in(status: StatusCode, session: SignedIn, scheme: ClientScheme) -> Response {
    let kept = cookie::keep(&session.refresh_token, session.refresh_expires_in, scheme);
    let body = SignedInBody {
        access_token: session.access_token.expose_secret().to_owned(),
        refresh_token: session.refresh_token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: session.expires_in.num_seconds(),
        user: session.profile.into(),
    };
    let mut response = unkept(Json(body), status);
    response
        .headers_mut()
        .extend(kept.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Sign in
#[utoipa::path(
    post, path = "/api/auth/login", tag = "auth",
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Signed in; the refresh token is set as a cookie too", body = SignedInBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 401, description = "Wrong e-mail or password, or the account is disabled", body = ErrorBody),
        (status = 429, description = "Too many failures; `Retry-After` says when again", body = ErrorBody),
    ),
)]
pub(super) async fn login(
    State(accounts): State<Accounts>,
    address: ClientAddress,
    scheme: ClientScheme,
    Json(request): Json<LoginRequest>,
) -> Result<Response, ApiError> {
    let session = accounts
        .login(&request.email, request.password, address)
        .await?;
    Ok(signed_in(StatusCode::OK, session, scheme))
}

/// Renew the session
///
/// The refresh token, in the body or the cookie, is good once. One that was used before ends its whole session.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "auth",
    request_body = Option<SessionRequest>,
    responses(
        (status = 200, description = "Renewed, with another refresh token", body = SignedInBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 401, description = "No refresh token, or one that is not good any more", body = ErrorBody),
    ),
)]
pub(super) async fn refresh(
    State(accounts): State<Accounts>,
    scheme: ClientScheme,
    headers: HeaderMap,
    Json(request): Json<SessionRequest>,
) -> Result<Response, ApiError> {
    let presented = request.token(&headers).ok_or(AccountsError::SessionEnded)?;
    let session = accounts.refresh(&presented).await?;
    Ok(signed_in(StatusCode::OK, session, scheme))
}

/// Sign out
///
/// Ends the session of the refresh token in the body or the cookie, if there is one, and clears the cookie.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth",
    request_body = Option<SessionRequest>,
    responses(
        (status = 200, description = "Signed out", body = Done),
        (status = 400, description = "The body is not valid", body = ErrorBody),
    ),
)]
pub(super) async fn logout(
    State(accounts): State<Accounts>,
    scheme: ClientScheme,
    headers: HeaderMap,
    Json(request): Json<SessionRequest>,
) -> Result<Response, ApiError> {
    if let Some(presented) = request.token(&headers) {
        accounts.logout(&presented).await?;
    }
    let mut response = Json(Done::YES).into_response();
    response
        .headers_mut()
        .extend(cookie::clear(scheme).map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Register as a customer
#[utoipa::path(
    post, path = "/api/auth/register", tag = "auth",
    request_body = RegisterRequest,
    responses(
        (status = 201, description = "Registered and signed in", body = SignedInBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 409, description = "The e-mail address has an account", body = ErrorBody),
        (status = 429, description = "Too many registrations; `Retry-After` says when again", body = ErrorBody),
    ),
)]
pub(super) async fn register(
    State(accounts): State<Accounts>,
    address: ClientAddress,
    scheme: ClientScheme,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let session = accounts.register(request.into(), address).await?;
    Ok(signed_in(StatusCode::CREATED, session, scheme))
}

/// Who is signed in
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth", security(("bearer" = [])),
    responses(
        (status = 200, description = "The caller", body = UserBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "A service token has no account", body = ErrorBody),
    ),
)]
pub(super) async fn me(
    State(accounts): State<Accounts>,
    session: Session,
) -> Result<Json<UserBody>, ApiError> {
    let profile = accounts.profile(&session.id).await?;
    Ok(Json(profile.ok_or(AccountsError::SessionEnded)?.into()))
}
