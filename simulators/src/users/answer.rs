use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Method, Request, StatusCode, Uri, header::ACCEPT, header::AUTHORIZATION},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::{
    Behavior, Call, Paging, Seen, Shared, TokenAt, Total, User, UsersAt, control, state::Token,
};
use crate::{control::path_of, damage::late, reply};

/// Rows in a page where nobody says how many.
const DEFAULT_LIMIT: usize = 10;

/// Answers any request.
pub(super) async fn answer(State(shared): State<Shared>, request: Request<Body>) -> Response {
    if let Some(path) = path_of(request.uri()) {
        return control::answer(&shared, path, request).await;
    }
    let (parts, body) = request.into_parts();
    let call = call_of(&parts.method, parts.uri.path());
    let asked = Asked::from(&parts.uri);
    let page = (call == Call::Users).then_some(asked.page);
    let token = token_of(&parts.headers);
    let damage = {
        let mut state = shared.lock();
        if !has_headers(&parts.headers) {
            state.calls.without_headers += 1;
        }
        let seen = Seen {
            call,
            path: parts.uri.to_string(),
            with_token: token.is_some(),
        };
        state.count(seen, page)
    };
    let reading = (call == Call::Users).then(|| Reading::start(&shared));
    let answer = match call {
        Call::SignIn => sign_in(&shared, &reply::read(body).await).await,
        Call::Refresh => refresh(&shared, token.as_deref()).await,
        Call::Users => users(&shared, token.as_deref(), &asked).await,
        Call::Other => reply::html(StatusCode::NOT_FOUND),
    };
    let answer = match damage {
        Some(damage) => damage.apply(answer, parts.uri.path()).await,
        None => answer,
    };
    drop(reading);
    answer
}

fn call_of(method: &Method, path: &str) -> Call {
    match (method.as_str(), path) {
        ("POST", "/api/auth/login") => Call::SignIn,
        ("POST", "/api/auth/refreshtoken") => Call::Refresh,
        ("GET", "/api/conf/users") => Call::Users,
        _ => Call::Other,
    }
}

fn token_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

fn has_headers(headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains(wanted))
    };
    is("x-requested-with", "XMLHttpRequest") && is(ACCEPT.as_str(), "application/json")
}

/// A page that is being read, to know how many are at once.
struct Reading<'a>(&'a Shared);

impl<'a> Reading<'a> {
    fn start(shared: &'a Shared) -> Self {
        let mut state = shared.lock();
        state.pages_now += 1;
        state.calls.most_pages_at_once = state.calls.most_pages_at_once.max(state.pages_now);
        drop(state);
        Self(shared)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.lock().pages_now -= 1;
    }
}

async fn sign_in(shared: &Shared, body: &Value) -> Response {
    let delay = shared.lock().behavior.sign_in_ms;
    late(delay).await;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::trim);
    let (Some(email), Some(password)) = (text("email"), text("password")) else {
        return error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "You must input email and password",
        );
    };
    let mut state = shared.lock();
    if (email, password) != (&*state.credentials.0, &*state.credentials.1) {
        return error(
            StatusCode::UNAUTHORIZED,
            "Your username or password not valid",
        );
    }
    let (text, token) = state.issue(shared.clock.now());
    signed_in(state.behavior.token_at, &text, token)
}

