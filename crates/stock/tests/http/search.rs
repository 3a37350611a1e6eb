use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    words_are_found_anywhere_and_in_any_case,
    signs_are_only_themselves,
    lists_come_in_windows_newest_first,
);

async fn found(app: &App, text: &str) -> Vec<String> {
    let path = format!("/api/products?q={text}");
    let answer = app.get(&path).await.is(200);
    let ids = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["_id"].as_str().unwrap().to_owned());
    let ids: Vec<_> = ids.collect();
    assert_eq!(answer["total"], ids.len());
    ids
}

async fn products(app: &App, products: &[(&str, &str, Value)]) {
    for (id, title, description) in products {
        let body = json!({"_id": id, "title": title, "description": description});
        app.post("/api/products", body).await.is(201);
        app.later(1);
    }
}

async fn words_are_found_anywhere_and_in_any_case(database: TestDatabase) {
    let app = App::on(database).await;
    products(
        &app,
        &[
            ("A1", "Linen Shirt", json!("Made in Koper")),
            ("B2", "Sweatshirt ČRN", json!(null)),
            ("C3", "Jeans", json!("Goes with any SHIRT, they say")),
        ],
    )
    .await;
    assert_eq!(found(&app, "shirt").await, ["C3", "B2", "A1"]);
    assert_eq!(found(&app, "SHIRT+linen").await, ["A1"]);
    assert_eq!(found(&app, "koper+jeans").await, Vec::<String>::new());
    assert_eq!(found(&app, "%C4%8Drn").await, ["B2"]);
    assert_eq!(found(&app, "b2").await, ["B2"]);
    assert_eq!(
        found(&app, "a").await,
        ["C3", "B2", "A1"],
        "short words are found, too"
    );
    assert_eq!(found(&app, "+ka+").await, Vec::<String>::new());
    assert_eq!(found(&app, "").await.len(), 3);
    app.get(&format!("/api/products?q={}", "x".repeat(201)))
        .await
        .refuses_field("q");
    app.get("/api/products?q=a%00b").await.refuses_field("q");
}

async fn signs_are_only_themselves(database: TestDatabase) {
    let app = App::on(database).await;
    products(
        &app,
        &[
            ("A", "100% \"cotton\" AND linen", json!("a_b\\c*")),
            ("B", "1000 cottons", json!("axb")),
        ],
    )
    .await;
    for (text, ids) in [
        ("00%25", vec!["A"]),
        ("a_b", vec!["A"]),
        ("b%5Cc*", vec!["A"]),
        ("%22cotton%22", vec!["A"]),
        ("cotton", vec!["B", "A"]),
        ("and", vec!["A"]),
        ("%25", vec!["A"]),
        ("'", vec![]),
        ("%22", vec!["A"]),
        ("NOT+cotton", vec![]),
        ("cott*", vec![]),
    ] {
        assert_eq!(found(&app, text).await, ids, "{text}");
    }
}

async fn lists_come_in_windows_newest_first(database: TestDatabase) {
    let app = App::on(database).await;
    for n in 0..5 {
        app.make(&format!("P{n}"), &[("M", "Red", n)]).await;
        app.later(1);
    }
    let answer = app.get("/api/products?perPage=2&page=2").await.is(200);
    assert_eq!(
        (&answer["total"], &answer["page"], &answer["perPage"]),
        (&json!(5), &json!(2), &json!(2))
    );
    let stocks: Vec<_> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["stock"].clone())
        .collect();
    assert_eq!(stocks, [2, 1]);
    app.get("/api/products?page=0").await.refuses_field("page");
    app.get("/api/products?perPage=201")
        .await
        .refuses_field("perPage");
}
