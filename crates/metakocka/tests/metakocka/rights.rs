use axum::http::HeaderValue;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, PULL, SYNC, in_test_mode, order, request};

on_both!(
    only_members_and_their_programs_get_in,
    what_is_somebody_elses_is_not_there,
    the_test_mode_is_for_admins_of_the_organization,
    the_test_mode_has_data_of_its_own,
    a_gateway_in_test_mode_calls_no_company,
);

const ROUTES: [(&str, &str); 14] = [
    ("GET", "/api/sales-documents"),
    ("POST", "/api/sales-documents"),
    ("GET", "/api/sales-documents/D1"),
    ("PUT", "/api/sales-documents/D1"),
    ("DELETE", "/api/sales-documents/D1"),
    ("GET", "/api/integrations/metakocka/credentials"),
    ("PUT", "/api/integrations/metakocka/credentials"),
    ("GET", SYNC),
    ("POST", SYNC),
    ("GET", PULL),
    ("POST", PULL),
    ("GET", "/api/integrations/metakocka/history"),
    ("GET", "/api/integrations/metakocka/errors"),
    ("POST", "/api/integrations/metakocka/import-schedule"),
];

fn body(method: &str) -> Option<Value> {
    (method == "POST" || method == "PUT").then(|| json!({}))
}

async fn only_members_and_their_programs_get_in(test: TestDatabase) {
    let app = App::on(test).await;
    for (method, path) in ROUTES {
        for (token, status) in [
            ("", 401),
            ("forged", 401),
            ("nobody", 403),
            ("admin", 403),
            ("stock", 403),
            ("both", 400),
        ] {
            // The test mode opens no door.
            for test_mode in [false, true] {
                let mut asked = request(token, method, path, body(method));
                if test_mode {
                    asked = in_test_mode(asked);
                }
                let reply = app.node.send(asked).await;
                assert_eq!(
                    reply.status.as_u16(),
                    status,
                    "{token} {method} {path}: {}",
                    reply.text
                );
            }
        }
        let mut strange = request("ann", method, path, body(method));
        let header = HeaderValue::from_static("O2");
        strange.headers_mut().insert("x-organization-id", header);
        app.node.send(strange).await.refuses(403, "forbidden");
    }
    for token in ["bob", "sync"] {
        app.node
            .send(request(token, "GET", "/api/sales-documents", None))
            .await
            .is(200);
    }
    assert!(app.company.calls().is_empty());
}

async fn what_is_somebody_elses_is_not_there(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.push("D1").await.is(200);
    for (method, path, body) in [
        ("GET", "/api/sales-documents/D1".to_owned(), None),
        (
            "PUT",
            "/api/sales-documents/D1".to_owned(),
            Some(json!({"notes": "x"})),
        ),
        ("DELETE", "/api/sales-documents/D1".to_owned(), None),
        ("GET", format!("{SYNC}?documentId=D1"), None),
        ("POST", SYNC.to_owned(), Some(json!({"documentId": "D1"}))),
        (
            "POST",
            "/api/integrations/metakocka/conflicts/D1".to_owned(),
            Some(json!({"keep": "crm"})),
        ),
        (
            "POST",
            "/api/integrations/metakocka/errors/D1/retry".to_owned(),
            None,
        ),
    ] {
        let reply = app.node.send(request("eve", method, &path, body)).await;
        reply.refuses(404, "not_found");
    }
    let hers = app
        .node
        .send(request(
            "eve",
            "GET",
            "/api/integrations/metakocka/history",
            None,
        ))
        .await;
    assert_eq!(hers.is(200)["total"], 0);
    app.get("/api/sales-documents/D1").await.is(200);
}

async fn the_test_mode_is_for_admins_of_the_organization(test: TestDatabase) {
    let app = App::bare(test);
    for (token, status) in [("ann", 200), ("bob", 403), ("sync", 403), ("", 401)] {
        let asked = in_test_mode(request(token, "GET", "/api/sales-documents", None));
        assert_eq!(
            app.node.send(asked).await.status.as_u16(),
            status,
            "{token}"
        );
    }
    let mut senseless = request("ann", "GET", "/api/sales-documents", None);
    senseless
        .headers_mut()
        .insert("x-test-mode", HeaderValue::from_static("perhaps"));
    app.node.send(senseless).await.refuses_field("X-Test-Mode");
}

async fn the_test_mode_has_data_of_its_own(test: TestDatabase) {
    let app = App::on(test).await;
    let tested = async |method: &str, path: &str, body: Option<Value>| {
        app.node
            .send(in_test_mode(request("ann", method, path, body)))
            .await
    };
    app.make("D1").await;
    tested("POST", SYNC, Some(json!({"documentId": "D1"})))
        .await
        .is(200);
    assert!(app.company.documents().is_empty());
    assert_eq!(app.company.of("test").len(), 1);
    // It does not show without the header.
    let path = format!("{SYNC}?documentId=D1");
    assert_eq!(app.get(&path).await.is(200), json!({"synced": false}));
    assert_eq!(tested("GET", &path, None).await.is(200)["synced"], true);
    let history = "/api/integrations/metakocka/history";
    assert_eq!(app.get(history).await.is(200)["total"], 0);
    assert_eq!(tested("GET", history, None).await.is(200)["total"], 1);
    // Nor does what is made or pulled there.
    tested("POST", "/api/sales-documents", Some(order("T1")))
        .await
        .is(201);
    app.get("/api/sales-documents/T1")
        .await
        .refuses(404, "not_found");
    app.push("T1").await.refuses(404, "not_found");
    tested("POST", SYNC, Some(json!({"documentId": "T1"})))
        .await
        .is(200);
    // And what happens there changes nothing of the company's.
    let id = app.company.of("test")[0].id.clone();
    app.company
        .edit(&id, |document| document.notes = Some("Simulated".into()));
    tested("POST", PULL, Some(json!({"metakockaId": id})))
        .await
        .refuses(409, "conflict");
    assert_eq!(
        app.get("/api/sales-documents/D1").await.is(200)["notes"],
        Value::Null
    );
    app.push("D1").await.is(200);
    assert_eq!(
        (app.company.documents().len(), app.company.of("test").len()),
        (1, 2)
    );
}

async fn a_gateway_in_test_mode_calls_no_company(test: TestDatabase) {
    let app = App::with_mode(test, true);
    app.make("D1").await;
    app.push("D1").await.is(200);
    assert_eq!(
        (app.company.documents().len(), app.company.of("test").len()),
        (0, 1)
    );
    app.node
        .send(request("nobody", "GET", "/api/sales-documents", None))
        .await
        .refuses(403, "forbidden");
}
