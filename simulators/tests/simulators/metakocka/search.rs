use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Remote, order, order_with};

fn numbers(found: &Value) -> Vec<&str> {
    let rows = found["result"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    rows.iter()
        .map(|row| row["buyer_order"].as_str().unwrap())
        .collect()
}

async fn search(remote: &Remote, conditions: Value) -> Value {
    let asked =
        json!({"doc_type": "sales_order", "result_type": "doc", "query_advance": conditions});
    remote.call("v1/search", asked).await
}

#[tokio::test]
async fn a_search_gives_a_window_of_at_most_a_hundred() {
    let remote = Remote::new().await;
    for number in 0..130 {
        remote
            .server
            .put(super::COMPANY, &order(&format!("WEB-{number}")))
            .unwrap();
    }
    let asked =
        json!({"doc_type": "sales_order", "result_type": "doc", "limit": 500, "offset": "20"});
    let found = remote.call("v1/search", asked).await;
    assert_eq!(
        (&found["result_all_records"], &found["limit"]),
        (&json!("130"), &json!("100"))
    );
    assert_eq!((numbers(&found).len(), numbers(&found)[0]), (100, "WEB-20"));
    let asked = json!({"doc_type": "sales_order", "order_direction": "desc", "limit": "1"});
    let found = remote.call("v1/search", asked).await;
    assert_eq!(found["result"][0]["count_code"], "130/2026");
    assert_eq!(found["result"][0].get("buyer_order"), None);
}

#[tokio::test]
async fn orders_are_found_by_the_time_of_their_change() {
    let remote = Remote::new().await;
    remote.put(order("WEB-1")).await;
    remote.clock.advance(TimeDelta::minutes(10));
    remote.put(order("WEB-2")).await;
    // 10:10 on the wall, in winter.
    let from = json!([{"type": "last_change_from", "value": "2026-01-20T10:05:00+02:00"}]);
    assert_eq!(numbers(&search(&remote, from).await), ["WEB-2"]);
    let to = json!({"type": "last_change_to", "value": "2026-01-20T10:05:00+02:00"});
    assert_eq!(numbers(&search(&remote, to).await), ["WEB-1"]);
    let asked = json!({"doc_type": "sales_bill_domestic", "query_advance": [{"type": "last_change_from", "value": "20.01.2026"}]});
    assert_eq!(
        remote.refusal("v1/search", asked).await.1,
        "cannot get beQueryParam"
    );
}

#[tokio::test]
async fn days_are_read_in_two_formats_only_and_never_for_offers() {
    let remote = Remote::new().await;
    remote.put(order("WEB-1")).await;
    for (value, found) in [
        ("2026-01-20+02:00", 1),
        ("20.01.2026", 1),
        ("21.01.2026", 0),
    ] {
        let from = json!([{"type": "doc_date_from", "value": value}]);
        assert_eq!(
            numbers(&search(&remote, from).await).len(),
            found,
            "{value}"
        );
    }
    let bad = json!([{"type": "doc_date_from", "value": "2026-01-20"}]);
    let words = "Cannot find value 2026-01-20 for condition doc_date_from";
    assert_eq!(search(&remote, bad).await["opr_desc"], words);
    let asked = json!({"doc_type": "sales_offer", "query_advance": [{"type": "doc_date_from", "value": "20.01.2026"}]});
    assert_eq!(
        remote.refusal("v1/search", asked).await.1,
        "cannot get beQueryParam"
    );
}

#[tokio::test]
async fn a_search_by_number_finds_more_than_that_number() {
    let remote = Remote::new().await;
    for number in ["WEB-1", "WEB-12", "SHOP-1"] {
        remote.put(order(number)).await;
    }
    let wanted = json!([{"type": "customer_order", "value": "WEB-1"}]);
    assert_eq!(numbers(&search(&remote, wanted).await), ["WEB-1", "WEB-12"]);
    let asked = json!({"doc_type": "sales_order", "query": "ana n", "result_type": "doc"});
    assert_eq!(numbers(&remote.call("v1/search", asked).await).len(), 3);
}

#[tokio::test]
async fn a_single_hit_may_be_no_list() {
    let remote = Remote::with(|settings| settings.single_as_object = true).await;
    remote.put(order("WEB-1")).await;
    let found = search(&remote, json!([])).await;
    assert_eq!(found["result"]["product_list"]["code"], "ART-1");
}

#[tokio::test]
async fn a_change_may_show_late_in_searches() {
    let remote = Remote::with(|settings| settings.search_lag_ms = 5_000).await;
    let mk_id = remote.put(order("WEB-1")).await;
    assert!(numbers(&search(&remote, json!([])).await).is_empty());
    assert_eq!(remote.get(&mk_id).await["opr_code"], "0");
    remote.clock.advance(TimeDelta::seconds(5));
    assert_eq!(numbers(&search(&remote, json!([])).await), ["WEB-1"]);
}

#[tokio::test]
async fn the_searches_of_a_company_run_one_by_one() {
    let remote = Remote::with(|settings| settings.search_ms = 40).await;
    let begin = std::time::Instant::now();
    tokio::join!(search(&remote, json!([])), search(&remote, json!([])));
    assert!(begin.elapsed().as_millis() >= 80);
    assert_eq!(remote.server.calls().most_searches_at_once, 2);
    remote.server.set_up(super::COMPANY, |company| {
        company.settings.refuses_second_search = true;
    });
    let (first, second) = tokio::join!(search(&remote, json!([])), search(&remote, json!([])));
    let codes = [&first["opr_code"], &second["opr_code"]];
    assert!(
        codes.contains(&&json!("0")) && codes.contains(&&json!("5")),
        "{codes:?}"
    );
}

#[tokio::test]
async fn bills_are_found_by_what_is_unpaid() {
    let remote = Remote::new().await;
    let paid = json!([{"payment_type": "PayPal", "date": "20.01.2026"}]);
    let bill = json!({"doc_type": "sales_bill_domestic", "buyer_order": "A", "mark_paid": paid});
    remote.put(order_with(&bill)).await;
    let bill = json!({"doc_type": "sales_bill_domestic", "buyer_order": "B"});
    remote.put(order_with(&bill)).await;
    let asked = json!({"doc_type": "sales_bill_domestic", "result_type": "doc", "query_advance": [{"type": "payment_status", "value": "false"}]});
    assert_eq!(numbers(&remote.call("v1/search", asked).await), ["B"]);
}
