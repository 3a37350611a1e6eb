use metakocka::DocumentType;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Fault, PULL, SYNC, company::unreachable, request};

on_both!(
    a_run_goes_on_by_itself_and_tells_how_far_it_is,
    a_run_of_pulls_takes_all_over,
    a_run_of_a_dead_node_is_finished_by_another_soon,
    a_schedule_pulls_by_itself_once,
    a_schedule_can_be_taken_away,
    imports_do_not_pile_up_while_metakocka_is_away,
    an_import_that_failed_is_no_reason_to_look_at_less,
    what_could_not_be_taken_over_is_looked_at_again,
);

async fn run_of(app: &App, path: &str, body: Value) -> String {
    let started = app.post(&format!("{path}?async=true"), body).await.is(202);
    format!(
        "/api/integrations/metakocka/runs/{}",
        started["runId"].as_str().unwrap()
    )
}

async fn a_run_goes_on_by_itself_and_tells_how_far_it_is(test: TestDatabase) {
    let app = App::on(test).await;
    for n in 0..25 {
        app.make(&format!("D{n:02}")).await;
    }
    app.company.refuse_article("BAD");
    let bad = json!([{"code": "BAD", "quantity": 1, "unitPrice": 1, "taxPercent": 22}]);
    app.edit("D03", json!({"lines": bad})).await;
    let run = run_of(&app, SYNC, json!({})).await;
    let waiting = app.get(&run).await.is(200);
    assert_eq!(
        (&waiting["status"], &waiting["total"]),
        (&json!("running"), &json!(25))
    );
    app.work_on_runs().await;
    let done = app.get(&run).await.is(200);
    assert_eq!(
        (&done["status"], &done["synced"], &done["failed"]),
        (&json!("completed"), &json!(24), &json!(1))
    );
    assert_eq!(
        (
            &done["details"][0]["documentId"],
            &done["details"][0]["success"]
        ),
        (&json!("D03"), &json!(false))
    );
    assert_eq!(app.company.documents().len(), 24);
    let heard = app.node.heard.0.lock().unwrap().clone();
    assert!(heard.len() >= 2 && heard.last().unwrap().is_finished);
    assert_eq!(heard.last().unwrap().counts.synced, 24);
    app.get("/api/integrations/metakocka/runs/none")
        .await
        .refuses(404, "not_found");
    let hers = request("eve", "GET", &run, None);
    app.node.send(hers).await.refuses(404, "not_found");
}

async fn a_run_of_pulls_takes_all_over(test: TestDatabase) {
    let app = App::on(test).await;
    for n in 0..120 {
        app.company.make(DocumentType::Order, &format!("C{n}"));
    }
    app.company.make(DocumentType::CreditNote, "Ana");
    let run = run_of(&app, PULL, json!({})).await;
    app.work_on_runs().await;
    let done = app.get(&run).await.is(200);
    assert_eq!(
        (&done["status"], &done["synced"], &done["total"]),
        (&json!("completed"), &json!(121), &json!(121))
    );
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 121);
}

async fn a_run_of_a_dead_node_is_finished_by_another_soon(test: TestDatabase) {
    let app = App::on(test).await;
    for n in 0..12 {
        app.make(&format!("D{n:02}")).await;
    }
    let run = run_of(&app, SYNC, json!({})).await;
    // In its very first call, for which it took one place in front of Metakocka.
    app.company.next("find_order", Fault::Hangs);
    let node = app.another_node().await;
    let work = node.worker.run_runs_once();
    app.company.cut_at_a_hanging_call(work).await;
    // It may be alive.
    app.later(14);
    app.work_on_runs().await;
    assert_eq!(app.get(&run).await.is(200)["synced"], 0);
    // It is not. What it was at in the very moment, four at most, is left to it for as long as its call could last.
    app.later(2);
    let others = async {
        while app.company.documents().len() < 8 {
            tokio::task::yield_now().await;
        }
        app.later(110);
    };
    tokio::join!(app.work_on_runs(), others);
    let done = app.get(&run).await.is(200);
    assert_eq!(
        (&done["status"], &done["synced"], &done["failed"]),
        (&json!("completed"), &json!(12), &json!(0))
    );
    assert_eq!(app.company.documents().len(), 12);
}

