use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(every_difference_is_named, a_sound_ledger_is_told_so);

const INSERT: &str = "INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, \
    actor_id, actor_kind, created_at) VALUES";

async fn every_difference_is_named(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Blue", 2)]).await.is(200);
    app.tamper("UPDATE stock_variants SET stock = 12 WHERE size = 'M' AND color = 'Red'")
        .await;
    app.tamper("UPDATE stock_variants SET reserved = 1 WHERE size = 'M' AND color = 'Blue'")
        .await;
    app.tamper(&format!(
        "{INSERT} ('P1', 'L', 'Red', 'adjust', 'adjust', 0, 7, 'x', 'admin', 0)"
    ))
    .await;
    app.tamper(&format!(
        "{INSERT} ('P9', 'M', 'Red', 'adjust', 'adjust', 3, 3, 'x', 'admin', 0)"
    ))
    .await;
    let found = app
        .call("admin", "GET", "/api/stock/verify", None)
        .await
        .is(200);
    assert_eq!(
        (&found["success"], &found["total"]),
        (&json!(false), &json!(4))
    );
    assert_eq!(
        (&found["variants"], &found["movements"]),
        (&json!(3), &json!(5))
    );
    let difference = |kind: &str,
                      (product, size, color): (&str, &str, &str),
                      expected: i64,
                      found: i64| {
        json!({"kind": kind, "productId": product, "size": size, "color": color, "movementId": null,
            "expected": expected, "found": found})
    };
    let mut balance = difference("balance", ("P1", "L", "Red"), 1, 7);
    balance["movementId"] = 4.into();
    let expected = json!([
        balance,
        difference("reserved", ("P1", "M", "Blue"), 2, 1),
        difference("stock", ("P1", "M", "Red"), 10, 12),
        difference("stock", ("P9", "M", "Red"), 3, 0),
    ]);
    assert_eq!(found["differences"], expected);
}

async fn a_sound_ledger_is_told_so(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Blue", 2), ("M", "Blue", 1)])
        .await
        .is(200);
    app.reduce("1", &[("M", "Red", 10)]).await.is(200);
    let found = app
        .call("admin", "GET", "/api/stock/verify", None)
        .await
        .is(200);
    let expected = json!({"success": true, "variants": 3, "movements": 4, "total": 0, "differences": [],
        "timestamp": "2027-01-15T08:00:00.000Z"});
    assert_eq!(found, expected);
}
