//! One node with invented neighbours, and clients that speak Socket.IO over long-polling.

mod client;
mod fakes;

use std::sync::Arc;

use auth::AccountId;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::{DateTime, TimeDelta};
use clock::{Clock, FixedClock};
use database::{Database, StorageError};
use http_body_util::BodyExt;
use outbox::{Audience, Fact, Tail};
use realtime::{
    Realtime, RealtimeParts, SeaLiveRepository, SeaMessageRepository, SeaNotificationRepository,
};
use serde_json::Value;
use test_support::TestDatabase;
use tower::ServiceExt;

pub(crate) use self::{client::Client, fakes::Town};

/// The moment at which the clock of every test stands at first: 2027-01-15T08:00:00Z.
pub(crate) const NOW: i64 = 1_800_000_000;

/// One node.
pub(crate) struct Node {
    pub(crate) realtime: Realtime,
    pub(crate) tail: Tail,
    pub(crate) router: Router,
    database: Database,
}

/// A node on a database of its own, and the people of a town: customers `c1` and `c2`, partners `p1` and `p2`, admin
/// `a1`. The booking `B1` is `c1`'s and is done by `p1`.
pub(crate) struct App {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) town: Arc<Town>,
    pub(crate) test_database: TestDatabase,
    pub(crate) node: Node,
}

impl Node {
    async fn on(database: Database, clock: &Arc<FixedClock>, town: &Arc<Town>) -> Self {
        let realtime = Realtime::new(RealtimeParts {
            database: database.clone(),
            clock: Arc::<FixedClock>::clone(clock),
            authenticator: Arc::<Town>::clone(town),
            messages: Arc::new(SeaMessageRepository::new(database.clone())),
            notifications: Arc::new(SeaNotificationRepository::new(database.clone())),
            live: Arc::new(SeaLiveRepository::new(database.clone())),
            people: Arc::<Town>::clone(town),
            desk: Arc::<Town>::clone(town),
            bureau: Arc::<Town>::clone(town),
            herald: Arc::<Town>::clone(town),
            redis_url: None,
            events_per_second: std::num::NonZeroU32::new(50),
        });
        let tail = Tail::start(database.clone(), vec![realtime.listener()]).await;
        let tail = tail.unwrap();
        realtime.begin_at(tail.position());
        let (router, _) = realtime::router(&realtime).split_for_parts();
        let router = router.merge(realtime::socket_router(&realtime));
        let router = auth::authenticate(router, Arc::<Town>::clone(town));
        let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
        Self {
            realtime,
            tail,
            router: api_error::envelope(router, clock),
            database,
        }
    }

    /// Hands on what was recorded.
    pub(crate) async fn hear(&self) {
        self.tail.run_once().await.unwrap();
        self.realtime.send_stock_once();
    }

    /// Records an event as another domain would.
    pub(crate) async fn record(&self, audience: Audience, event: &'static str, payload: Value) {
        let facts = &[Fact::new(audience, event, payload)];
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let written = self.database.write(|transaction| async move {
            outbox::append(&*transaction, facts, now).await?;
            Ok::<_, StorageError>(())
        });
        written.await.unwrap();
    }
}

impl App {
    pub(crate) async fn on(test_database: TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::at(DateTime::from_timestamp(NOW, 0).unwrap()));
        let town = Arc::new(Town::new(Arc::<FixedClock>::clone(&clock)));
        let node = Node::on(test_database.database().clone(), &clock, &town).await;
        Self {
            clock,
            town,
            test_database,
            node,
        }
    }

    /// Another node on the same database.
    pub(crate) async fn another_node(&self) -> Node {
        let database = self.test_database.another_node().await;
        Node::on(database, &self.clock, &self.town).await
    }

    pub(crate) fn later(&self, millis: i64) {
        self.clock.advance(TimeDelta::milliseconds(millis));
    }

    /// A client of `token` in its namespace; its id is its token.
    pub(crate) async fn join(&self, token: &str) -> Client {
        Client::join(
            &self.node.router,
            place_of(token),
            &format!(r#"{{"token":"{token}"}}"#),
        )
        .await
    }

    /// The same with a cursor.
    pub(crate) async fn rejoin(&self, token: &str, last_event: i64) -> Client {
        let auth = format!(r#"{{"token":"{token}","lastEventId":{last_event}}}"#);
        Client::join(&self.node.router, place_of(token), &auth).await
    }

    /// Calls REST as `token`: the status and the body.
    pub(crate) async fn call(&self, token: &str, method: &str, path: &str) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let answer = self.node.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Value {
        let (status, body) = self.call(token, "GET", path).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

fn place_of(token: &str) -> &'static str {
    match &token[..1] {
        "c" => "/customer",
        "p" => "/partner",
        "a" => "/admin",
        _ => "/",
    }
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

pub(crate) fn of(id: &str) -> Audience {
    Audience::Account(account(id))
}
