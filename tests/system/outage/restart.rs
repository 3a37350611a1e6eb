use std::{sync::atomic::Ordering, time::Instant};

use futures_util::future::{join, join_all};
use serde_json::json;

use super::{
    load::{Load, PATIENCE, complaint},
    server::Server,
};
use crate::harness::{ADMIN_EMAIL, Client, Node, PASSWORD, Sql, until};

/// How many write, each to a booking of its own.
const CLIENTS: usize = 8;
/// Waiting for so many further answers shows that all goes on.
const ENOUGH: usize = 40;

struct Company {
    admin: Client,
    sql: Sql,
    node: Node,
    server: Server,
}

impl Company {
    async fn found() -> Self {
        let server = Server::start().await;
        let node = Node::start(&server.url).await;
        let (admin, _) = Client::stranger(&node).login(ADMIN_EMAIL).await;
        let ana = json!({"id": "ana", "email": "ana@x.test", "password": PASSWORD, "name": "Ana", "role": "customer"});
        admin.post("/api/accounts", &ana).await.is(201);
        for n in 0..CLIENTS {
            let booking = json!({"id": format!("B{n}"), "customerId": "ana", "service": "x", "scheduledAt": "2026-01-01", "address": "y"});
            admin.post("/bookings", &booking).await.is(201);
        }
        Self {
            admin,
            sql: Sql::new(&server.url),
            node,
            server,
        }
    }

    /// Lets everybody write while `story` goes on, and compares what they were told with what is there.
    async fn work_during(&self, story: impl AsyncFnOnce(&Load)) {
        let load = Load::default();
        let work = (0..CLIENTS).map(async |n| {
            let client = self.admin.clone();
            load.work(&client, &format!("B{n}")).await;
        });
        let story = async {
            story(&load).await;
            load.end();
        };
        join(story, join_all(work)).await;
        load.expect_truth(&self.sql).await;
        assert!(self.sql.differences().await.is_empty());
    }

    /// Waits until it is ready by itself and has done a good deal more.
    async fn recovers(&self, load: &Load) {
        until("it is ready again", async || {
            self.admin.get("/readyz").await.status == 200
        })
        .await;
        goes_on(load).await;
    }
}

async fn goes_on(load: &Load) {
    let before = load.done.load(Ordering::Relaxed);
    until("changes are made again", async || {
        load.done.load(Ordering::Relaxed) >= before + ENOUGH
    })
    .await;
}

#[tokio::test]
async fn without_its_database_it_says_so_and_with_it_works_again() {
    let company = Company::found().await;
    company
        .work_during(async |load| {
            goes_on(load).await;
            company.server.control("stop").await;
            let stranger = Client::stranger(&company.node);
            expect_unavailable(&company.admin, &stranger).await;
            company.server.control("start").await;
            company.recovers(load).await;
            assert!(load.refused.load(Ordering::Relaxed) > 0);
        })
        .await;
    let list = company.admin.all("/users/ana/bookings").await;
    assert_eq!(list.len(), CLIENTS);
    company.node.stop().await;
}

/// Every kind of route, read and write, known caller or not.
async fn expect_unavailable(admin: &Client, stranger: &Client) {
    let login = json!({"email": ADMIN_EMAIL, "password": PASSWORD});
    let notes = json!({"notes": "x"});
    let sync = json!({"customerId": "ana"});
    let calls = [
        ("GET", "/bookings", None),
        ("GET", "/bookings/B1", None),
        ("GET", "/users/ana/bookings", None),
        ("GET", "/api/events", None),
        ("GET", "/api/auth/me", None),
        ("GET", "/api/accounts", None),
        ("GET", "/bookings/sync-drift", None),
        ("POST", "/api/auth/login", Some(&login)),
        ("PUT", "/bookings/B1", Some(&notes)),
        ("POST", "/bookings/B1/manual-sync", Some(&sync)),
        ("POST", "/bookings/sync-customer", Some(&sync)),
        ("POST", "/bookings/reconcile", None),
    ];
    let complaints = calls.map(async |(method, path, body)| {
        let begun = Instant::now();
        let caller = if path == "/api/auth/login" {
            stranger
        } else {
            admin
        };
        let answer = caller.send(method, path, body).await;
        complaint(answer, begun.elapsed()).map(|what| format!("{method} {path}: {what}"))
    });
    let complaints: Vec<_> = join_all(complaints).await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{complaints:#?}");

    assert_eq!(admin.get("/healthz").await.is(200), json!({"status": "ok"}));
    let begun = Instant::now();
    let ready = admin.get("/readyz").await;
    assert!(begun.elapsed() < PATIENCE);
    let ready = ready.refuses(503, "unavailable");
    assert_eq!(
        (&ready["status"], &ready["failing"]),
        (&json!("unavailable"), &json!(["database"]))
    );
}

#[tokio::test]
async fn restarts_of_the_database_under_load_lose_nothing() {
    let company = Company::found().await;
    company
        .work_during(async |load| {
            for _ in 0..3 {
                goes_on(load).await;
                company.server.control("restart").await;
                company.recovers(load).await;
            }
        })
        .await;
    company.node.stop().await;
}
