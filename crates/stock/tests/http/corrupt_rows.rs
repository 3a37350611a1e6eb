use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, items};

on_both!(rows_that_make_no_sense_are_defects_that_show_nothing);

async fn rows_that_make_no_sense_are_defects_that_show_nothing(database: TestDatabase) {
    let app = App::stocked(database).await;
    let damage = [
        ("products", "title", "''"),
        ("products", "currency", "''"),
        ("products", "updated_at", "9223372036854775807"),
        ("stock_variants", "size", "''"),
        ("stock_variants", "updated_at", "9223372036854775807"),
    ];
    for (table, column, value) in damage {
        let only = if table == "products" {
            ""
        } else {
            " WHERE size = 'L'"
        };
        let before = app.rows(column, &format!("{table}{only}")).await[0][0]
            .clone()
            .unwrap();
        app.tamper(&format!("UPDATE {table} SET {column} = {value}{only}"))
            .await;
        let reply = app.get("/api/products/P1/stock?afterOrder=true").await;
        reply.refuses(500, "internal", "Something went wrong on our side");
        app.get("/api/products")
            .await
            .refuses(500, "internal", "Something went wrong on our side");
        let back = if only.is_empty() {
            String::new()
        } else {
            format!(" WHERE {column} = {value}")
        };
        app.tamper(&format!("UPDATE {table} SET {column} = '{before}'{back}"))
            .await;
    }
    app.get("/api/products/P1/stock?afterOrder=true")
        .await
        .is(200);
    app.reserve("h1", &[("M", "Red", 1)]).await.is(200);
    app.tamper("UPDATE stock_reservations SET status = 'lost'")
        .await;
    let body = json!({"items": items(&[("M", "Red", 1)]), "reservationId": "h1"});
    let reply = app.post("/api/stock/reduce?orderId=1", body).await;
    reply.refuses(500, "internal", "Something went wrong on our side");
    assert_eq!(app.level("M", "Red").await, (10, 1));
}
