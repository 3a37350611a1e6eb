//! The router with real repositories, and one product on the shelf.

mod reply;
mod rows;
mod tokens;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::{DateTime, TimeDelta};
use clock::{Clock, FixedClock};
use database::Database;
use futures_util::future::join_all;
use outbox::Tail;
use serde_json::{Value, json};
use stock::{
    Combiner, CommandQueue, ConnectedClients, Expiry, ProductRepository, QueueLimits,
    SeaProductRepository, SeaStockRepository, ShownProducts, Stock, StockParts, StockRepository,
    ValidationNews,
};
use test_support::TestDatabase;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) use self::reply::{Reply, faults};
use self::tokens::Tokens;

/// The moment at which the clock of every test stands: 2027-01-15T08:00:00Z.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const NOW_TEXT: &str = "2027-01-15T08:00:00.000Z";

/// One node on a database of its own.
pub(crate) struct App {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) test_database: TestDatabase,
    node: Node,
}

/// A gateway without the gateway.
pub(crate) struct Node {
    pub(crate) router: Router,
    pub(crate) units: Arc<dyn StockRepository>,
    pub(crate) stock: Stock,
    pub(crate) expiry: Expiry,
    pub(crate) news: ValidationNews,
    pub(crate) tail: Tail,
    pub(crate) combiner: Combiner,
}

struct ThreeClients;

impl ConnectedClients for ThreeClients {
    fn count(&self) -> usize {
        3
    }
}

impl Node {
    async fn on(database: &Database, clock: &Arc<FixedClock>) -> Self {
        let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
        let units: Arc<dyn StockRepository> = Arc::new(SeaStockRepository::new(database.clone()));
        let products: Arc<dyn ProductRepository> =
            Arc::new(SeaProductRepository::new(database.clone()));
        let shown = ShownProducts::new(Arc::clone(&products));
        let tail = Tail::start(database.clone(), vec![Arc::new(shown.clone())]).await;
        let (queue, combiner) =
            CommandQueue::new(&units, Arc::clone(&clock), QueueLimits::default());
        let news = ValidationNews::new(Arc::clone(&units), Arc::clone(&clock));
        let stock = Stock::new(StockParts {
            units: Arc::clone(&units),
            products,
            queue,
            shown,
            news: news.clone(),
            clock: Arc::clone(&clock),
        });
        let (router, _) = stock::router(stock.clone(), Arc::new(ThreeClients)).split_for_parts();
        let router = auth::authenticate(router, Arc::new(Tokens));
        Self {
            router: api_error::envelope(router, Arc::clone(&clock)),
            expiry: Expiry::new(Arc::clone(&units), clock),
            units,
            stock,
            news,
            tail: tail.unwrap(),
            combiner,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        self.send_all(vec![request]).await.remove(0)
    }

    /// Sends all at once, with somebody who takes the orders.
    pub(crate) async fn send_all(&self, requests: Vec<Request<Body>>) -> Vec<Reply> {
        let send =
            async |request| Reply::of(self.router.clone().oneshot(request).await.unwrap()).await;
        tokio::select! {
            replies = join_all(requests.into_iter().map(send)) => replies,
            () = self.combiner.run(CancellationToken::new()) => unreachable!("it runs until it is stopped"),
        }
    }
}

impl App {
    pub(crate) async fn on(test_database: TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::at(DateTime::from_timestamp(NOW, 0).unwrap()));
        Self {
            node: Node::on(test_database.database(), &clock).await,
            clock,
            test_database,
        }
    }

