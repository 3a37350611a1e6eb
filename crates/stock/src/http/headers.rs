//! What stands in the head of every answer: when it was made, and how long it may be kept.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDateTime, Utc};

use crate::{
    service::Stock,
    shown::{Freshness, Shown},
};

const TIMESTAMP: HeaderName = HeaderName::from_static("x-stock-timestamp");
/// Where the paths of all routes begin.
const ROUTES: [&str; 3] = ["/api/products", "/api/stock", "/api/socket"];
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=5");
const NEVER: HeaderValue = HeaderValue::from_static("no-cache, no-store, must-revalidate");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// Marks an answer that anybody may keep for some seconds.
#[derive(Clone, Copy, Debug)]
struct Keepable;

/// An answer to a read, as fresh as it was asked for.
pub(super) struct Read<T>(pub(super) Freshness, pub(super) T);

impl<T: IntoResponse> IntoResponse for Read<T> {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        if self.0 == Freshness::Recent {
            response.extensions_mut().insert(Keepable);
        }
        response
    }
}

/// Writes the time, and whether the answer may be kept: reads may, errors and whatever changes something may not.
pub(super) async fn stamp(State(stock): State<Stock>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_good = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let is_kept = is_good && response.extensions().get::<Keepable>().is_some();
    write(response.headers_mut(), stock.now(), is_kept);
    response
}

pub(super) fn write(headers: &mut HeaderMap, now: DateTime<Utc>, is_kept: bool) {
    headers.insert(TIMESTAMP, now.timestamp_millis().into());
    if is_kept {
        headers.insert(header::CACHE_CONTROL, KEEP);
    } else {
        headers.insert(header::CACHE_CONTROL, NEVER);
        headers.insert(header::PRAGMA, NO_CACHE);
    }
}

/// Writes the same into the answer to a request that was refused before it came here: one too many of its sender, one
/// whose body is too large.
pub fn stamp_refusal(route: &str, now: DateTime<Utc>, response: &mut Response) {
    let is_ours = ROUTES.iter().any(|ours| route.starts_with(ours));
    if is_ours && !response.headers().contains_key(TIMESTAMP) {
        write(response.headers_mut(), now, false);
    }
}

/// Whether whoever sent these headers has what would be answered.
pub(super) fn has_it(headers: &HeaderMap, shown: &Shown) -> bool {
    let mut known = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
    if known.peek().is_some() {
        let own = opaque(&shown.etag);
        return known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim() == "*" || opaque(tag) == own);
    }
    let since = headers.get(header::IF_MODIFIED_SINCE);
    since
        .and_then(|since| parse_date(since.to_str().ok()?))
        .is_some_and(|since| shown.product.times.is_unchanged_since(since))
}

/// A tag without what says that it is weak: tags are compared weakly.
fn opaque(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
}

/// Tells what the answer is a state of.
pub(super) fn validators(shown: &Shown) -> [(HeaderName, &str); 2] {
    [
        (header::ETAG, &shown.etag),
        (header::LAST_MODIFIED, &shown.last_modified),
    ]
}

/// A date as HTTP writes it, also in the two forms that are out of use.
fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    let old = |format| NaiveDateTime::parse_from_str(text, format).ok();
    DateTime::parse_from_rfc2822(text)
        .map(|date| date.to_utc())
        .ok()
        .or_else(|| old("%A, %d-%b-%y %H:%M:%S GMT").map(|date| date.and_utc()))
        .or_else(|| old("%a %b %e %H:%M:%S %Y").map(|date| date.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{now, product};

    fn shown() -> Shown {
        Shown::new(product(&[("Red", 1, 0)]))
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn tags_are_compared_weakly_and_win() {
        let shown = shown();
        let tag = shown.etag.clone();
        let strong = tag.trim_start_matches("W/").to_owned();
        for good in [tag.clone(), strong, format!("\"x\", {tag}"), "*".to_owned()] {
            let headers = headers(header::IF_NONE_MATCH, &good);
            assert!(has_it(&headers, &shown), "{good}");
        }
        let mut both = headers(header::IF_NONE_MATCH, "\"x\"");
        let [_, (name, date)] = validators(&shown);
        assert_eq!(name, header::LAST_MODIFIED);
        both.insert(header::IF_MODIFIED_SINCE, date.parse().unwrap());
        assert!(!has_it(&both, &shown));
        both.remove(header::IF_NONE_MATCH);
        assert!(has_it(&both, &shown));
    }

    #[test]
    fn dates_are_read_in_all_three_forms() {
        let texts = [
            "Fri, 15 Jan 2027 08:00:00 GMT",
            "Friday, 15-Jan-27 08:00:00 GMT",
            "Fri Jan 15 08:00:00 2027",
        ];
        assert_eq!(texts.map(parse_date), [Some(now()); 3]);
        assert_eq!(parse_date("yesterday"), None);
        let headers = headers(header::IF_MODIFIED_SINCE, "yesterday");
        assert!(!has_it(&headers, &shown()));
    }
}