async fn refresh(shared: &Shared, token: Option<&str>) -> Response {
    let delay = shared.lock().behavior.sign_in_ms;
    late(delay).await;
    let now = shared.clock.now();
    let mut state = shared.lock();
    if !token.is_some_and(|token| state.accepts(token, now)) {
        return error(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let (text, token) = state.issue(now);
    signed_in(state.behavior.token_at, &text, token)
}

fn error(status: StatusCode, message: &str) -> Response {
    reply::json(status, &json!({"status": "error", "message": message}))
}

fn signed_in(at: TokenAt, text: &str, token: Token) -> Response {
    let minute = |moment: DateTime<Utc>| moment.format("%Y-%m-%d %H:%M").to_string();
    let (outer, name) = match at {
        TokenAt::AccessToken => (None, "access_token"),
        TokenAt::Token => (None, "token"),
        TokenAt::ObjectAccessToken => (Some("object"), "access_token"),
        TokenAt::ObjectToken => (Some("object"), "token"),
        TokenAt::DataAccessToken => (Some("data"), "access_token"),
        TokenAt::DataToken => (Some("data"), "token"),
        TokenAt::Nowhere => (Some("object"), "key"),
    };
    let mut inner = Map::new();
    inner.insert(name.to_owned(), json!(text));
    inner.insert("expired_time".to_owned(), json!(minute(token.expires)));
    let later = token.expires + TimeDelta::minutes(105);
    inner.insert("expired_token".to_owned(), json!(minute(later)));
    let mut body = match outer {
        Some(outer) => Map::from_iter([(outer.to_owned(), Value::Object(inner))]),
        None => inner,
    };
    body.insert("status".to_owned(), json!("success"));
    reply::json(StatusCode::OK, &body)
}

/// What a page is asked for.
struct Asked {
    text: String,
    page: usize,
    limit: usize,
    ascending: bool,
}

impl From<&Uri> for Asked {
    fn from(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default();
        let query: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let number = |name: &str, default: usize| {
            let given = query.get(name).and_then(|text| text.parse().ok());
            given.filter(|number| *number > 0).unwrap_or(default)
        };
        Self {
            text: query.get("q").map(ToString::to_string).unwrap_or_default(),
            page: number("page", 1),
            limit: number("limit", DEFAULT_LIMIT),
            ascending: query.get("order").is_some_and(|order| order == "asc"),
        }
    }
}

async fn users(shared: &Shared, token: Option<&str>, asked: &Asked) -> Response {
    let delay = shared.lock().behavior.page_ms;
    late(delay).await;
    let now = shared.clock.now();
    let (users, behavior) = {
        let mut state = shared.lock();
        if !token.is_some_and(|token| state.accepts_for_page(token, now)) {
            return error(StatusCode::UNAUTHORIZED, "Unauthorized");
        }
        let before = (state.users().clone(), state.behavior.clone());
        state.move_rows();
        before
    };
    // Most often nothing is searched for, and there may be very many users.
    let found = if asked.text.is_empty() {
        users
    } else {
        let matching = users.iter().filter(|user| user.matches(&asked.text));
        Arc::new(matching.cloned().collect())
    };
    let rows = cut(&found, asked, &behavior);
    page(rows, found.len(), asked, &behavior)
}

/// The rows of a page.
fn cut(found: &[User], asked: &Asked, behavior: &Behavior) -> Vec<Value> {
    let limit = asked.limit.min(behavior.limit_cap.unwrap_or(usize::MAX));
    let page = match behavior.paging {
        Paging::AlwaysFirst => 1,
        Paging::EndsAfter(last) if asked.page > last => return Vec::new(),
        Paging::Right | Paging::EndsAfter(_) => asked.page,
    };
    let copies = copies(behavior);
    let start = limit.saturating_mul(page - 1);
    let end = start.saturating_add(limit).min(found.len() * copies);
    (start..end)
        .filter_map(|place| {
            let place = place / copies;
            let place = if asked.ascending {
                found.len() - 1 - place
            } else {
                place
            };
            found.get(place).map(User::row)
        })
        .collect()
}

/// How often each row stands there.
fn copies(behavior: &Behavior) -> usize {
    if behavior.duplicates { 2 } else { 1 }
}

fn page(rows: Vec<Value>, found: usize, asked: &Asked, behavior: &Behavior) -> Response {
    let name = match behavior.users_at {
        UsersAt::BareArray => return reply::json(StatusCode::OK, &rows),
        UsersAt::Object | UsersAt::Mapped => "object",
        UsersAt::Data => "data",
        UsersAt::Users => "users",
        UsersAt::Nowhere => "items",
    };
    let rows = match behavior.users_at {
        UsersAt::Mapped => json!({"rows": rows}),
        _ => Value::Array(rows),
    };
    let found = found * copies(behavior);
    let total = match behavior.total {
        Total::Right => Some(json!(found)),
        Total::Missing => None,
        Total::Null => Some(Value::Null),
        Total::Text => Some(json!(found.to_string())),
        Total::Off(by) => Some(json!(
            found.saturating_add_signed(by.try_into().unwrap_or(0))
        )),
        Total::Growing => Some(json!(found + asked.page - 1)),
    };
    let mut body = json!({
        name: rows,
        "page": asked.page,
        "limit": asked.limit,
        "status": "success",
    });
    if let Some(total) = total {
        body["total"] = total;
    }
    reply::json(StatusCode::OK, &body)
}
