use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, header},
    middleware::{self, Next},
};

use crate::{AuthError, Authenticator, Caller};

/// What the layer found out about a request. It stands in the request's extensions.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// No token.
    Anonymous,
    /// A token that gives nobody.
    Refused(AuthError),
    /// A known caller.
    Known(Arc<Caller>),
}

/// Finds out who calls, from the `Authorization` header. Whoever passes requests on puts the answer into their
/// extensions.
pub async fn identify(authenticator: &dyn Authenticator, headers: &HeaderMap) -> Authentication {
    match bearer(headers) {
        None => Authentication::Anonymous,
        Some(token) => match authenticator.authenticate(token).await {
            Ok(caller) => Authentication::Known(caller),
            Err(error) => Authentication::Refused(error),
        },
    }
}

/// Wraps a router so that extractors know who calls. It refuses nobody itself.
pub fn authenticate<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    authenticator: Arc<dyn Authenticator>,
) -> Router<S> {
    router.layer(middleware::from_fn(
        move |mut request: Request, next: Next| {
            let authenticator = Arc::clone(&authenticator);
            async move {
                let authentication = identify(authenticator.as_ref(), request.headers()).await;
                request.extensions_mut().insert(authentication);
                next.run(request).await
            }
        },
    ))
}

/// The token behind `Bearer`; a header of another scheme counts as a token that gives nobody.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    let text = value.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") {
        token.trim()
    } else {
        ""
    })
}
