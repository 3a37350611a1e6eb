use std::sync::Arc;

use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::AccountId;
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use database::CheckedCache;
use validation::Page;

use super::{rights::MirrorsReader, wire::MirrorJson};
use crate::{error::BookingError, model::BookingId, service::Bookings};

/// How many pages of mirrors are kept ready to be sent, a few kilobytes each.
pub(super) const CACHED_PAGES: usize = 2_000;

/// The mirrors, and the pages of them that were sent last.
pub(super) struct Mirrors {
    pub(super) bookings: Bookings,
    pub(super) pages: CheckedCache<(AccountId, u32, u32), Bytes>,
}

/// A customer's bookings as their app shows them: the copies, those scheduled last first.
#[utoipa::path(get, path = "/users/{userId}/bookings", operation_id = "list_mirrors", tag = "bookings", params(("userId" = String, Path), PageQuery),
    security(("bearer" = [])),
    responses((status = 200, body = Listing<MirrorJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn list(
    State(mirrors): State<Arc<Mirrors>>,
    reader: MirrorsReader,
    Path(user_id): Path<AccountId>,
    Query(page): Query<PageQuery>,
) -> Result<Response, ApiError> {
    reader.expect(&user_id)?;
    let page = Page::try_from(page)?;
    let key = (user_id.clone(), page.number(), page.size());
    let load = async {
        let (items, total) = mirrors.bookings.mirrors(&user_id, page).await?;
        let listing: Listing<MirrorJson> = Listing::new(items, page, total);
        Ok::<_, ListError>(serde_json::to_vec(&listing)?.into())
    };
    let body: Bytes = mirrors.pages.get_or_load(key, load).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// One booking as the customer's app shows it.
#[utoipa::path(get, path = "/users/{userId}/bookings/{bookingId}", operation_id = "find_mirror", tag = "bookings",
    params(("userId" = String, Path), ("bookingId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = MirrorJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(mirrors): State<Arc<Mirrors>>,
    reader: MirrorsReader,
    Path((user_id, id)): Path<(AccountId, BookingId)>,
) -> Result<Json<MirrorJson>, ApiError> {
    reader.expect(&user_id)?;
    Ok(Json(mirrors.bookings.mirror(&user_id, &id).await?.into()))
}

/// Why a page cannot be sent.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error(transparent)]
    Booking(#[from] BookingError),
    #[error("a page of mirrors cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl From<database::StorageError> for ListError {
    fn from(error: database::StorageError) -> Self {
        Self::Booking(error.into())
    }
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Booking(error) => error.into(),
            ListError::Json(_) => Self::internal(error),
        }
    }
}
