use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, account};

on_both!(
    a_partner_has_a_profile_when_it_is_first_asked_for,
    documents_are_sent_in_and_decided_on,
    whoever_is_rejected_is_assigned_no_more,
    decisions_out_of_order_are_refused,
    documents_that_make_no_sense_are_refused,
    partners_are_listed_by_status_and_text,
    an_account_that_changes_changes_the_profile,
);

fn document() -> Value {
    json!({"documentType": "passport", "documentNumber": "X1", "documentUrl": "https://example.com/x1.png"})
}

async fn a_partner_has_a_profile_when_it_is_first_asked_for(database: TestDatabase) {
    let app = App::on(database);
    let expected = json!({
        "id": "p1", "name": "Partner p1", "email": "p1@example.com", "phone": "+1 p1", "services": [],
        "rating": null, "status": "not_submitted",
        "kyc": {"status": "not_submitted", "documentType": null, "documentNumber": null, "documentUrl": null,
            "reason": null, "submittedAt": null, "decidedAt": null},
        "createdAt": NOW_TEXT, "updatedAt": NOW_TEXT,
    });
    for token in ["admin", "partner:p1"] {
        assert_eq!(app.get(token, "/api/partners/p1").await.is(200), expected);
    }
    let told = app.told().await;
    assert_eq!((told.len(), told[0].1.as_str()), (1, "partner:registered"));
    for nobody in ["x", "u1"] {
        for path in ["", "/earnings"] {
            let reply = app
                .get("admin", &format!("/api/partners/{nobody}{path}"))
                .await;
            reply.refuses(404, &format!("Partner {nobody} not found"));
        }
    }
}

async fn documents_are_sent_in_and_decided_on(database: TestDatabase) {
    let app = App::on(database);
    app.get("admin", "/api/partners/p1").await.is(200);
    app.forget_news().await;
    let path = "/api/partners/p1/kyc";
    let kyc = app.post("partner:p1", path, document()).await.is(200)["kyc"].clone();
    let expected = json!({
        "status": "pending", "documentType": "passport", "documentNumber": "X1", "reason": null,
        "documentUrl": "https://example.com/x1.png", "submittedAt": NOW_TEXT, "decidedAt": null,
    });
    assert_eq!(kyc, expected);
    app.clock.advance(TimeDelta::seconds(1));
    let no = json!({"status": "rejected", "reason": "blurred"});
    let rejected = app.patch("admin", path, no).await.is(200);
    assert_eq!(
        (&rejected["status"], &rejected["kyc"]["reason"]),
        (&json!("rejected"), &json!("blurred"))
    );
    let again = app.post("admin", path, document()).await.is(200);
    assert_eq!(
        (&again["status"], &again["kyc"]["reason"]),
        (&json!("pending"), &Value::Null)
    );
    let approved = app
        .patch("admin", path, json!({"status": "approved"}))
        .await
        .is(200);
    assert_eq!(
        (&approved["status"], &approved["kyc"]["status"]),
        (&json!("approved"), &json!("approved"))
    );
    let expected = ["role:admin kyc:submitted", "role:admin kyc:submitted"];
    let news = app.news().await;
    let news: Vec<_> = news
        .iter()
        .map(|(who, what)| format!("{who} {what}"))
        .collect();
    assert_eq!(news, expected);
}

async fn whoever_is_rejected_is_assigned_no_more(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    let path = "/api/partners/p1/kyc";
    app.patch("admin", path, json!({"status": "rejected"}))
        .await
        .is(200);
    app.book("B2", json!({})).await;
    let reply = app
        .post("admin", "/bookings/B2/assign", json!({"partnerId": "p1"}))
        .await;
    reply.refuses_with(409, "conflict", "Partner p1 is not approved");
    app.assert_in_step().await;
}

async fn decisions_out_of_order_are_refused(database: TestDatabase) {
    let app = App::staffed(database).await;
    let decide = async |id: &str, body| {
        app.patch("admin", &format!("/api/partners/{id}/kyc"), body)
            .await
    };
    let early = decide("p3", json!({"status": "approved"})).await;
    early.refuses(409, "This partner has submitted no document");
    decide("x", json!({"status": "approved"}))
        .await
        .refuses(404, "Partner x not found");
    for status in ["pending", "APPROVED", ""] {
        decide("p1", json!({"status": status}))
            .await
            .refuses_field("status");
    }
    decide("p1", json!({})).await.refuses_field("status");
    let long = json!({"status": "rejected", "reason": "x".repeat(4001)});
    decide("p1", long).await.refuses_field("reason");
}

