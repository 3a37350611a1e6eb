use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, customer, order, request};

on_both!(
    a_document_is_kept_as_it_was_given,
    totals_are_gross_and_each_line_is_rounded,
    what_is_wrong_is_named_field_by_field,
    documents_are_listed_by_type_status_and_text,
    a_changed_document_keeps_what_was_left_out,
    a_deleted_document_is_gone,
    an_id_is_taken_once_in_an_organization,
);

async fn a_document_is_kept_as_it_was_given(test: TestDatabase) {
    let app = App::bare(test);
    let given = json!({"id": "D1", "documentType": "invoice_domestic", "documentNumber": "R-7",
        "customer": {"name": "Obala d.o.o.", "street": "Trg 1", "postCode": "6000", "city": "Koper", "country": "Slovenia",
            "taxNumber": "SI123", "email": "a@b.si", "phone": "1", "isCompany": true},
        "lines": [{"name": "Work", "unit": "h", "quantity": "1.5", "unitPrice": 24.8, "discountPercent": 10, "taxCode": "220"}],
        "currency": "EUR", "documentDate": "2027-01-10", "dueDate": "2027-02-10", "notes": "Thank you", "status": "confirmed"});
    let made = app.post("/api/sales-documents", given).await.is(201);
    let read = app.get("/api/sales-documents/D1").await.is(200);
    assert_eq!(made, read);
    assert_eq!(read["organizationId"], "O1");
    assert_eq!(read["documentType"], "invoice_domestic");
    assert_eq!(read["documentNumber"], "R-7");
    assert_eq!(read["customer"]["taxNumber"], "SI123");
    let line = json!({"code": null, "name": "Work", "unit": "h", "quantity": 1.5, "unitPrice": 24.8, "discountPercent": 10,
        "taxCode": "220", "taxPercent": null});
    assert_eq!(read["lines"], json!([line]));
    assert_eq!(read["dueDate"], "2027-02-10");
    assert_eq!(read["status"], "confirmed");
    assert_eq!(read["total"], 40.85);
    assert_eq!(read["syncStatus"], "pending");
    assert_eq!(read["updatedAt"], "2027-01-15T08:00:00.000Z");
}

async fn totals_are_gross_and_each_line_is_rounded(test: TestDatabase) {
    let app = App::bare(test);
    let line = |price: &str, tax: i64| json!({"code": "A", "quantity": 1, "unitPrice": price, "taxPercent": tax});
    let mut document = order("D1");
    document["lines"] = json!([line("0.125", 0), line("0.125", 0), line("10", 22)]);
    let made = app.post("/api/sales-documents", document).await.is(201);
    assert_eq!(made["total"], 12.46);
    let mut document = order("D2");
    document["lines"] = json!([]);
    let made = app.post("/api/sales-documents", document).await.is(201);
    assert_eq!(made["total"], 0);
    assert_eq!(made["documentNumber"], "SD-000002");
}

async fn what_is_wrong_is_named_field_by_field(test: TestDatabase) {
    let app = App::bare(test);
    let with = |pointer: &str, value: Value| {
        let mut document = order("D1");
        *document.pointer_mut(pointer).unwrap() = value;
        document
    };
    for (pointer, value, field) in [
        ("/documentType", json!("invoice"), "documentType"),
        ("/documentType", Value::Null, "documentType"),
        ("/customer", Value::Null, "customer"),
        ("/customer/name", json!(""), "customer.name"),
        (
            "/customer/street",
            json!("x".repeat(201)),
            "customer.street",
        ),
        ("/lines", Value::Null, "lines"),
        ("/lines/0/code", Value::Null, "lines[0].code"),
        ("/lines/0/quantity", json!(0), "lines[0].quantity"),
        ("/lines/0/quantity", json!(1_000_001), "lines[0].quantity"),
        ("/lines/0/quantity", json!("1e3"), "lines[0].quantity"),
        ("/lines/0/unitPrice", json!(-1), "lines[0].unitPrice"),
        ("/lines/0/unitPrice", Value::Null, "lines[0].unitPrice"),
        ("/lines/0/taxPercent", json!(101), "lines[0].taxPercent"),
        ("/documentDate", json!("2027-02-30"), "documentDate"),
        ("/documentDate", json!("10.1.2027"), "documentDate"),
    ] {
        let refused = app.post("/api/sales-documents", with(pointer, value)).await;
        refused.refuses_field(field);
    }
    app.get("/api/sales-documents/D1")
        .await
        .refuses(404, "not_found");
    for query in ["documentType=x", "syncStatus=done", "perPage=201"] {
        let path = format!("/api/sales-documents?{query}");
        app.get(&path).await.refuses(400, "invalid_request");
    }
}

