//! Several gateways on one Postgres: no node is special, and none is behind.

use futures_util::future::join3;
use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::harness::{ADMIN_EMAIL, Client, House, Node, Sql, until};

/// How often a change is made on one node and looked for on the other.
const CHANGES: usize = 100;

async fn two_nodes() -> (House, Node) {
    let house = House::open(TestDatabase::postgres().await).await;
    let second = Node::start(house.database.url()).await;
    (house, second)
}

#[tokio::test]
async fn a_change_on_one_node_is_there_on_the_other_at_once() {
    let (house, second) = two_nodes().await;
    let (ana, bor) = (house.customer("ana").await, house.customer("bor").await);
    house.booking("B1", &ana.id).await;
    let nodes = [&house.node, &second];
    let mut owner = [&ana, &bor];
    for n in 0..CHANGES {
        let (here, there) = (nodes[n % 2], nodes[(n + 1) % 2]);
        let mut body = json!({"notes": format!("change {n}"), "amount": n});
        if n % 10 == 9 {
            owner.swap(0, 1);
            body["customerId"] = json!(owner[0].id);
        }
        let put = house.admin.at(here).put("/bookings/B1", &body).await;
        let put = put.is(200);
        let seen = house.admin.at(there).get("/bookings/B1").await.is(200);
        assert_eq!(seen, put);
        let list = format!("/users/{}/bookings", owner[0].id);
        let listed = owner[0].client.at(there).get(&list).await.is(200);
        assert_eq!(listed["items"][0]["amount"], n);
        let alone = owner[0].client.at(there).get(&format!("{list}/B1")).await;
        assert_eq!(alone.is(200), listed["items"][0]);
        let list = format!("/users/{}/bookings", owner[1].id);
        let gone = owner[1].client.at(there).get(&list).await.is(200);
        assert_eq!(gone["total"], 0);
    }
    house.expect_in_step().await;
}

#[tokio::test]
async fn a_change_behind_both_nodes_is_there_at_once() {
    let (house, second) = two_nodes().await;
    let ana = house.customer("ana").await;
    house.booking("B1", &ana.id).await;
    let list = format!("/users/{}/bookings", ana.id);
    for n in 0..20 {
        for node in [&house.node, &second] {
            ana.client.at(node).get(&list).await.is(200);
        }
        let address = format!("Obala {n}");
        let update = format!("UPDATE booking_mirrors SET address = '{address}'");
        house.sql.execute(&update).await;
        for node in [&house.node, &second] {
            let listed = ana.client.at(node).get(&list).await.is(200);
            assert_eq!(listed["items"][0]["address"], address);
        }
    }
}

