//! The admin panel under `/admin`, from the binary.

mod files;
#[cfg(test)]
mod tests;

use api_error::ApiError;
use axum::{
    Extension, Router,
    extract::State,
    http::{
        HeaderMap, HeaderName, HeaderValue, Uri,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use self::files::File;

/// Stands in the page for the nonce of its answer.
const NONCE: &str = "__CSP_NONCE__";
/// Stands in the page for whether this is the demo: only there the panel asks for the demo's routes.
const DEMO: &str = "__DEMO__";
/// What is served where the panel was not built.
const UNBUILT: &str = include_str!("panel/unbuilt.html");
const HTML: &str = "text/html; charset=utf-8";

/// Marks the requests of a demo, as an extension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InDemo;

/// The page, and the files that it loads.
#[derive(Clone, Copy, Debug)]
struct Panel(&'static [File]);

/// Serves the panel; every path of it that is no file is a page of it.
pub(crate) fn router() -> Router {
    Panel(files::BUILT).router()
}

impl Panel {
    fn router(self) -> Router {
        Router::new()
            .route("/admin", get(async || Redirect::temporary("/admin/")))
            .route("/admin/", get(serve))
            .route("/admin/{*path}", get(serve))
            .with_state(self)
    }

    fn file(self, path: &str) -> Option<&'static File> {
        let at = self.0.binary_search_by(|file| file.path.cmp(path));
        at.ok().and_then(|at| self.0.get(at))
    }

    /// The page with a nonce of its own: what it loads cannot be guessed before.
    fn page(self, demo: Option<InDemo>) -> Result<Response, ApiError> {
        let page = self.file("index.html").map(|file| file.plain);
        let page = page.map_or(UNBUILT.into(), String::from_utf8_lossy);
        let nonce = STANDARD.encode(rand::random::<[u8; 16]>());
        let page = page.replace(NONCE, &nonce);
        let page = page.replace(DEMO, if demo.is_some() { "true" } else { "false" });
        let policy = HeaderValue::from_str(&policy(&nonce)).map_err(ApiError::internal)?;
        let mut answer = (headers(HTML, "no-store"), page).into_response();
        let own = [
            (CONTENT_SECURITY_POLICY, policy),
            (OPENER_POLICY, HeaderValue::from_static("same-origin")),
        ];
        answer.headers_mut().extend(own);
        Ok(answer)
    }
}

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Scripts, styles and calls only from here; no inline script at all; styles in the page only with its nonce.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn headers(media_type: &'static str, cache: &'static str) -> [(HeaderName, HeaderValue); 4] {
    [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CACHE_CONTROL, HeaderValue::from_static(cache)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}

async fn serve(
    State(panel): State<Panel>,
    demo: Option<Extension<InDemo>>,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let path = uri.path().strip_prefix("/admin/").unwrap_or_default();
    let file = panel.file(path).filter(|file| file.path != "index.html");
    let Some(file) = file else {
        // A script of another version must not be answered with a page, which the browser would try to run.
        if path.starts_with("assets/") {
            return Err(ApiError::not_found("There is no such file"));
        }
        return panel.page(demo.map(|Extension(demo)| demo));
    };
    let accepted = request.get(ACCEPT_ENCODING).map(HeaderValue::to_str);
    let accepted = accepted.and_then(Result::ok).unwrap_or_default();
    let (body, coding) = file.for_client(accepted);
    // The names of assets change with their content.
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    let mut answer = (headers(file.media_type, cache), body).into_response();
    let own = answer.headers_mut();
    own.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        own.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(answer)
}
