use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, Reply};

on_both!(
    what_is_exported_can_be_imported,
    an_import_makes_and_changes_products_and_stock,
    nothing_of_a_file_with_a_wrong_line_is_applied,
    lines_are_judged_together_and_with_what_is_there,
    a_large_file_comes_in_pieces,
    what_is_no_csv_is_refused,
);

async fn send(app: &App, kind: &str, file: String) -> Reply {
    let request = Request::post("/api/stock/import")
        .header(header::AUTHORIZATION, "Bearer admin")
        .header(header::CONTENT_TYPE, kind);
    app.node()
        .send(request.body(Body::from(file)).unwrap())
        .await
}

async fn import(app: &App, file: &str) -> Reply {
    send(app, "text/csv; charset=utf-8", file.to_owned()).await
}

async fn export(app: &App) -> String {
    let reply = app.call("admin", "GET", "/api/stock/export", None).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, "text/csv; charset=utf-8")
    );
    reply.text
}

async fn what_is_exported_can_be_imported(database: TestDatabase) {
    let app = App::stocked(database).await;
    let body = json!({"_id": "P0", "title": "Say \"no\", they said", "description": "two\nlines", "price": 1.5, "currency": "EUR"});
    app.post("/api/products", body).await.is(201);
    let file = export(&app).await;
    let expected = "productId,title,description,price,currency,size,color,stock\n\
        P0,\"Say \"\"no\"\", they said\",\"two\nlines\",1.5,EUR,,,\n\
        P1,Product P1,,100,L.E.,M,Red,10\nP1,,,,,M,Blue,5\nP1,,,,,L,Red,1\n";
    assert_eq!(file, expected);
    let ledger = app.ledger().await;
    let answer = import(&app, &file).await.is(200);
    assert_eq!(
        (&answer["lines"], &answer["productsUpdated"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(
        (&answer["variantsCreated"], &answer["stocksChanged"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(export(&app).await, file);
    assert_eq!(app.ledger().await, ledger, "nothing has moved");
    for delete in ["P0", "P1"] {
        app.call("admin", "DELETE", &format!("/api/products/{delete}"), None)
            .await
            .is(200);
    }
    assert_eq!(import(&app, &file).await.is(200)["productsCreated"], 2);
    assert_eq!(export(&app).await, file);
    app.assert_sound().await;
}

async fn an_import_makes_and_changes_products_and_stock(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.get("/api/products/P1/stock").await.is(200);
    app.news().await;
    app.later(1_000);
    let file = "stock,size,color,productId,title,price,currency,shelf\n7,M,Red,P1,,,,A1\n,M,Green,P1,,,,\n3,S,Black,P2,New one,9.90,EUR,B2\n";
    let answer = import(&app, file).await.is(200);
    let expected = json!({"success": true, "lines": 3, "productsCreated": 1, "productsUpdated": 1, "variantsCreated": 2,
        "stocksChanged": 1, "timestamp": "2027-01-15T08:00:01.000Z"});
    assert_eq!(answer, expected);
    assert_eq!(
        (
            app.level("M", "Red").await,
            app.level("M", "Green").await,
            app.level("M", "Blue").await
        ),
        ((7, 0), (0, 0), (5, 0))
    );
    let line = |kind: &str, delta, after| (kind.to_owned(), delta, after);
    let expected = [
        line("import", -3, 7),
        line("opening", 0, 0),
        line("opening", 3, 3),
    ];
    assert_eq!(app.ledger().await.split_off(3), expected);
    let told = |id: &str, stock: i64| {
        let payload =
            json!({"productId": id, "stock": stock, "timestamp": "2027-01-15T08:00:01.000Z"});
        ("STOCK_UPDATED".to_owned(), payload)
    };
    assert_eq!(app.news().await, [told("P1", 13), told("P2", 3)]);
    assert_eq!(app.get("/api/products?q=new+one").await.is(200)["total"], 1);
    let other = app.get("/api/products/P2").await.is(200);
    assert_eq!(
        (&other["price"], &other["createdAt"]),
        (&json!(9.9), &json!("2027-01-15T08:00:01.000Z"))
    );
    assert!(app.rows("line", "stock_import_lines").await.is_empty());
    app.assert_sound().await;
}

async fn nothing_of_a_file_with_a_wrong_line_is_applied(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    let before = export(&app).await;
    let file = "productId,title,size,color,stock\nP1,Renamed,M,Red,1\nP1,,M,Blue,-5\nP2,New,M,,3\na b,New,,,\n";
    let reply = import(&app, file).await;
    reply.refuses(400, "invalid_request", "3 lines of the file are not valid");
    let line =
        |line: u64, field: &str, error: &str| json!({"line": line, "field": field, "error": error});
    let expected = json!([
        line(3, "stock", "must be a whole number from 0 to 1000000000"),
        line(4, "color", "is required"),
        line(
            5,
            "productId",
            "must be 1 to 128 of A-Z, a-z, 0-9, '_', '-', '.' and ':'"
        ),
    ]);
    assert_eq!(
        (&reply.body["lines"], &reply.body["lineErrors"]),
        (&expected, &json!(3))
    );
    assert_eq!((export(&app).await, app.news().await.len()), (before, 0));
    assert!(app.rows("line", "stock_import_lines").await.is_empty());
}

async fn lines_are_judged_together_and_with_what_is_there(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 4)]).await.is(200);
    app.news().await;
    let before = export(&app).await;
    let file = "productId,title,size,color,stock\nP1,,M,Red,3\nP1,,M,Blue,1\nP1,,M,Blue,2\nP2,,M,Red,1\nP3,Three,M,Red,1\n";
    let reply = import(&app, file).await;
    let line =
        |line: u64, field: &str, error: &str| json!({"line": line, "field": field, "error": error});
    let expected = json!([
        line(2, "stock", "is below the 4 units that are reserved"),
        line(4, "size", "this variant stands in an earlier line too"),
        line(5, "title", "is required for a new product"),
    ]);
    assert_eq!(
        (reply.status.as_u16(), &reply.body["lines"]),
        (400, &expected),
        "{}",
        reply.text
    );
    let many: Vec<_> = (0..498).map(|n| format!("P1,,X,c{n},1")).collect();
    let reply = import(
        &app,
        &format!("productId,title,size,color,stock\n{}", many.join("\n")),
    )
    .await;
    assert_eq!(
        reply.body["lines"][0]["error"], "a product has at most 500 variants",
        "{}",
        reply.text
    );
    assert_eq!((export(&app).await, app.news().await.len()), (before, 0));
    assert!(app.rows("line", "stock_import_lines").await.is_empty());
    app.assert_sound().await;
}

async fn a_large_file_comes_in_pieces(database: TestDatabase) {
    let app = App::on(database).await;
    let lines = (0..12_500).map(|n| format!("P{n:05},Product {n},\"a, b\",{n},EUR,M,Red,{n}\n"));
    let file = format!(
        "productId,title,description,price,currency,size,color,stock\n{}",
        lines.collect::<String>()
    );
    let answer = import(&app, &file).await.is(200);
    assert_eq!(
        (&answer["lines"], &answer["productsCreated"]),
        (&json!(12_500), &json!(12_500))
    );
    assert_eq!(export(&app).await, file);
    let found = app.get("/api/products?q=product+12499").await.is(200);
    assert_eq!(
        (&found["total"], &found["items"][0]["stock"]),
        (&json!(1), &json!(12_499))
    );
    app.assert_sound().await;
}

async fn what_is_no_csv_is_refused(database: TestDatabase) {
    let app = App::on(database).await;
    let sentence = "The request body must be CSV (Content-Type: text/csv)";
    for kind in ["application/json", "text/plain", "text/csvx"] {
        let reply = send(&app, kind, "productId\n".to_owned()).await;
        reply.refuses(415, "unsupported_media_type", sentence);
    }
    for file in ["", "title,stock\n", "\n\n"] {
        let reply = import(&app, file).await;
        let sentence = "Line 1: must name the columns, productId among them";
        reply.refuses(400, "invalid_request", sentence);
    }
    let reply = import(&app, &format!("productId\nP1\n\"{}", "x".repeat(70_000))).await;
    reply.refuses(
        400,
        "invalid_request",
        "Line 3: is over 64 KiB, or has over 64 columns",
    );
    assert_eq!(import(&app, "productId\n").await.is(200)["lines"], 0);
}