async fn a_schedule_pulls_by_itself_once(test: TestDatabase) {
    let app = App::on(test).await;
    let path = "/api/integrations/metakocka/import-schedule";
    assert_eq!(app.get(path).await.is(200), Value::Null);
    app.post(path, json!({"timezone": "UTC"}))
        .await
        .refuses_field("cron");
    app.post(path, json!({"cron": "* *", "timezone": "UTC"}))
        .await
        .refuses_field("cron");
    app.post(path, json!({"cron": "0 9 * * *", "timezone": "Mars"}))
        .await
        .refuses_field("timezone");
    let set = app
        .post(
            path,
            json!({"cron": "0 10 * * *", "timezone": "Europe/Ljubljana"}),
        )
        .await
        .is(200);
    assert_eq!(set["nextRunAt"], "2027-01-15T09:00:00.000Z");
    app.company.make(DocumentType::Order, "Ana");
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 0);
    app.later(3_600);
    let other = app.another_node().await;
    let (one, two) = tokio::join!(
        app.node.worker.run_runs_once(),
        other.worker.run_runs_once()
    );
    assert!(one.unwrap() || two.unwrap());
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 1);
    let next = app.get(path).await.is(200);
    assert_eq!(next["nextRunAt"], "2027-01-16T09:00:00.000Z");
    assert_eq!(next["importedUntil"], "2027-01-15T09:00:00.000Z");
}

const SCHEDULE: &str = "/api/integrations/metakocka/import-schedule";

/// Pulls at every full hour; an hour has passed.
async fn an_hour_on_schedule(app: &App) {
    let hourly = json!({"cron": "0 * * * *", "timezone": "UTC"});
    app.post(SCHEDULE, hourly).await.is(200);
    app.later(3_600);
}

async fn a_schedule_can_be_taken_away(test: TestDatabase) {
    let app = App::on(test).await;
    app.company.make(DocumentType::Order, "Ana");
    an_hour_on_schedule(&app).await;
    let gone = app.post(SCHEDULE, json!({"cron": null})).await.is(200);
    assert_eq!(gone, Value::Null);
    assert_eq!(app.get(SCHEDULE).await.is(200), Value::Null);
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 0);
    // Again is no mistake.
    app.post(SCHEDULE, json!({"cron": null})).await.is(200);
}

async fn imports_do_not_pile_up_while_metakocka_is_away(test: TestDatabase) {
    let app = App::on(test).await;
    app.company.make(DocumentType::Order, "Ana");
    an_hour_on_schedule(&app).await;
    for _ in 0..5 {
        app.company.next("search", Fault::Fails(unreachable()));
        app.node.worker.run_runs_once().await.unwrap_err();
        app.later(3_600);
    }
    app.company.forget_calls();
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 1);
    // One look at each type, up to the hour that was due last.
    let searches = app.company.calls().into_iter();
    let searches = searches.filter(|call| *call == "search").count();
    assert_eq!(searches, DocumentType::ALL.len() + 1);
    let done = app.get(SCHEDULE).await.is(200);
    assert_eq!(done["importedUntil"], "2027-01-15T14:00:00.000Z");
}

async fn an_import_that_failed_is_no_reason_to_look_at_less(test: TestDatabase) {
    let app = App::on(test).await;
    app.company.make(DocumentType::Order, "Ana");
    an_hour_on_schedule(&app).await;
    app.company.next("search", Fault::Fails(unreachable()));
    app.node.worker.run_runs_once().await.unwrap_err();
    let begun = app.get(SCHEDULE).await.is(200);
    assert_eq!(begun["nextRunAt"], "2027-01-15T10:00:00.000Z");
    assert_eq!(begun["importedUntil"], Value::Null);
    app.later(20);
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 1);
    let done = app.get(SCHEDULE).await.is(200);
    assert_eq!(done["importedUntil"], "2027-01-15T09:00:00.000Z");
}

async fn what_could_not_be_taken_over_is_looked_at_again(test: TestDatabase) {
    let app = App::on(test).await;
    app.company.make(DocumentType::Order, "Ana");
    let odd = app.company.make(DocumentType::Order, "Bor");
    app.company
        .edit(&odd, |document| document.currency = Some("€".to_owned()));
    an_hour_on_schedule(&app).await;
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 1);
    let done = app.get(SCHEDULE).await.is(200);
    assert_eq!(done["importedUntil"], Value::Null);
    app.company
        .edit(&odd, |document| document.currency = Some("EUR".to_owned()));
    app.later(3_600);
    app.work_on_runs().await;
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 2);
    let done = app.get(SCHEDULE).await.is(200);
    assert_eq!(done["importedUntil"], "2027-01-15T10:00:00.000Z");
}
