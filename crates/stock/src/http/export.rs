use std::io;

use api_error::{ApiError, ErrorBody};
use auth::Admin;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, header},
    response::IntoResponse,
};
use bytes::Bytes;
use futures_util::stream;

use super::csv;
use crate::{model::ProductId, service::Stock};

/// How many products are read at once.
const CHUNK: u32 = 500;

/// How far an export has come.
enum Progress {
    Beginning,
    Behind(ProductId),
    End,
}

/// All products and their stock as CSV, a line a variant; what `POST /api/stock/import` reads.
#[utoipa::path(get, path = "/api/stock/export", tag = "products", security(("bearer" = [])),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn export(
    State(stock): State<Stock>,
    _: Admin,
) -> Result<impl IntoResponse, ApiError> {
    // The first piece is read before the head is sent, so that a database that is away is told as such.
    let first = piece(&stock, Progress::Beginning).await?;
    let pieces = stream::unfold(first, move |ready| {
        let stock = stock.clone();
        async move {
            let (bytes, progress) = ready?;
            match piece(&stock, progress).await {
                Ok(next) => Some((Ok(bytes), next)),
                Err(error) => {
                    tracing::warn!(error = error.sentence(), "an export broke off");
                    Some((Err(io::Error::other("the export broke off")), None))
                }
            }
        }
    });
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"stock.csv\"",
        ),
    ];
    Ok((headers, Body::from_stream(pieces)))
}

async fn piece(stock: &Stock, progress: Progress) -> Result<Option<(Bytes, Progress)>, ApiError> {
    let (after, is_first) = match progress {
        Progress::Beginning => (None, true),
        Progress::Behind(id) => (Some(id), false),
        Progress::End => return Ok(None),
    };
    let products = stock.list_after(after, CHUNK).await?;
    let bytes = csv::write(&products, is_first).map_err(ApiError::internal)?;
    let progress = match products.last() {
        Some(last) if products.len() == CHUNK as usize => Progress::Behind(last.id.clone()),
        _ => Progress::End,
    };
    Ok(Some((bytes.into(), progress)))
}
