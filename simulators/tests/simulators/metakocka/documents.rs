use serde_json::{Value, json};

use super::{COMPANY, Remote, line, order, order_with, partner};

#[tokio::test]
async fn an_order_is_kept_and_shown_in_texts() {
    let remote = Remote::new().await;
    let saved = remote.call("v1/put_document", order("WEB-1")).await;
    assert_eq!(saved["document_type_short"], "PR_SO");
    assert_eq!(saved["count_code"], "1/2026");
    assert_eq!(saved["total_price"], "24.40");
    let shown = remote.get(saved["mk_id"].as_str().unwrap()).await;
    assert_eq!(shown["doc_date"], "2026-01-20+02:00");
    assert_eq!(shown["created_ts"], "2026-01-20T10:00:00+02:00");
    let row = &shown["product_list"][0];
    let numbers = (&row["amount"], &row["price"], &row["price_with_tax"]);
    assert_eq!(numbers, (&json!("2"), &json!("10"), &json!("12.2")));
    assert_eq!((&row["tax"], &row["unit"]), (&json!("EX4"), &json!("kos")));
    let sums = (
        &shown["sum_basic"],
        &shown["sum_tax_ex4"],
        &shown["sum_all"],
    );
    assert_eq!(sums, (&json!("20"), &json!("4.4"), &json!("24.4")));
    assert_eq!(shown.get("sum_paid"), None);
    assert_eq!(shown.get("status_code"), None);
    assert_eq!(shown["warehouse"], "glavno");
}

/// Puts orders with these fields: each is refused so, and nothing is there afterwards.
async fn refused<const N: usize>(cases: [(Value, &str, &str); N]) {
    let remote = Remote::new().await;
    for (fields, code, words) in cases {
        let refusal = remote.refusal("v1/put_document", order_with(&fields)).await;
        assert_eq!(refusal, (code.to_owned(), words.to_owned()));
    }
    assert!(remote.server.documents(COMPANY).is_empty());
    assert_eq!(remote.server.partners(COMPANY), 0);
}

#[tokio::test]
async fn nothing_is_saved_with_a_wrong_head() {
    let day = |day: &str| json!({"doc_date": day});
    let paid = json!([{"payment_type": "X", "date": "20.01.2026"}]);
    refused([
        (
            json!({"doc_type": "sales_ordr"}),
            "2",
            "Unknown document type : sales_ordr",
        ),
        (
            json!({"doc_date": null}),
            "6",
            "Value is require for doc_date",
        ),
        (
            day("2026-01-20"),
            "6",
            "Not valid date for doc_date : 2026-01-20",
        ),
        (
            day("2026-01-20+01:00"),
            "6",
            "Not valid date for doc_date : 2026-01-20+01:00",
        ),
        (
            json!({"profit_center": "X"}),
            "6",
            "Profit center 'X' doesn't exist.",
        ),
        (
            json!({"discount_value": "10%"}),
            "6",
            "Not valid number for discount_value",
        ),
        (
            json!({"mark_paid": paid}),
            "2",
            "Paramether 'payment_type' has invalid value : X. \
             Valid values : Transakcijski račun,PayPal,Gotovina",
        ),
        (
            json!({"buyer_order": "1234567890123456789012345678901"}),
            "2",
            "Paramether 'buyer_order' is too long. Max length is 30",
        ),
    ])
    .await;
}

#[tokio::test]
async fn nothing_is_saved_without_an_address() {
    let words =
        "Partner must have mk_address_id or customer and street for address identification.";
    refused([
        (json!({"partner": null}), "2", "Partner data are missing"),
        (json!({"partner": {"mk_id": "5"}}), "2", words),
    ])
    .await;
}

