//! The five steps by which a storefront is built in, with the requests as its guide writes them.

use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::harness::{Answer, Client, House, until};

on_both!(
    a_storefront_asks_sells_hears_and_shows_as_the_guide_says,
    an_answer_says_what_is_wrong_with_each_line,
);

const SHIRT: &str = "60d21b4667d0d8992e610c85";
const SCARF: &str = "60d21b4667d0d8992e610c86";

/// The product of the guide.
const PRODUCT: &str = r#"{
  "_id": "60d21b4667d0d8992e610c85",
  "title": "Product Name",
  "description": "Product Description",
  "price": 100,
  "currency": "L.E.",
  "sizeVariants": [
    {
      "size": "M",
      "colorVariants": [
        {
          "color": "Red",
          "stock": 10
        }
      ]
    }
  ],
  "updatedAt": "2025-05-07T02:06:47+03:00"
}"#;

/// What the guide sends to be validated, and again to be sold.
const ITEMS: &str =
    r#"{"items":[{"productId":"60d21b4667d0d8992e610c85","size":"M","color":"Red","quantity":2}]}"#;

/// Sends a text as it stands.
async fn send(client: &Client, path: &str, body: &str) -> Answer {
    let request = client.request("POST", path);
    let request = request.header(CONTENT_TYPE, "application/json");
    let response = request.body(body.to_owned()).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap(),
    }
}

/// Expects that nobody keeps the answer.
#[track_caller]
fn expect_uncached(answer: &Answer) {
    expect_stamped(answer);
    assert_eq!(
        answer.header("cache-control"),
        "no-cache, no-store, must-revalidate"
    );
    assert_eq!(answer.header("pragma"), "no-cache");
}

/// Expects that the answer may be kept for some seconds.
#[track_caller]
fn expect_cached(answer: &Answer) {
    expect_stamped(answer);
    assert_eq!(answer.header("cache-control"), "public, max-age=5");
    assert_eq!(answer.header("pragma"), "");
}

#[track_caller]
fn expect_stamped(answer: &Answer) {
    let stamp: i64 = answer.header("x-stock-timestamp").parse().unwrap();
    let made: DateTime<Utc> = answer.body["timestamp"].as_str().unwrap().parse().unwrap();
    let apart = (stamp - made.timestamp_millis()).abs();
    assert!(apart < 5_000, "{apart} ms apart");
}

async fn a_storefront_asks_sells_hears_and_shows_as_the_guide_says(database: TestDatabase) {
    let house = House::open(database).await;
    let made = send(&house.admin, "/api/products", PRODUCT).await.is(201);
    assert_eq!(
        (&made["_id"], &made["stock"], &made["currency"]),
        (&json!(SHIRT), &json!(10), &json!("L.E."))
    );
    let scarf = PRODUCT.replace(SHIRT, SCARF);
    send(&house.admin, "/api/products", &scarf).await.is(201);
    let program = house.service(&["stock:write"]).await;

    it_asks_before_the_checkout(&house).await;
    it_sells_after_the_order(&house, &program).await;
    everybody_hears_of_it(&house, &program).await;
    it_shows_several(&house.stranger()).await;
    it_shows_one(&house.stranger()).await;
    let movements = format!("/api/stock/movements?productId={SHIRT}");
    let ledger = program.all(&movements).await;
    let deltas: Vec<_> = ledger.iter().map(|line| line["delta"].as_i64()).collect();
    assert_eq!(deltas, [Some(-2), Some(10)]);
}

async fn it_asks_before_the_checkout(house: &House) {
    let answer = send(&house.stranger(), "/api/stock/validate", ITEMS).await;
    expect_uncached(&answer);
    let data = answer.is(200);
    assert_eq!(data["success"], true);
    assert_eq!(
        data["items"],
        json!([{"productId": SHIRT, "size": "M", "color": "Red", "quantity": 2, "available": 10, "status": "valid"}])
    );
    assert_eq!(data["errors"], json!([]));
}

async fn it_sells_after_the_order(house: &House, program: &Client) {
    let path = "/api/stock/reduce?afterOrder=true&orderId=12345";
    let nobody = send(&house.stranger(), path, ITEMS).await;
    expect_uncached(&nobody);
    nobody.refuses(401, "unauthenticated");
    for replayed in [false, true] {
        let answer = send(program, path, ITEMS).await;
        expect_uncached(&answer);
        let data = answer.is(200);
        assert_eq!(
            data["results"],
            json!([{"productId": SHIRT, "size": "M", "color": "Red", "quantity": 2, "newStock": 8, "status": "success"}])
        );
        let told = ["success", "orderId", "replayed", "afterOrder"].map(|field| &data[field]);
        assert_eq!(
            json!(told),
            json!([true, "12345", replayed, true]),
            "{data}"
        );
    }
}

async fn everybody_hears_of_it(house: &House, program: &Client) {
    let status = house.stranger().get("/api/socket").await.is(200);
    assert_eq!(
        (&status["success"], &status["status"]),
        (&json!(true), &json!("running"))
    );
    assert_eq!(status["connectedClients"], 0);
    let by_hand = json!({"event": "STOCK_UPDATED", "data": {"productId": SCARF, "stock": 10}});
    let answer = program.post("/api/socket", &by_hand).await;
    assert_eq!(answer.is(200)["success"], true);
    let unknown = json!({"event": "STOCK_STOLEN", "data": {}});
    let refused = program.post("/api/socket", &unknown).await;
    refused.refuses(400, "invalid_request");
    for (event, product, told) in [
        ("STOCK_REDUCED", SHIRT, json!([8, "M", "Red", true])),
        ("STOCK_VALIDATED", SHIRT, json!([10, "M", "Red", null])),
        ("STOCK_UPDATED", SCARF, json!([10, null, null, null])),
    ] {
        until(event, async || {
            let sent = sent(house, event).await;
            sent.iter().any(|data| {
                let fields = ["stock", "size", "color", "afterOrder"].map(|field| &data[field]);
                let is_timed = data["timestamp"].is_string();
                data["productId"] == product && json!(fields) == told && is_timed
            })
        })
        .await;
    }
    let sold = sent(house, "STOCK_REDUCED").await;
    assert_eq!(sold.len(), 1, "{sold:?}");
}

