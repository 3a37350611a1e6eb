//! What several requests and answers share.

use auth::{AccountId, OrganizationId, Role};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::model::{Organization, Password, Phone, Profile};

/// Somebody who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserBody {
    /// The id of their account.
    #[schema(value_type = String)]
    pub id: AccountId,
    /// What they sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Where they can be called.
    pub phone: Option<String>,
    /// What they may do.
    pub role: Role,
    /// The organizations they are a member of.
    pub organizations: Vec<OrganizationName>,
}

/// An organization of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationName {
    /// Its id.
    #[schema(value_type = String)]
    pub id: OrganizationId,
    /// What it is called.
    pub name: String,
}

impl From<Profile> for UserBody {
    fn from(
        Profile {
            account,
            organizations,
        }: Profile,
    ) -> Self {
        Self {
            id: account.id,
            email: account.email.to_string(),
            name: account.name.into_string(),
            phone: account.phone.map(Phone::into_string),
            role: account.role,
            organizations: organizations
                .into_iter()
                .map(OrganizationName::from)
                .collect(),
        }
    }
}

impl From<Organization> for OrganizationName {
    fn from(Organization { id, name, .. }: Organization) -> Self {
        Self {
            id,
            name: name.into_string(),
        }
    }
}

/// That something was done which leaves nothing to show.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Always `true`.
    success: bool,
}

impl Done {
    pub(super) const YES: Self = Self { success: true };
}

/// An answer with a secret in it: nobody on the way keeps a copy.
pub(super) fn unkept(response: impl IntoResponse, status: StatusCode) -> Response {
    let mut response = (status, response).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A moment as the contract writes it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads a text that nobody should see again, of any length.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// Reads a password that is to be set.
pub(super) fn password<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Password, D::Error> {
    Password::parse(secret(deserializer)?).map_err(de::Error::custom)
}

/// Reads a password that is to be set, if one is.
pub(super) fn optional_password<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Password>, D::Error> {
    let given = Option::<String>::deserialize(deserializer)?.map(SecretString::from);
    given
        .map(Password::parse)
        .transpose()
        .map_err(de::Error::custom)
}

/// Reads a telephone number; a blank one is none.
pub(super) fn phone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Phone>, D::Error> {
    let given = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Phone::parse_optional(&given).map_err(de::Error::custom)
}
