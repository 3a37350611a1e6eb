use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Query};
use auth::{AccountId, Admin};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use validation::Page;

use crate::{error::RealtimeError, events::rfc3339, model::Location, realtime::Realtime};

/// Where a partner was last.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PartnerLocation)]
pub(super) struct PartnerLocationJson {
    #[schema(value_type = String)]
    partner_id: AccountId,
    /// Degrees north.
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// When.
    #[schema(format = DateTime)]
    timestamp: String,
}

impl From<(AccountId, Location)> for PartnerLocationJson {
    fn from((partner_id, location): (AccountId, Location)) -> Self {
        Self {
            partner_id,
            latitude: location.place.latitude(),
            longitude: location.place.longitude(),
            timestamp: rfc3339(location.at),
        }
    }
}

/// Where partners were last, who moved last first; at most a second old.
#[utoipa::path(get, path = "/api/partner-locations", operation_id = "list_partner_locations", tag = "partners",
    params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<PartnerLocationJson>), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(realtime): State<Realtime>,
    _: Admin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<PartnerLocationJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let locations = realtime.server().live.list_locations(page).await;
    let (items, total) = locations.map_err(RealtimeError::from)?;
    Ok(Json(Listing::new(items, page, total)))
}