    /// The same with the product `P1`: 10 red and 5 blue ones in M, 1 red one in L.
    pub(crate) async fn stocked(test_database: TestDatabase) -> Self {
        let app = Self::on(test_database).await;
        app.make("P1", &[("M", "Red", 10), ("M", "Blue", 5), ("L", "Red", 1)])
            .await;
        app
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Another node on the same database.
    pub(crate) async fn another_node(&self) -> Node {
        Node::on(&self.test_database.another_node().await, &self.clock).await
    }

    pub(crate) fn later(&self, millis: i64) {
        self.clock.advance(TimeDelta::milliseconds(millis));
    }

    pub(crate) async fn make(&self, id: &str, variants: &[(&str, &str, i64)]) -> Value {
        let product = json!({"_id": id, "title": format!("Product {id}"), "price": 100, "currency": "L.E.",
            "sizeVariants": sizes(variants)});
        self.post("/api/products", product).await.is(201)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("", "GET", path, None).await
    }

    /// As a shop's program.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(WRITER, "POST", path, Some(body)).await
    }

    pub(crate) async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        self.node.send(request(token, method, path, body)).await
    }

    /// Sells; `lines` are of `P1`.
    pub(crate) async fn reduce(&self, order: &str, lines: &[(&str, &str, i64)]) -> Reply {
        let path = format!("/api/stock/reduce?afterOrder=true&orderId={order}");
        self.post(&path, json!({"items": items(lines)})).await
    }

    /// Holds for a minute; `lines` are of `P1`.
    pub(crate) async fn reserve(&self, id: &str, lines: &[(&str, &str, i64)]) -> Reply {
        let body = json!({"reservationId": id, "items": items(lines), "ttlSeconds": 60});
        self.post("/api/stock/reserve", body).await
    }

    pub(crate) async fn release(&self, field: &str, id: &str) -> Reply {
        self.post("/api/stock/release", json!({field: id})).await
    }

    /// Stock and what is held of a variant of `P1`, as the database says.
    pub(crate) async fn level(&self, size: &str, color: &str) -> (i64, i64) {
        let product = self
            .get("/api/products/P1/stock?afterOrder=true")
            .await
            .is(200);
        level(&product, size, color)
    }

    /// Nothing differs from what the ledger and the holds say.
    pub(crate) async fn assert_sound(&self) {
        let found = self
            .call("admin", "GET", "/api/stock/verify", None)
            .await
            .is(200);
        assert_eq!(
            (&found["success"], &found["total"]),
            (&json!(true), &json!(0)),
            "{found}"
        );
    }

    /// Changes rows as another program would.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.test_database.tamper(sql).await;
    }
}

/// The token of a shop's program.
pub(crate) const WRITER: &str = "service:stock:write";

/// Variants as a product has them.
pub(crate) fn sizes(variants: &[(&str, &str, i64)]) -> Value {
    let mut sizes: Vec<Value> = Vec::new();
    for (size, color, stock) in variants {
        let color = json!({"color": color, "stock": stock});
        match sizes.iter_mut().find(|known| known["size"] == *size) {
            Some(known) => known["colorVariants"].as_array_mut().unwrap().push(color),
            None => sizes.push(json!({"size": size, "colorVariants": [color]})),
        }
    }
    sizes.into()
}

/// Lines of `P1`.
pub(crate) fn items(lines: &[(&str, &str, i64)]) -> Value {
    let items = lines
        .iter()
        .map(|(size, color, quantity)| item("P1", size, color, *quantity));
    items.collect()
}

pub(crate) fn item(product: &str, size: &str, color: &str, quantity: i64) -> Value {
    json!({"productId": product, "size": size, "color": color, "quantity": quantity})
}

/// Stock and what is held of a variant in an answer.
pub(crate) fn level(product: &Value, size: &str, color: &str) -> (i64, i64) {
    let find = |list: &Value, field: &str, name: &str| {
        let mut items = list.as_array().unwrap().iter();
        let found = items.find(|item| item[field] == name);
        found
            .unwrap_or_else(|| panic!("no {name} in {list}"))
            .clone()
    };
    let size = find(&product["sizeVariants"], "size", size);
    let color = find(&size["colorVariants"], "color", color);
    let number = |field: &str| color[field].as_i64().unwrap();
    assert_eq!(number("available"), number("stock") - number("reserved"));
    (number("stock"), number("reserved"))
}

pub(crate) fn request(token: &str, method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    request.body(body).unwrap()
}
