mod acting;
mod conflicts;
mod credentials;
mod documents;
mod error;
mod errors;
mod form;
mod history;
mod pull;
mod reconciliation;
mod runs;
mod schedule;
mod standings;
mod sync;
mod wire;

use std::sync::Arc;

use axum::Extension;
use database::Database;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::service::Metakocka;

/// Everything under `/api/sales-documents` and `/api/integrations/metakocka`.
pub fn router(metakocka: Metakocka, database: Database) -> OpenApiRouter {
    let standings = Arc::new(standings::Standings::new(database));
    OpenApiRouter::new()
        .routes(routes!(documents::list, documents::create))
        .routes(routes!(documents::find, documents::edit, documents::delete))
        .routes(routes!(
            credentials::find,
            credentials::give,
            credentials::forget
        ))
        .routes(routes!(credentials::test))
        .routes(routes!(sync::status, sync::push))
        .routes(routes!(pull::list, pull::pull))
        .routes(routes!(runs::find))
        .routes(routes!(conflicts::find, conflicts::resolve))
        .routes(routes!(errors::list))
        .routes(routes!(errors::retry_many))
        .routes(routes!(errors::retry))
        .routes(routes!(history::list))
        .routes(routes!(reconciliation::reconcile))
        .routes(routes!(schedule::find, schedule::set))
        .layer(Extension(standings))
        .with_state(metakocka)
}
