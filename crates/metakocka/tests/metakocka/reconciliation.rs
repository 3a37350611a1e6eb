use metakocka::DocumentType;
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, order};

on_both!(
    both_sides_are_counted_day_by_day_and_differences_named,
    cents_of_rounding_are_no_difference,
    days_that_cannot_be_meant_are_refused,
);

const PATH: &str = "/api/integrations/metakocka/reconciliation";

async fn both_sides_are_counted_day_by_day_and_differences_named(test: TestDatabase) {
    let app = App::on(test).await;
    for id in ["D1", "D2", "D3"] {
        app.make(id).await;
    }
    app.push("D1").await.is(200);
    let second = app.push("D2").await.is(200)["metakockaId"].clone();
    app.company.edit(second.as_str().unwrap(), |document| {
        document.total = Some(30.into());
    });
    let foreign = app.company.make(DocumentType::Order, "Ana");
    let report = app
        .get(&format!("{PATH}?from=2027-01-01&to=2027-01-31"))
        .await
        .is(200);
    assert_eq!(
        report["days"],
        json!([
            {"date": "2027-01-10", "crm": {"count": 3, "total": 73.2}, "metakocka": {"count": 2, "total": 54.4}},
            {"date": "2027-01-12", "crm": {"count": 0, "total": 0}, "metakocka": {"count": 1, "total": 24.4}},
        ])
    );
    let differences = report["differences"].as_array().unwrap().iter();
    let named: Vec<_> = differences
        .map(|one| {
            (
                one["reason"].clone(),
                one["documentId"].clone(),
                one["metakockaId"].clone(),
            )
        })
        .collect();
    let null = serde_json::Value::Null;
    assert_eq!(
        named,
        [
            (json!("total_differs"), json!("D2"), second),
            (json!("missing_in_metakocka"), json!("D3"), null.clone()),
            (json!("missing_in_crm"), null, json!(foreign)),
        ]
    );
    let other = app
        .get(&format!("{PATH}?from=2027-02-01&to=2027-02-02"))
        .await
        .is(200);
    assert_eq!(
        (&other["days"], &other["differences"]),
        (&json!([]), &json!([]))
    );
}

/// 91.20 and 24.92 with 22 % are 111.26 and 30.40 here, and 141.67 in all there.
async fn cents_of_rounding_are_no_difference(test: TestDatabase) {
    let app = App::on(test).await;
    let line = |code: &str, quantity: i32, price: f64| {
        json!({"code": code, "quantity": quantity, "unitPrice": price,
        "taxPercent": 22})
    };
    let mut document = order("D1");
    document["lines"] = json!([line("A", 6, 15.2), line("B", 2, 12.46)]);
    app.post("/api/sales-documents", document).await.is(201);
    let id = app.push("D1").await.is(200)["metakockaId"].clone();
    let id = id.as_str().unwrap();
    let total = |cents| {
        move |document: &mut metakocka::RemoteDocument| {
            document.total = Some(rust_decimal::Decimal::new(cents, 2));
        }
    };
    let path = format!("{PATH}?from=2027-01-01&to=2027-01-31");
    app.company.edit(id, total(14_167));
    let report = app.get(&path).await.is(200);
    assert_eq!(report["days"][0]["crm"]["total"], 141.66);
    assert_eq!(report["days"][0]["metakocka"]["total"], 141.67);
    assert_eq!(report["differences"], json!([]));
    app.company.edit(id, total(14_170));
    let report = app.get(&path).await.is(200);
    assert_eq!(report["differences"][0]["reason"], "total_differs");
}

async fn days_that_cannot_be_meant_are_refused(test: TestDatabase) {
    let app = App::on(test).await;
    app.get(PATH).await.refuses_field("from");
    app.get(&format!("{PATH}?from=2027-01-02&to=2027-01-01"))
        .await
        .refuses_field("to");
    app.get(&format!("{PATH}?from=2025-01-02&to=2027-01-01"))
        .await
        .refuses_field("to");
}
