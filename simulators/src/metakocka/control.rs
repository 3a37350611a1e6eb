//! Metakocka's other side: what a test or a person changes over HTTP while it runs.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Company, Fault,
    books::Books,
    opr::Asked,
    put,
    show::{self, Wanted},
    state::{Shared, State},
};
use crate::{
    control::{Order, Refusal, merged, parse},
    reply,
};

/// Seconds that the server is away for at most, when told so over HTTP: nobody could call it back.
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
struct Seed {
    seed: u64,
}

#[derive(Deserialize)]
struct Absence {
    seconds: u64,
}

fn obey(shared: &Shared, order: Order) -> Result<Value, Refusal> {
    let path: Vec<&str> = order.path.split('/').collect();
    let mut state = shared.lock();
    match (order.method.as_str(), path.as_slice()) {
        ("GET", [""]) => {}
        ("GET", ["calls"]) => return Ok(json!(state.seen)),
        ("DELETE", ["calls"]) => state.forget_calls(),
        ("PUT", ["companies"]) => state.open(parse::<Company>(order.body)?),
        ("PATCH", ["companies", id, "settings"]) => {
            let company = &mut books(&mut state, id)?.company;
            company.settings = merged(&company.settings, order.body)?;
        }
        ("GET", ["companies", id, "documents"]) => return Ok(documents(books(&mut state, id)?)),
        ("POST", ["companies", id, "documents"]) => {
            return save(shared, books(&mut state, id)?, &parse(order.body)?);
        }
        ("PATCH", ["companies", id, "documents", mk_id]) => {
            return change(shared, books(&mut state, id)?, mk_id, parse(order.body)?);
        }
        ("DELETE", ["companies", id, "documents", mk_id]) => {
            let mk_id = mk_id.parse().unwrap_or(0);
            let removed = books(&mut state, id)?.documents.remove(&mk_id);
            removed.ok_or(Refusal::Unknown)?;
        }
        ("POST", ["faults"]) => state.faults.push(parse::<Fault>(order.body)?),
        ("DELETE", ["faults"]) => state.faults.clear(),
        ("POST", ["seed"]) => state.seed(parse::<Seed>(order.body)?.seed),
        ("POST", ["refuse"]) => {
            let seconds = parse::<Absence>(order.body)?.seconds;
            let absence = Duration::from_secs(seconds.min(LONGEST_ABSENCE));
            drop(shared.gate.ask_to_refuse(Some(absence)));
        }
        _ => return Err(Refusal::Unknown),
    }
    Ok(summary(&state))
}

fn summary(state: &State) -> Value {
    let companies = state.books.values().map(|books| {
        json!({
            "id": books.company.id,
            "settings": books.company.settings,
            "documents": books.documents.len(),
            "partners": books.partners.len(),
        })
    });
    json!({
        "companies": companies.collect::<Value>(),
        "faults": state.faults,
        "calls": state.calls,
    })
}

fn books<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Books, Refusal> {
    state.books.get_mut(id).ok_or(Refusal::Unknown)
}

fn documents(books: &Books) -> Value {
    let documents = books.documents.values();
    documents
        .map(|document| Value::Object(show::document(document, &books.company, Wanted::nothing())))
        .collect()
}

fn save(
    shared: &Shared,
    books: &mut Books,
    document: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let saved = put::put(books, Asked(document), shared.clock.now());
    saved
        .map(Value::Object)
        .map_err(|opr| Refusal::Body(opr.words))
}

/// Puts some fields in place of a document's own, as somebody does in the user interface.
fn change(
    shared: &Shared,
    books: &mut Books,
    mk_id: &str,
    changes: Map<String, Value>,
) -> Result<Value, Refusal> {
    let mk_id = mk_id.parse().unwrap_or(0);
    let document = books.documents.get(&mk_id).ok_or(Refusal::Unknown)?;
    let mut whole = show::document(document, &books.company, Wanted::nothing());
    // What is shown is not quite what can be sent.
    whole.insert("status_code".to_owned(), json!(document.status));
    let rows = whole.get_mut("product_list").and_then(Value::as_array_mut);
    for (row, line) in rows.into_iter().flatten().zip(&document.lines) {
        let other = if line.gross {
            "price"
        } else {
            "price_with_tax"
        };
        row.as_object_mut().and_then(|row| row.remove(other));
    }
    whole.extend(changes);
    save(shared, books, &whole)
}
