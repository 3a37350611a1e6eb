use std::time::Instant;

use axum::{
    body::Body,
    extract::State,
    http::{Method, Request, StatusCode},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    Call, Seen, Settings, Trouble, When,
    books::Books,
    change, control, find,
    opr::{Asked, Opr, Outcome},
    partners, put, search,
    state::{Shared, UnderWay},
};
use crate::{control::path_of, damage::late, reply};

type Fields = Map<String, Value>;

/// Answers any request.
pub(super) async fn answer(State(shared): State<Shared>, request: Request<Body>) -> Response {
    if let Some(path) = path_of(request.uri()) {
        return control::answer(&shared, path, request).await;
    }
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let call = Call::of(path);
    let body = reply::read(body).await;
    let asked = body.as_object().cloned().unwrap_or_default();
    let company = Asked(&asked).text("company_id").unwrap_or_default();
    let trouble = shared.lock().count(Seen {
        call,
        path: path.to_owned(),
        company: company.clone(),
        buyer_order: Asked(&asked).text("buyer_order"),
        faulty: false,
    });
    let under_way = UnderWay::begin(&shared, &company, call);
    let answer = match trouble {
        Some((When::Before, Trouble::Damage(damage))) => {
            let nothing = reply::json(StatusCode::OK, &json!({}));
            damage.apply(nothing, path).await
        }
        Some((When::Before, Trouble::Refusal(code, words))) => refusal(Opr::new(code, words)),
        // Another family, or no such call: the web server answers, not Metakocka.
        _ if call == Call::Unknown => reply::html(StatusCode::NOT_FOUND),
        _ if parts.method != Method::POST => reply::html(StatusCode::METHOD_NOT_ALLOWED),
        Some((_, Trouble::Slow(by))) => work(&shared, call, asked, by).await,
        None => work(&shared, call, asked, 0).await,
        Some((When::After, Trouble::Damage(damage))) => {
            let answer = work(&shared, call, asked, 0).await;
            damage.apply(answer, path).await
        }
        Some((When::After, Trouble::Refusal(code, words))) => {
            let _ = work(&shared, call, asked, 0).await;
            refusal(Opr::new(code, words))
        }
    };
    drop(under_way);
    answer
}

/// Does what is asked, even if the caller leaves, and answers.
async fn work(shared: &Shared, call: Call, asked: Fields, delay: u64) -> Response {
    let begin = Instant::now();
    let done = shared
        .tasks
        .spawn(perform(shared.clone(), call, asked, delay));
    let outcome = done
        .await
        .unwrap_or_else(|_| Err(Opr::new(1, "Internal server error.")));
    let mut body = match outcome {
        Ok(mut body) => {
            if !call.has_no_code() {
                body.entry("opr_code").or_insert_with(|| json!("0"));
            }
            body
        }
        Err(opr) => opr.into_body(),
    };
    let took = begin.elapsed().as_millis().to_string();
    // Some calls say it in another word.
    let name = match call {
        Call::Search => "opr_time",
        _ => "opr_time_ms",
    };
    body.insert(name.to_owned(), json!(took));
    if call == Call::PutDocument {
        body.insert("opr_time_no_lock_ms".to_owned(), json!(took));
    }
    reply::json(StatusCode::OK, &body)
}

fn refusal(opr: Opr) -> Response {
    reply::json(StatusCode::OK, &opr.into_body())
}

async fn perform(shared: Shared, call: Call, asked: Fields, delay: u64) -> Outcome {
    late(delay).await;
    let settings = enter(&shared, Asked(&asked))?;
    late(settings.call_ms).await;
    if call == Call::Search {
        let company = Asked(&asked).wanted("company_id")?;
        let queue = shared.lock().queue(&company);
        let _turn = if settings.refuses_second_search {
            let turn = queue.try_lock();
            turn.map_err(|_| Opr::new(5, "Quote exceeds"))?
        } else {
            queue.lock().await
        };
        late(settings.search_ms).await;
        return execute(&shared, call, Asked(&asked));
    }
    execute(&shared, call, Asked(&asked))
}

/// Lets a caller in, or not.
fn enter(shared: &Shared, asked: Asked<'_>) -> Result<Settings, Opr> {
    let (key, id) = (asked.wanted("secret_key")?, asked.wanted("company_id")?);
    let now = shared.clock.now();
    let mut state = shared.lock();
    let books = state
        .books
        .get_mut(&id)
        .filter(|books| books.company.secret_key == key);
    let Some(books) = books else {
        state.calls.strangers += 1;
        return Err(Opr::new(3, "Invalid value for secret_key and company_id"));
    };
    if books.company.settings.blocks_address {
        let words = format!("IP address '192.0.2.1' is not allowed for company_id = {id}");
        return Err(Opr::new(4, words));
    }
    books.count_call(now)?;
    Ok(books.company.settings.clone())
}

fn execute(shared: &Shared, call: Call, asked: Asked<'_>) -> Outcome {
    let now = shared.clock.now();
    let id = asked.wanted("company_id")?;
    let mut state = shared.lock();
    let books: &mut Books = state
        .books
        .get_mut(&id)
        .ok_or_else(|| Opr::new(3, "Invalid value for secret_key and company_id"))?;
    match call {
        Call::PutDocument => put::put(books, asked, now),
        Call::UpdateDocument => change::update(books, asked, now),
        Call::GetDocument => find::get(books, asked),
        Call::DeleteDocument => change::delete(books, asked),
        Call::ChangeDocumentStatus => change::change_status(books, asked, now),
        Call::PutTransaction => change::pay(books, asked, now),
        Call::Search => search::search(books, asked, now),
        Call::SearchQueryAdvanceDiscovery => search::discover(asked),
        Call::GetPartner => partners::get(books, asked),
        Call::AddPartner => partners::add(books, asked),
        Call::WarehouseList => Ok(find::warehouses(books)),
        Call::ProductList => Ok(find::products(books, asked)),
        Call::WarehouseStock => Ok(find::stock(books, asked)),
        // It says so whatever was sent, even nothing.
        Call::SyncStock => Ok(super::opr::texts([(
            "opr_desc",
            Some("Sync successful".to_owned()),
        )])),
        Call::Unknown => Err(Opr::new(1, "Internal server error.")),
    }
}
