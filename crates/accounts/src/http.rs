mod accounts;
mod body;
mod cookie;
mod error;
mod organizations;
mod service_tokens;
mod sessions;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::service::Accounts;

pub use body::UserBody;
pub use sessions::{RegisterRequest, SignedInBody, signed_in};

/// The routes of this domain, with their descriptions. Callers are told apart by
/// [`auth::authenticate`], which goes around them, as [`api_error::envelope`] does.
pub fn router(accounts: Accounts) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sessions::login))
        .routes(routes!(sessions::refresh))
        .routes(routes!(sessions::logout))
        .routes(routes!(sessions::register))
        .routes(routes!(sessions::me))
        .routes(routes!(accounts::list_accounts, accounts::create_account))
        .routes(routes!(accounts::change_account))
        .routes(routes!(
            service_tokens::list_service_tokens,
            service_tokens::create_service_token
        ))
        .routes(routes!(service_tokens::revoke_service_token))
        .routes(routes!(
            organizations::list_organizations,
            organizations::create_organization
        ))
        .routes(routes!(
            organizations::list_members,
            organizations::add_member
        ))
        .routes(routes!(organizations::remove_member))
        .with_state(accounts)
}