/// What there is to send of an event.
async fn sent(house: &House, event: &str) -> Vec<Value> {
    let query = format!("SELECT payload FROM outbox WHERE event = '{event}' ORDER BY id");
    let rows = house.sql.rows(&query).await;
    rows.iter()
        .map(|row| serde_json::from_str(row["payload"].as_str().unwrap()).unwrap())
        .collect()
}

async fn it_shows_several(browser: &Client) {
    let answer = browser
        .get(&format!("/api/stock/sync?productIds={SHIRT},{SCARF},gone"))
        .await;
    expect_cached(&answer);
    let data = answer.is(200);
    assert_eq!(data["success"], true);
    assert_eq!(data["missing"], json!(["gone"]));
    let stocks = data["products"].as_array().unwrap().iter();
    let stocks: Vec<_> = stocks
        .map(|product| (product["productId"].as_str(), product["stock"].as_i64()))
        .collect();
    assert_eq!(stocks, [(Some(SHIRT), Some(8)), (Some(SCARF), Some(10))]);
}

async fn it_shows_one(browser: &Client) {
    let path = format!("/api/products/{SHIRT}/stock");
    let answer = browser.get(&path).await;
    expect_cached(&answer);
    assert!(!answer.header("etag").is_empty());
    assert!(answer.header("last-modified").ends_with(" GMT"));
    let data = answer.is(200);
    assert_eq!(
        data["sizeVariants"],
        json!([{"size": "M", "colorVariants": [{"color": "Red", "stock": 8, "reserved": 0, "available": 8}]}])
    );
    assert_eq!(
        (&data["productId"], &data["title"], &data["stock"]),
        (&json!(SHIRT), &json!("Product Name"), &json!(8))
    );
    let fresh = browser.get(&format!("{path}?afterOrder=true")).await;
    expect_uncached(&fresh);
    assert_eq!(fresh.is(200)["stock"], 8);
    let gone = browser.get("/api/products/gone/stock").await;
    expect_uncached(&gone);
    gone.refuses(404, "not_found");
}

fn item(product: &str, size: &str, color: &str, quantity: i64) -> Value {
    json!({"productId": product, "size": size, "color": color, "quantity": quantity})
}

async fn an_answer_says_what_is_wrong_with_each_line(database: TestDatabase) {
    let house = House::open(database).await;
    send(&house.admin, "/api/products", PRODUCT).await.is(201);
    let items = json!([
        item("gone", "M", "Red", 1),
        item(SHIRT, "XL", "Red", 1),
        item(SHIRT, "M", "Blue", 1),
        item(SHIRT, "M", "Red", 6),
        item(SHIRT, "M", "Red", 5),
        {"productId": SHIRT, "size": "M", "quantity": 1},
    ]);
    let wrong = json!([
        ["Product not found", "product_not_found", 0, 1],
        ["Size variant not found", "size_not_found", 0, 1],
        ["Color variant not found", "color_not_found", 0, 1],
        ["Insufficient stock", "insufficient_stock", 10, 11],
        ["Insufficient stock", "insufficient_stock", 10, 11],
        ["Missing required fields", "missing_fields", 0, 1],
    ]);
    let (browser, body) = (house.stranger(), json!({"items": items}));
    let answer = browser.post("/api/stock/validate", &body).await;
    let data = answer.is(200);
    let served = json!([data["success"], data["items"]]);
    assert_eq!(served, json!([false, []]));
    let told = told(&data);
    for (n, wrong) in wrong.as_array().unwrap().iter().enumerate().take(5) {
        assert_eq!(told[n], *wrong, "{data}");
        assert_eq!(data["errors"][n]["item"], items[n]);
    }
    assert_eq!((&told[5][0], &told[5][1]), (&wrong[5][0], &wrong[5][1]));
    nothing_of_it_is_sold(&house, &items, &told[..5]).await;
}

/// The same lines, but for the one that says too little, are refused whole.
async fn nothing_of_it_is_sold(house: &House, items: &Value, wrong: &[Value]) {
    let whole = json!({"items": items.as_array().unwrap()[..5]});
    let refused = house
        .admin
        .post("/api/stock/reduce?orderId=bad", &whole)
        .await;
    let refused = refused.refuses(409, "stock_unavailable");
    assert_eq!(told(&refused), wrong);
    let short = json!({"items": [item(SHIRT, "M", "Red", 11)]});
    let refused = house
        .admin
        .post("/api/stock/reduce?orderId=bad", &short)
        .await;
    refused.refuses(409, "insufficient_stock");
    let path = format!("/api/products/{SHIRT}/stock?afterOrder=true");
    assert_eq!(house.stranger().get(&path).await.is(200)["stock"], 10);
    let broken = house
        .admin
        .post("/api/stock/reduce", &json!({"items": []}))
        .await;
    broken.refuses(400, "invalid_request");
}

/// The errors of an answer: sentence, code, available and requested.
fn told(data: &Value) -> Vec<Value> {
    let errors = data["errors"].as_array().unwrap();
    let fields = ["error", "code", "available", "requested"];
    errors
        .iter()
        .map(|error| json!(fields.map(|field| &error[field])))
        .collect()
}
