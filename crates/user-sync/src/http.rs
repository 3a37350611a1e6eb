mod bulk;
mod check;
mod csv;
mod error;
mod export;
mod locations;
mod previews;
mod rows;
mod runs;
mod users;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::service::UserSync;

/// Everything under `/api/directory` and `/api/user-sync`; for admins only.
pub fn router(service: UserSync) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(locations::list, locations::create))
        .routes(routes!(locations::find, locations::edit, locations::delete))
        .routes(routes!(locations::schedule))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::find, users::edit, users::delete))
        .routes(routes!(check::check))
        .routes(routes!(previews::preview))
        .routes(routes!(previews::execute))
        .routes(routes!(previews::find))
        .routes(routes!(previews::group))
        .routes(routes!(export::preview))
        .routes(routes!(runs::list))
        .routes(routes!(runs::find))
        .routes(routes!(runs::changes))
        .routes(routes!(export::run))
        .routes(routes!(runs::undo))
        .routes(routes!(bulk::sync_all))
        .with_state(service)
}