#[tokio::test]
async fn who_is_disabled_on_one_node_is_refused_on_both_at_once() {
    let (house, second) = two_nodes().await;
    let ana = house.customer("ana").await;
    let path = format!("/api/accounts/{}", ana.id);
    for n in 0..10 {
        let (here, there) = if n % 2 == 0 {
            (&house.node, &second)
        } else {
            (&second, &house.node)
        };
        for (disabled, status) in [(true, 401), (false, 200)] {
            let body = json!({"disabled": disabled});
            house.admin.at(here).patch(&path, &body).await.is(200);
            for node in [there, here] {
                let answer = ana.client.at(node).get("/bookings").await;
                assert_eq!(answer.status, status, "{}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn a_service_token_revoked_on_one_node_is_refused_on_both_at_once() {
    let (house, second) = two_nodes().await;
    for _ in 0..5 {
        let request = json!({"name": "Program", "scopes": ["bookings:read"]});
        let made = house.admin.post("/api/service-tokens", &request).await;
        let made = made.is(201);
        let program = house.stranger().with_token(made["token"].as_str().unwrap());
        for node in [&second, &house.node] {
            program.at(node).get("/bookings").await.is(200);
        }
        let path = format!("/api/service-tokens/{}", made["id"].as_str().unwrap());
        house.admin.delete(&path).await.is(200);
        for node in [&second, &house.node] {
            let refused = program.at(node).get("/bookings").await;
            refused.refuses(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn a_session_that_was_renewed_on_one_node_ends_when_its_old_token_comes_to_the_other() {
    let (house, second) = two_nodes().await;
    house.customer("ana").await;
    let (_, session) = house.stranger().login("ana@customers.test").await;
    let renew = async |node: &Node, session: &Value| {
        let body = json!({"refreshToken": session["refreshToken"]});
        Client::stranger(node)
            .post("/api/auth/refresh", &body)
            .await
    };
    let renewed = renew(&house.node, &session).await.is(200);
    renew(&second, &session)
        .await
        .refuses(401, "unauthenticated");
    renew(&house.node, &renewed)
        .await
        .refuses(401, "unauthenticated");
}

#[tokio::test]
async fn both_nodes_tell_the_same_events() {
    let (house, second) = two_nodes().await;
    let ana = house.customer("ana").await;
    house.booking("B1", &ana.id).await;
    let both = [&house.node, &second];
    let writes = (0..50).map(async |n| {
        let body = json!({"notes": format!("change {n}"), "amount": n});
        let admin = house.admin.at(both[n % 2]);
        admin.put("/bookings/B1", &body).await.is(200);
    });
    futures_util::future::join_all(writes).await;
    let heard = async |node: &Node, client: &Client| {
        let list = client.at(node).get("/api/events").await.is(200);
        list["items"].as_array().unwrap().clone()
    };
    // The contract gives a recorded event two seconds to reach every node.
    for client in [&house.admin, &ana.client] {
        until("both nodes tell the same", async || {
            let events = [heard(both[0], client).await, heard(both[1], client).await];
            events[0] == events[1]
        })
        .await;
    }
    let events = heard(&second, &house.admin).await;
    let versions: Vec<_> = events
        .iter()
        .filter_map(|event| event["data"]["version"].as_i64())
        .collect();
    assert_eq!(versions, (1..=51).collect::<Vec<_>>());
}

#[tokio::test]
async fn nodes_that_start_together_on_an_empty_database_agree_on_its_schema() {
    let database = TestDatabase::postgres().await;
    database.database().close().await;
    let sql = Sql::new(database.url());
    sql.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await;
    let start = || Node::start(database.url());
    let (first, second, third) = join3(start(), start(), start()).await;
    let admins = "SELECT COUNT(*) FROM accounts WHERE role = 'admin'";
    assert_eq!(sql.count(admins).await, 1);
    let (admin, _) = Client::stranger(&first).login(ADMIN_EMAIL).await;
    let seen = admin.at(&second).get("/api/auth/me").await.is(200);
    assert_eq!(seen["email"], ADMIN_EMAIL);
    for node in [&first, &second, &third] {
        let ready = Client::stranger(node).get("/readyz").await.is(200);
        assert_eq!(ready, json!({"status": "ok"}));
    }
    join3(first.stop(), second.stop(), third.stop()).await;
}

#[tokio::test]
async fn a_node_that_is_killed_or_stopped_is_missed_by_nobody() {
    let (mut house, mut second) = two_nodes().await;
    let ana = house.customer("ana").await;
    house.booking("B1", &ana.id).await;
    for n in 0..3 {
        let on_second = house.admin.at(&second);
        let body = json!({"notes": format!("before {n}")});
        house
            .admin
            .at(&house.node)
            .put("/bookings/B1", &body)
            .await
            .is(200);
        house.node.kill();
        let body = json!({"notes": format!("after {n}")});
        let put = on_second.put("/bookings/B1", &body).await.is(200);
        assert_eq!(put["version"], 2 * n + 3);
        house.node.restart().await;
        let seen = house.admin.at(&house.node).get("/bookings/B1").await;
        assert_eq!(seen.is(200), put);
        second.stop().await;
        second = Node::start(house.database.url()).await;
    }
    house.expect_in_step().await;
}
