//! What the control routes of both servers share.

use axum::{
    http::{Method, StatusCode, Uri},
    response::Response,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::reply;

/// Where the control routes are. No route of the real servers begins like this.
pub(crate) const PREFIX: &str = "/_control";

/// A call of a control route.
pub(crate) struct Order {
    pub(crate) method: Method,
    /// Behind the prefix, without slashes around it.
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// The path behind the prefix, if that is what the call is for.
pub(crate) fn path_of(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_prefix(PREFIX)?;
    (path.is_empty() || path.starts_with('/')).then(|| path.trim_matches('/').to_owned())
}

/// Why an order was not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// No such route.
    Unknown,
    /// The body is not what the route takes; why.
    Body(String),
}

impl Refusal {
    pub(crate) fn answer(&self) -> Response {
        let (status, error) = match self {
            Self::Unknown => (
                StatusCode::NOT_FOUND,
                "no such control route; see the README",
            ),
            Self::Body(why) => (StatusCode::BAD_REQUEST, why.as_str()),
        };
        reply::json(status, &json!({ "error": error }))
    }
}

/// A body as what the route takes.
pub(crate) fn parse<T: DeserializeOwned>(body: Value) -> Result<T, Refusal> {
    serde_json::from_value(body).map_err(|error| Refusal::Body(error.to_string()))
}

/// `present` with the fields of `changes` in place of its own.
pub(crate) fn merged<T: Serialize + DeserializeOwned>(
    present: &T,
    changes: Value,
) -> Result<T, Refusal> {
    let Value::Object(changes) = changes else {
        return Err(Refusal::Body("must be an object".to_owned()));
    };
    let mut fields = match serde_json::to_value(present) {
        Ok(Value::Object(fields)) => fields,
        other => return Err(Refusal::Body(format!("cannot be changed: {other:?}"))),
    };
    for (name, value) in changes {
        match fields.get_mut(&name) {
            Some(field) => *field = value,
            None => return Err(Refusal::Body(format!("no such field: {name}"))),
        }
    }
    parse(Value::Object(fields))
}
