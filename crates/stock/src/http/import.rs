use api_error::{ApiError, Code, ErrorBody, Json};
use auth::Admin;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
};
use futures_util::StreamExt;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    csv::{Lines, Parsed, Unreadable},
    wire::Moment,
};
use crate::{
    error::StockError,
    repository::{ImportCounts, Imported, LineError},
    service::{Import, Stock},
};

/// The largest file, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The file is applied.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImportAnswer {
    success: bool,
    /// Without the head.
    lines: u64,
    products_created: u64,
    products_updated: u64,
    variants_created: u64,
    stocks_changed: u64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// What is wrong with a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportLineError)]
pub(super) struct LineErrorJson {
    /// From 1, which is the head.
    line: u64,
    /// The column.
    field: Option<String>,
    error: String,
}

impl From<LineError> for LineErrorJson {
    fn from(LineError { line, field, error }: LineError) -> Self {
        Self { line, field, error }
    }
}

/// Why nothing is applied.
enum Failure {
    Stock(StockError),
    Unreadable(u64, Unreadable),
    BrokenOff(axum::Error),
    TooLarge,
}

impl From<StockError> for Failure {
    fn from(error: StockError) -> Self {
        Self::Stock(error)
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Stock(error) => error.into(),
            Failure::Unreadable(line, why) => wrong(
                vec![LineError {
                    line,
                    field: None,
                    error: why.to_string(),
                }],
                1,
            ),
            Failure::BrokenOff(error) => {
                tracing::debug!(%error, "an import broke off");
                Self::new(Code::InvalidRequest, "The file broke off")
            }
            Failure::TooLarge => Self::new(Code::PayloadTooLarge, "The file is over 256 MiB"),
        }
    }
}

fn wrong(errors: Vec<LineError>, total: u64) -> ApiError {
    let sentence = match errors.as_slice() {
        [one] if total == 1 => format!("Line {}: {}", one.line, one.error),
        _ => format!("{total} lines of the file are not valid"),
    };
    let lines: Vec<_> = errors.into_iter().map(LineErrorJson::from).collect();
    ApiError::new(Code::InvalidRequest, sentence)
        .with("lines", lines)
        .with("lineErrors", total)
}

/// Makes and changes products and their stock from a CSV file: all of it or, where a line is wrong, nothing.
///
/// The first line names the columns, in any order: `productId`, `title`, `description`, `price`, `currency`, `size`,
/// `color`, `stock`. A line is a variant, or a product without one. Where `title` is blank, the product stays as it is;
/// where `stock` is, the stock does. What no line names stays.
#[utoipa::path(post, path = "/api/stock/import", tag = "products", security(("bearer" = [])),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportAnswer),
        (status = 400, description = "With `lines`: what is wrong, line by line", body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 415, body = ErrorBody)))]
pub(super) async fn import(
    State(stock): State<Stock>,
    admin: Admin,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportAnswer>, ApiError> {
    if !is_csv(&headers) {
        let sentence = "The request body must be CSV (Content-Type: text/csv)";
        return Err(ApiError::new(Code::UnsupportedMediaType, sentence));
    }
    let mut import = stock.begin_import();
    if let Err(failure) = read(body, &mut import).await {
        import.abandon().await?;
        return Err(failure.into());
    }
    match import.finish(&admin.caller().actor()).await? {
        Imported::Done(ImportCounts {
            lines,
            products_created,
            products_updated,
            variants_created,
            stocks_changed,
        }) => Ok(Json(ImportAnswer {
            success: true,
            lines,
            products_created,
            products_updated,
            variants_created,
            stocks_changed,
            timestamp: Moment(stock.now()),
        })),
        Imported::Refused(errors, total) => Err(wrong(errors, total)),
    }
}

async fn read(body: Body, import: &mut Import) -> Result<(), Failure> {
    let (mut pieces, mut lines, mut parsed) = (body.into_data_stream(), Lines::new(), Vec::new());
    let mut size = 0;
    loop {
        let piece = pieces.next().await.transpose();
        let piece = piece.map_err(Failure::BrokenOff)?;
        if piece.as_ref().is_some_and(bytes::Bytes::is_empty) {
            continue;
        }
        let (piece, is_end) = piece.map_or((bytes::Bytes::new(), true), |piece| (piece, false));
        size += piece.len() as u64;
        if size > LARGEST {
            return Err(Failure::TooLarge);
        }
        let read = lines.read(&piece, &mut parsed);
        read.map_err(|(line, why)| Failure::Unreadable(line, why))?;
        take(&mut parsed, import).await?;
        if is_end {
            return Ok(());
        }
    }
}

async fn take(parsed: &mut Vec<Parsed>, import: &mut Import) -> Result<(), StockError> {
    for line in parsed.drain(..) {
        match line {
            Ok(line) => import.add(line).await?,
            Err(errors) => errors.into_iter().for_each(|error| import.refuse(error)),
        }
    }
    Ok(())
}

fn is_csv(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/csv")
}