async fn documents_that_make_no_sense_are_refused(database: TestDatabase) {
    let app = App::staffed(database).await;
    let submit = async |body| app.post("partner:p1", "/api/partners/p1/kyc", body).await;
    submit(document())
        .await
        .refuses(409, "This partner is approved already");
    for field in ["documentType", "documentNumber", "documentUrl"] {
        let mut without = document();
        without.as_object_mut().unwrap().remove(field);
        submit(without).await.refuses_field(field);
        let mut empty = document();
        empty[field] = json!("  ");
        submit(empty).await.refuses_field(field);
    }
    for url in [
        "passport.png",
        "ftp://example.com/x",
        "javascript:alert(1)",
        "https://",
        "//example.com/x",
    ] {
        let mut elsewhere = document();
        elsewhere["documentUrl"] = json!(url);
        submit(elsewhere).await.refuses_field("documentUrl");
    }
    let reply = app
        .post("partner:p2", "/api/partners/p1/kyc", document())
        .await;
    reply.refuses(404, "Partner p1 not found");
    assert_eq!(
        app.get("admin", "/api/partners/p1").await.is(200)["status"],
        "approved"
    );
}

async fn partners_are_listed_by_status_and_text(database: TestDatabase) {
    let app = App::on(database);
    app.approve("p1").await;
    for id in ["p2", "p3"] {
        app.clock.advance(TimeDelta::seconds(1));
        app.get("admin", &format!("/api/partners/{id}"))
            .await
            .is(200);
    }
    app.tamper("UPDATE partners SET name = 'ÄNNE 100%', phone = NULL WHERE id = 'p3'")
        .await;
    let list = async |query: &str| {
        let listing = app
            .get("admin", &format!("/api/partners?{query}"))
            .await
            .is(200);
        let ids = listing["items"].as_array().unwrap().iter();
        ids.map(|partner| partner["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ["p3", "p2", "p1"]);
    assert_eq!(list("page=2&perPage=2").await, ["p1"]);
    assert_eq!(list("status=approved").await, ["p1"]);
    assert_eq!(list("status=not_submitted").await, ["p3", "p2"]);
    assert_eq!(list("status=rejected").await, [""; 0]);
    assert_eq!(list("q=P2%40EXAMPLE").await, ["p2"]);
    assert_eq!(list("q=%2B1%20p").await, ["p2", "p1"]);
    assert_eq!(list("q=%C3%A4nne").await, ["p3"]);
    assert_eq!(list("q=%25").await, ["p3"]);
    assert_eq!(list("q=partner&status=approved").await, ["p1"]);
    app.get("admin", "/api/partners?status=new")
        .await
        .refuses_field("status");
    app.get("admin", "/api/partners?perPage=201")
        .await
        .refuses_field("perPage");
    let long = format!("/api/partners?q={}", "x".repeat(201));
    app.get("admin", &long).await.refuses_field("q");
}

async fn an_account_that_changes_changes_the_profile(database: TestDatabase) {
    let app = App::on(database);
    app.approve("p1").await;
    let renamed = bookings_sync::PartnerAccount {
        id: account("p1"),
        name: "Renée".to_owned(),
        email: "renee@example.com".to_owned(),
        phone: None,
    };
    for _ in 0..2 {
        app.partners.keep_profile(renamed.clone()).await.unwrap();
    }
    let partner = app.get("admin", "/api/partners/p1").await.is(200);
    let told = ["name", "email", "phone", "status"].map(|key| partner[key].clone());
    assert_eq!(
        told,
        [
            json!("Renée"),
            json!("renee@example.com"),
            Value::Null,
            json!("approved")
        ]
    );
    app.book("B1", json!({"partnerId": "p1"})).await;
    let told = app.told().await;
    let (_, _, assigned) = told
        .iter()
        .find(|(_, event, _)| event == "partner:assigned")
        .unwrap();
    let partner = json!({"id": "p1", "name": "Renée", "phone": null, "rating": null});
    assert_eq!(assigned["partner"], partner);
    app.assert_in_step().await;
}
