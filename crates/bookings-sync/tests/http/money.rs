use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, merged, order};

on_both!(
    amounts_are_exact_numbers_however_they_are_written,
    amounts_that_do_not_fit_are_refused,
    amount_and_currency_must_fit_together,
);

async fn amounts_are_exact_numbers_however_they_are_written(database: TestDatabase) {
    let app = App::on(database);
    let amounts = [
        (r"24.8", "USD", "24.8"),
        (r#""24.80""#, "USD", "24.8"),
        (r"999", "USD", "999"),
        (r#""999.00""#, "USD", "999"),
        (r"0", "USD", "0"),
        (r"-0.0", "USD", "0"),
        (r"0.1", "USD", "0.1"),
        (r"1e2", "USD", "100"),
        (r"999999999999.99", "USD", "999999999999.99"),
        (r"500", "JPY", "500"),
        (r#""500.0""#, "JPY", "500"),
        (r"1.005", "KWD", "1.005"),
    ];
    for (n, (given, currency, shown)) in amounts.into_iter().enumerate() {
        let id = format!("B{n}");
        let amount: serde_json::Value = serde_json::from_str(given).unwrap();
        app.book(&id, json!({"amount": amount, "currency": currency}))
            .await;
        for path in [
            format!("/bookings/{id}"),
            format!("/users/u1/bookings/{id}"),
        ] {
            let text = app.get("admin", &path).await.text;
            let expected = format!(r#""amount":{shown},"currency":"{currency}""#);
            assert!(text.contains(&expected), "{given}: {text}");
        }
    }
    app.assert_in_step().await;
}

async fn amounts_that_do_not_fit_are_refused(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let amounts = [
        (json!(1e30), "USD"),
        (json!(1e300), "USD"),
        (json!(-1), "USD"),
        (json!("-0.01"), "USD"),
        (json!(1.005), "USD"),
        (json!("0.001"), "EUR"),
        (json!(0.5), "JPY"),
        (json!(1.0005), "KWD"),
        (json!(1_000_000_000_000_i64), "USD"),
        (json!("24,80"), "USD"),
        (json!("NaN"), "USD"),
        (json!(""), "USD"),
        (json!("1e3"), "USD"),
        (json!(true), "USD"),
        (json!([1]), "USD"),
    ];
    for (amount, currency) in amounts {
        let body = json!({"id": "B2", "amount": amount, "currency": currency});
        let reply = app
            .post("admin", "/bookings", merged(order("B2"), body))
            .await;
        reply.refuses_field("amount");
        let body = json!({"amount": amount, "currency": currency});
        app.put("admin", "/bookings/B1", body)
            .await
            .refuses_field("amount");
    }
    assert_eq!(app.booking("B1").await["version"], 1);
    assert_eq!(app.get("admin", "/bookings").await.is(200)["total"], 1);
    app.assert_in_step().await;
}

async fn amount_and_currency_must_fit_together(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({"amount": 24.8})).await;
    let yen = app
        .put("admin", "/bookings/B1", json!({"currency": "JPY"}))
        .await;
    yen.refuses_field("amount");
    let both = json!({"currency": "JPY", "amount": 2480});
    let after = app.put("admin", "/bookings/B1", both).await.is(200);
    assert_eq!(
        (&after["amount"], &after["currency"]),
        (&json!(2480), &json!("JPY"))
    );
    let after = app
        .put("admin", "/bookings/B1", json!({"currency": "KWD"}))
        .await
        .is(200);
    assert_eq!(
        (&after["amount"], &after["currency"]),
        (&json!(2480), &json!("KWD"))
    );
    app.assert_in_step().await;
}