#[tokio::test]
async fn nothing_is_saved_with_a_wrong_line() {
    let lines = |line: Value| json!({"product_list": [line]});
    let without_tax = json!({"code": "ART-1", "amount": "1", "price": "1"});
    let mut percent = line("ART-1", "1", "1");
    percent["discount"] = json!("10%");
    refused([
        (
            json!({"product_list": []}),
            "6",
            "Naročila ni mogoče shraniti, ker ne vsebuje artiklov",
        ),
        (
            lines(line("NO", "1", "1")),
            "8",
            "Product with code NO not found - unit must be set to add new product",
        ),
        (
            lines(without_tax),
            "6",
            "Attribute 'tax' for product with code 'ART-1' or name 'Artikel 1' must be set.",
        ),
        (
            lines(line("ART-1", "0", "1")),
            "2",
            "Paramether amount must be greater than 0",
        ),
        (
            lines(percent),
            "2",
            "Paramether discount must be valid number or numbers separate by semicolon",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_unknown_is_replaced_in_silence() {
    let remote = Remote::new().await;
    remote.put(order_with(&json!({"count_code": "PP-1"}))).await;
    let fields = json!({
        "count_code": "PP-1",
        "warehouse": "elsewhere",
        "delivery_type": "balloon",
        "buyer_order": null,
        "customer_order": "WEB-2",
        "nonsense": "yes",
    });
    let shown = remote.get(&remote.put(order_with(&fields)).await).await;
    assert_eq!(shown["count_code"], "1/2026");
    assert_eq!(shown["warehouse"], "glavno");
    assert_eq!(shown.get("delivery_type"), None);
    assert_eq!(shown.get("buyer_order"), None);
    assert_eq!(remote.server.documents(COMPANY).len(), 2);
    assert_eq!(remote.server.partners(COMPANY), 2);
}

#[tokio::test]
async fn a_unit_makes_a_product_and_a_name_finds_it_again() {
    let remote = Remote::new().await;
    let row =
        json!({"name": "Popravilo", "unit": "ura", "amount": "1", "price": "5", "tax": "000"});
    let shown = remote
        .get(&remote.put(order_with(&json!({"product_list": row}))).await)
        .await;
    assert_eq!(shown["product_list"][0]["name"], "Popravilo");
    assert_eq!(shown["product_list"][0].get("code"), None);
    let again = json!({"name": "Popravilo", "amount": "2", "price": "5", "tax": "000"});
    let shown = remote
        .get(
            &remote
                .put(order_with(&json!({"product_list": again})))
                .await,
        )
        .await;
    assert_eq!(shown["product_list"][0]["unit"], "ura");
}

#[tokio::test]
async fn a_second_buyer_order_is_refused_where_that_is_set() {
    let remote = Remote::with(|settings| settings.unique_buyer_order = true).await;
    let first = remote.put(order("WEB-1")).await;
    let second = remote.call("v1/put_document", order("WEB-1")).await;
    assert_eq!(
        (&second["opr_code"], &second["opr_code_app"]),
        (&json!("6"), &json!("7"))
    );
    assert_eq!(
        second["duplicate_doc_list"],
        json!([{"count_code": "1/2026", "mk_id": first}])
    );
    assert_eq!(remote.server.documents(COMPANY).len(), 1);
    remote.put(order("WEB-2")).await;
}

#[tokio::test]
async fn a_put_with_an_identity_replaces_everything() {
    let remote = Remote::new().await;
    let paid = json!([{"payment_type": "PayPal", "date": "20.01.2026", "amount": "1895.01"}]);
    let mk_id = remote
        .put(order_with(&json!({"mark_paid": paid, "notes": "old"})))
        .await;
    let again =
        json!({"mk_id": mk_id, "count_code": "X", "product_list": [line("ART-2", "1", "5")]});
    assert_eq!(remote.put(order_with(&again)).await, mk_id);
    let asked = json!({"doc_type": "sales_order", "doc_id": mk_id, "show_payment_detail": "true"});
    let shown = remote.call("v1/get_document", asked).await;
    assert_eq!(shown["product_list"][0]["code"], "ART-2");
    assert_eq!(
        (&shown["count_code"], shown.get("notes")),
        (&json!("1/2026"), None)
    );
    assert_eq!(shown["mark_paid"][0]["amount"], "1.895,01");
    assert_eq!(shown["sum_paid"], "1895.01");
    // Without lines every line goes, and that is no error.
    let mut empty = order_with(
        &json!({"mk_id": mk_id, "mark_paid": [{"payment_type": "PayPal", "date": "20.01.2026", "amount": "0.00"}]}),
    );
    empty.as_object_mut().unwrap().remove("product_list");
    remote.put(empty).await;
    let shown = remote.get(&mk_id).await;
    for absent in ["product_list", "sum_all", "sum_paid"] {
        assert_eq!(shown.get(absent), None);
    }
}

#[tokio::test]
async fn a_document_is_found_by_doc_id_or_an_orders_number() {
    let remote = Remote::new().await;
    let mk_id = remote.put(order("WEB-1")).await;
    let get = async |fields: Value| remote.refusal("v1/get_document", fields).await;
    let found = get(json!({"doc_type": "sales_order", "buyer_order": "WEB-1"})).await;
    assert_eq!(found.0, "0");
    let missing = get(json!({"doc_type": "sales_order", "mk_id": mk_id})).await;
    assert_eq!(
        missing.1,
        "Cannot find document type sales_order with id = null"
    );
    let missing = get(json!({"doc_type": "sales_order", "buyer_order": "WEB-2"})).await;
    assert_eq!(
        missing.1,
        "Cannot find sales order with buyer_order = WEB-2"
    );
    let delete = async |fields: Value| remote.refusal("v1/delete_document", fields).await;
    let refused = delete(json!({"doc_type": "sales_order", "doc_id": mk_id})).await;
    assert_eq!(refused.1, "Paramether mk_id must be set");
    assert_eq!(delete(json!({"mk_id": mk_id})).await.0, "1");
    let gone = delete(json!({"doc_type": "sales_order", "mk_id": mk_id})).await;
    assert_eq!(gone.0, "0");
    let missing = get(json!({"doc_type": "sales_order", "doc_id": mk_id})).await;
    assert_eq!(
        missing.1,
        format!("Cannot find document type sales_order with id = {mk_id}")
    );
}

#[tokio::test]
async fn sums_follow_the_kind_of_the_prices() {
    let remote = Remote::new().await;
    let gross = |price: &str| json!({"code": "ART-1", "amount": "1", "price_with_tax": price, "tax": "EX4"});
    let sum_of = async |fields: Value| {
        let shown = remote.get(&remote.put(order_with(&fields)).await).await;
        shown["sum_all"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        sum_of(json!({"product_list": [gross("100.00")]})).await,
        "100"
    );
    let off = json!({"product_list": [gross("200"), gross("5")], "discount_value": "10"});
    assert_eq!(sum_of(off).await, "195");
    let mut discounted = gross("200");
    discounted["discount"] = json!("10");
    assert_eq!(sum_of(json!({"product_list": [discounted]})).await, "180");
    // 44.40 net at 22 % is 9.768 of tax.
    assert_eq!(
        sum_of(json!({"product_list": [line("ART-1", "1", "44.4")]})).await,
        "54.17"
    );
}

#[tokio::test]
async fn an_order_changes_in_part_and_a_bill_in_its_status_only() {
    let remote = Remote::new().await;
    remote.put(order("WEB-1")).await;
    let change = json!({"doc_type": "sales_order", "buyer_order": "WEB-1", "status_code": "shipped", "notes": "n"});
    let answer = remote.call("v1/update_document", change).await;
    assert_eq!(answer["opr_code"], "0");
    let asked =
        json!({"doc_type": "sales_order", "buyer_order": "WEB-1", "return_document_info": "true"});
    let shown = remote.call("v1/get_document", asked).await;
    assert_eq!(
        (&shown["status_code"], &shown["status_desc"]),
        (&json!("Odpremljen"), &json!("shipped"))
    );
    assert_eq!(
        (&shown["notes"], &shown["sum_all"]),
        (&json!("n"), &json!("24.4"))
    );
    assert_eq!(shown["document_info"][1]["operation_type"], "CHANGE");
    let bill = json!({"doc_type": "sales_bill_domestic", "count_code": "R-1"});
    let mk_id = remote.put(order_with(&bill)).await;
    let change = json!({"doc_type": "sales_bill_domestic", "mk_id": mk_id, "notes": "lost", "status_code": "created"});
    assert_eq!(remote.refusal("v1/update_document", change).await.0, "0");
    let bills = remote.server.documents(COMPANY);
    let bill = bills.last().unwrap();
    assert_eq!(
        (bill.status.as_deref(), bill.texts.get("notes")),
        (Some("created"), None)
    );
}

#[tokio::test]
async fn partners_are_made_twice_and_found_loosely_without_a_code() {
    let remote = Remote::new().await;
    let added = remote
        .call("v1/add_partner", json!({"partner": partner()}))
        .await;
    assert_eq!(added.get("opr_code"), None);
    remote.put(order("WEB-1")).await;
    let found = remote
        .call("v1/get_partner", json!({"partner_email": "ANA@"}))
        .await;
    assert_eq!(
        (&found["partner_list_count"], found.get("opr_code")),
        (&json!("2"), None)
    );
    let address = &found["partner_list"][0]["partner_delivery_address_list"][0];
    assert_eq!(address["address_type"], "Račun");
    let again = json!({"partner": {"mk_id": added["mk_id"], "mk_address_id": address["mk_id"]}});
    remote.put(order_with(&again)).await;
    assert_eq!(remote.server.partners(COMPANY), 2);
    let none = remote
        .refusal("v1/get_partner", json!({"partner_email": "nobody@"}))
        .await;
    assert_eq!(
        none,
        (
            "2".to_owned(),
            "No partner with such properties.".to_owned()
        )
    );
}

#[tokio::test]
async fn each_call_is_in_one_family_of_paths() {
    let remote = Remote::new().await;
    let list = remote.call("v1/json/warehouse_list", json!({})).await;
    assert_eq!(list["warehouse_list"][0]["mark"], "glavno");
    let products = remote
        .call("v1/json/product_list", json!({"limit": 1}))
        .await;
    assert_eq!(products["product_list"][0]["weight"], "7,3");
    let sent = remote.call("sync_stock", json!({})).await;
    assert_eq!(sent["opr_desc"], "Sync successful");
    for wrong in [
        "v1/warehouse_list",
        "v1/json/put_document",
        "put_document",
        "v1/sync_stock",
    ] {
        let answer = remote.try_call(wrong, &json!({})).await.unwrap();
        assert_eq!(answer.status(), 404, "{wrong}");
        assert!(answer.text().await.unwrap().contains("<html>"));
    }
    remote.put(order("WEB-1")).await;
    let asked = json!({"product_code_list": "ART-1"});
    let stock = remote.call("v1/json/warehouse_stock", asked).await;
    assert_eq!(stock["stock_list"][0]["reserved_amount"], "2");
    assert_eq!(stock["stock_list"][0]["free_amount"], "98");
}
