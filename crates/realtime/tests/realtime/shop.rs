use outbox::Audience;
use serde_json::json;
use test_support::TestDatabase;

use crate::support::App;

async fn everybody_hears_of_stock_and_the_last_value_arrives(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut one, mut other) = (app.join("-").await, app.join("-").await);
    assert_eq!(app.node.realtime.count_shoppers(), 2);
    for stock in (0..50).rev() {
        let payload = json!({"productId": "P1", "size": "M", "color": "Red", "stock": stock});
        app.node
            .record(Audience::Everybody, "STOCK_UPDATED", payload)
            .await;
    }
    let payload = json!({"productId": "P2", "stock": 3});
    app.node
        .record(Audience::Everybody, "STOCK_REDUCED", payload)
        .await;
    app.node.hear().await;
    for client in [&mut one, &mut other] {
        assert_eq!(
            client.hears("STOCK_UPDATED").await["stock"],
            0,
            "many changes became one"
        );
        assert_eq!(client.hears("STOCK_REDUCED").await["productId"], "P2");
        client.has_heard_nothing().await;
    }
    one.send("1").await;
    // What a client sends is worked through in order: when this is refused, it has left the shop.
    one.send("0/nowhere,").await;
    assert!(one.packet().await.starts_with("4/nowhere,"));
    other.has_heard_nothing().await;
    assert_eq!(app.node.realtime.count_shoppers(), 1);
}

async fn a_client_may_limit_itself_and_open_up_again(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join("-").await;
    let tell = async |product: &str| {
        let payload = json!({"productId": product, "stock": 1});
        app.node
            .record(Audience::Everybody, "STOCK_UPDATED", payload)
            .await;
        app.node.hear().await;
    };
    let ack = client
        .ask("stock:subscribe", json!(["P1", "P2", "P1"]))
        .await;
    assert_eq!(ack, json!({"ok": true, "count": 2}));
    tell("P3").await;
    tell("P2").await;
    assert_eq!(client.hears("STOCK_UPDATED").await["productId"], "P2");
    assert_eq!(
        client.ask("stock:subscribe", json!(["P3"])).await["count"],
        1
    );
    tell("P2").await;
    tell("P3").await;
    assert_eq!(client.hears("STOCK_UPDATED").await["productId"], "P3");
    assert_eq!(
        client.ask("stock:subscribe", json!([])).await,
        json!({"ok": true, "count": 0})
    );
    tell("P2").await;
    assert_eq!(client.hears("STOCK_UPDATED").await["productId"], "P2");
    let many: Vec<_> = (0..1_001).map(|n| format!("P{n}")).collect();
    for wrong in [
        json!(many),
        json!("P1"),
        json!([7]),
        json!(["a b"]),
        json!(null),
    ] {
        let ack = client.ask("stock:subscribe", wrong).await;
        assert_eq!(
            (&ack["ok"], &ack["code"]),
            (&json!(false), &json!("invalid_request"))
        );
    }
    assert_eq!(
        client.ask("stock:subscribe", json!(many[..1_000])).await["count"],
        1_000
    );
}

/// 256 packets wait for a client that takes none; the rest waits by variant.
async fn the_last_value_of_each_variant_reaches_a_slow_client(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join("-").await;
    for stock in [2, 1] {
        for n in 0..400 {
            let payload = json!({"productId": format!("P{n}"), "stock": stock});
            app.node
                .record(Audience::Everybody, "STOCK_UPDATED", payload)
                .await;
        }
        app.node.hear().await;
    }
    let mut last = std::collections::HashMap::new();
    while last.len() < 400 || last.values().any(|stock| *stock != 1) {
        let payload = client.hears("STOCK_UPDATED").await;
        last.insert(
            payload["productId"].to_string(),
            payload["stock"].as_i64().unwrap(),
        );
        app.node.realtime.send_stock_once();
    }
}

test_support::on_both!(
    everybody_hears_of_stock_and_the_last_value_arrives,
    a_client_may_limit_itself_and_open_up_again,
    the_last_value_of_each_variant_reaches_a_slow_client,
);
