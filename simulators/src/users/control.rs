//! The server's other side: what a test or a person changes over HTTP while it runs.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Behavior, Fault, Shared, User, people};
use crate::{
    control::{Order, Refusal, merged, parse},
    reply,
};

/// Seconds that a server is away for at most, when told so over HTTP: nobody could call it back.
const LONGEST_ABSENCE: u64 = 3_600;

pub(super) async fn answer(shared: &Shared, path: String, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let order = Order {
        method: parts.method,
        path,
        body: reply::read(body).await,
    };
    match obey(shared, order) {
        Ok(body) => reply::json(StatusCode::OK, &body),
        Err(refusal) => refusal.answer(),
    }
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Absence {
    seconds: u64,
}

#[derive(Deserialize)]
struct Sample {
    count: u32,
}

fn obey(shared: &Shared, order: Order) -> Result<Value, Refusal> {
    let mut state = shared.lock();
    match (order.method.as_str(), order.path.as_str()) {
        ("GET", "") => {}
        ("GET", "users") => return Ok(json!(state.users().as_slice())),
        ("GET", "calls") => return Ok(json!(state.seen)),
        ("PUT", "users") => state.set_users(parse::<Vec<User>>(order.body)?),
        ("POST", "users") => {
            let added: User = parse(order.body)?;
            let mut users = state.users().to_vec();
            users.retain(|user| user.id != added.id);
            users.push(added);
            state.set_users(users);
        }
        ("DELETE", "users") => state.set_users(Vec::new()),
        ("POST", "sample") => state.set_users(people(parse::<Sample>(order.body)?.count)),
        ("PATCH", "behavior") => state.behavior = merged(&state.behavior, order.body)?,
        ("DELETE", "behavior") => state.behavior = Behavior::default(),
        ("POST", "faults") => state.faults.push(parse::<Fault>(order.body)?),
        ("DELETE", "faults") => state.faults.clear(),
        ("DELETE", "tokens") => state.tokens.clear(),
        ("DELETE", "calls") => state.forget_calls(),
        ("PUT", "credentials") => {
            let Credentials { email, password } = parse(order.body)?;
            state.credentials = (email, password);
        }
        ("POST", "refuse") => {
            let seconds = parse::<Absence>(order.body)?.seconds;
            let absence = Duration::from_secs(seconds.min(LONGEST_ABSENCE));
            drop(shared.gate.ask_to_refuse(Some(absence)));
        }
        _ => return Err(Refusal::Unknown),
    }
    Ok(json!({
        "users": state.users().len(),
        "behavior": state.behavior,
        "faults": state.faults,
        "calls": state.calls,
    }))
}
