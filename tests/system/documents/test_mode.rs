//! The test mode is another company, and no other way in.

use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use super::{COMPANY, CREDENTIALS, DOCUMENTS, Firm, PULL, SYNC, document};
use crate::harness::{Answer, Client};

on_both!(
    test_mode_opens_no_door,
    a_gateway_in_test_mode_calls_no_company_and_lets_nobody_else_in,
);

/// A request with the header that asks for the simulation.
async fn tested(client: &Client, (method, path): (&str, &str), body: &Value) -> Answer {
    let request = client.request(method, path).header("x-test-mode", "true");
    let request = if method == "GET" {
        request
    } else {
        request.json(body)
    };
    Answer::read(request.send().await.unwrap()).await.unwrap()
}

const ROUTES: [(&str, &str); 9] = [
    ("GET", DOCUMENTS),
    ("POST", DOCUMENTS),
    ("GET", "/api/sales-documents/D1"),
    ("GET", SYNC),
    ("POST", SYNC),
    ("GET", PULL),
    ("POST", PULL),
    ("GET", CREDENTIALS),
    ("GET", "/api/integrations/metakocka/history"),
];

async fn test_mode_opens_no_door(database: TestDatabase) {
    let firm = Firm::open(database).await;
    firm.write([document("D1", "order")].into_iter()).await;
    let member = firm.house.customer("member").await;
    firm.join(&member, "member").await;
    let outsider = firm.house.customer("outsider").await.client;
    let stranger = firm.house.stranger();
    let forged = stranger.with_token("forged");
    for (method, path) in ROUTES {
        for (caller, status) in [
            (&stranger, 401),
            (&forged, 401),
            (&outsider, 403),
            // Of every organization, but a member of none.
            (&firm.house.admin, 403),
            (&member.client, 403),
        ] {
            let answer = tested(caller, (method, path), &json!({})).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        }
    }
    let boss = &firm.boss.client;
    let wish = json!({"documentId": "D1"});
    tested(boss, ("POST", SYNC), &wish).await.is(200);
    // Nothing of it reached the company, or shows where nobody asks for the simulation.
    assert_eq!(firm.metakocka.calls().total(), 0);
    let status = boss.get(&format!("{SYNC}?documentId=D1")).await.is(200);
    assert_eq!(status, json!({"synced": false}));
    boss.post(SYNC, &wish).await.is(200);
    assert_eq!(firm.metakocka.documents(COMPANY).len(), 1);
}

async fn a_gateway_in_test_mode_calls_no_company_and_lets_nobody_else_in(database: TestDatabase) {
    let variables = [("METAKOCKA_TEST_MODE", "true")];
    let firm = Firm::open_with(database, &variables).await;
    firm.write([document("D1", "order")].into_iter()).await;
    let outsider = firm.house.customer("outsider").await.client;
    for (method, path) in ROUTES {
        for (caller, status) in [(&firm.house.stranger(), 401), (&outsider, 403)] {
            let body = (method == "POST").then(|| json!({}));
            let answer = caller.send(method, path, body.as_ref()).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        }
    }
    let synced = firm.boss.client.post(SYNC, &json!({})).await.is(200);
    assert_eq!(synced["synced"], 1);
    assert_eq!(firm.metakocka.calls().total(), 0);
}