async fn documents_are_listed_by_type_status_and_text(test: TestDatabase) {
    let app = App::bare(test);
    app.make("D1").await;
    app.later(1);
    let mut offer = order("D2");
    offer["documentType"] = json!("offer");
    offer["status"] = json!("open");
    offer["customer"]["name"] = json!("Štefan 100% Čuk");
    app.post("/api/sales-documents", offer).await.is(201);
    let ids = async |query: &str| {
        let list = app
            .get(&format!("/api/sales-documents{query}"))
            .await
            .is(200);
        let items = list["items"].as_array().unwrap().iter();
        let ids: Vec<_> = items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(list["total"], ids.len());
        ids
    };
    assert_eq!(ids("").await, ["D2", "D1"]);
    assert_eq!(ids("?documentType=order").await, ["D1"]);
    assert_eq!(ids("?status=open").await, ["D2"]);
    assert_eq!(ids("?syncStatus=pending").await, ["D2", "D1"]);
    assert_eq!(ids("?syncStatus=synced").await, Vec::<String>::new());
    assert_eq!(ids("?q=%C5%A1TEFAN%20100%25").await, ["D2"]);
    assert_eq!(ids("?q=100_").await, Vec::<String>::new());
}

async fn a_changed_document_keeps_what_was_left_out(test: TestDatabase) {
    let app = App::bare(test);
    app.make("D1").await;
    let noted = app.edit("D1", json!({"notes": "Second floor"})).await;
    assert_eq!(
        (&noted["notes"], &noted["total"]),
        (&json!("Second floor"), &json!(24.4))
    );
    let cleared = app
        .edit("D1", json!({"notes": null, "status": "sent"}))
        .await;
    assert_eq!(
        (&cleared["notes"], &cleared["status"]),
        (&Value::Null, &json!("sent"))
    );
    let path = "/api/sales-documents/D1";
    let bad = json!({"lines": [{"quantity": 1, "unitPrice": 1}]});
    app.put(path, bad).await.refuses_field("lines[0].code");
    app.put("/api/sales-documents/D9", json!({}))
        .await
        .refuses(404, "not_found");
}

async fn a_deleted_document_is_gone(test: TestDatabase) {
    let app = App::bare(test);
    app.make("D1").await;
    let gone = app.delete("/api/sales-documents/D1").await.is(200);
    assert_eq!(gone, json!({"success": true}));
    let refused = app.get("/api/sales-documents/D1").await;
    assert_eq!(
        refused.refuses(404, "not_found")["error"],
        "Document not found"
    );
    app.delete("/api/sales-documents/D1")
        .await
        .refuses(404, "not_found");
}

async fn an_id_is_taken_once_in_an_organization(test: TestDatabase) {
    let app = App::bare(test);
    app.make("D1").await;
    app.post("/api/sales-documents", order("D1"))
        .await
        .refuses(409, "conflict");
    // Whether another organization has it is not told.
    let path = "/api/sales-documents";
    let other = request(
        "eve",
        "POST",
        path,
        Some(
            json!({"id": "D1", "documentType": "offer", "customer": customer(),
        "lines": []}),
        ),
    );
    app.node.send(other).await.is(201);
    let hers = app
        .node
        .send(request("eve", "GET", "/api/sales-documents/D1", None))
        .await;
    assert_eq!(hers.is(200)["documentType"], "offer");
}
