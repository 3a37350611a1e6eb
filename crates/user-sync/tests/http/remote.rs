//! Every row of the document about the remote API.

use serde_json::json;
use simulators::{
    Damage,
    users::{Call, Change, Fault, Moves, TokenAt, Total, User, UserServer, UsersAt, people},
};
use test_support::{TestDatabase, on_both};

use crate::support::{App, texts};

on_both!(
    the_token_is_found_wherever_it_stands,
    the_users_are_found_wherever_they_stand,
    every_call_has_the_headers_and_signs_in_once,
    without_a_total_a_shorter_page_is_the_last,
    a_server_may_send_fewer_rows_than_asked_for,
    rows_that_come_twice_are_one_user,
    users_that_come_and_go_while_pages_are_read_are_noticed,
    emails_are_compared_without_case_and_blanks,
    a_row_without_an_email_is_reported_and_deactivates_nobody,
    a_token_that_expires_in_the_middle_is_replaced,
    inactive_remote_users_are_as_good_as_absent,
    failures_that_pass_are_tried_three_times,
    an_array_without_pages_is_read_once,
);

async fn located(database: TestDatabase, users: Vec<User>) -> (App, UserServer) {
    let app = App::on(database);
    let server = UserServer::start(users).await.unwrap();
    app.locate(8, &server).await;
    (app, server)
}

async fn the_token_is_found_wherever_it_stands(database: TestDatabase) {
    let (app, server) = located(database, people(2)).await;
    for place in TokenAt::FOUND {
        server.behave(|behavior| behavior.token_at = place);
        server.expire_tokens();
        assert_eq!(app.preview().await["summary"]["total"], 2, "{place:?}");
    }
    server.behave(|behavior| behavior.token_at = TokenAt::Nowhere);
    server.expire_tokens();
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    let sentence = "Invalid response format: Access token not found in response. Available keys: object, status";
    refused.refuses(502, sentence);
}

async fn the_users_are_found_wherever_they_stand(database: TestDatabase) {
    let (app, server) = located(database, people(230)).await;
    for place in UsersAt::FOUND {
        server.behave(|behavior| behavior.users_at = place);
        let preview = app.preview().await;
        assert_eq!(preview["summary"]["total"], 230, "{place:?}");
        assert_eq!(preview["guard"]["blocked"], false, "{place:?}");
    }
    server.behave(|behavior| behavior.users_at = UsersAt::Nowhere);
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    let error = refused.body["error"].as_str().unwrap();
    assert!(error.starts_with("Invalid response format: "), "{error}");
    assert!(error.contains("Available keys: items, "), "{error}");
    assert_eq!(refused.status, 502);
}

async fn every_call_has_the_headers_and_signs_in_once(database: TestDatabase) {
    let (app, server) = located(database, people(230)).await;
    app.preview().await;
    app.preview().await;
    let calls = server.calls();
    assert_eq!(
        (calls.sign_in, calls.users, calls.without_headers),
        (1, 6, 0)
    );
    let path = "/api/conf/users?q=&limit=100&page=1&sort=id_user&order=desc";
    assert!(
        server
            .seen()
            .iter()
            .any(|seen| seen.path == path && seen.with_token)
    );
}

async fn without_a_total_a_shorter_page_is_the_last(database: TestDatabase) {
    let (app, server) = located(database, people(230)).await;
    for total in [Total::Missing, Total::Null] {
        server.behave(|behavior| behavior.total = total);
        let preview = app.preview().await;
        assert_eq!(preview["summary"]["total"], 230);
        assert_eq!(preview["guard"]["blocked"], false);
    }
    server.behave(|behavior| behavior.total = Total::Text);
    assert_eq!(app.preview().await["summary"]["total"], 230);
    server.set_users(people(200));
    server.behave(|behavior| behavior.total = Total::Missing);
    assert_eq!(
        app.preview().await["summary"]["total"],
        200,
        "an empty page is the last"
    );
}

async fn a_server_may_send_fewer_rows_than_asked_for(database: TestDatabase) {
    let (app, server) = located(database, people(95)).await;
    for total in [Total::Right, Total::Missing] {
        server.behave(|behavior| {
            behavior.limit_cap = Some(20);
            behavior.total = total;
        });
        let preview = app.preview().await;
        assert_eq!(preview["summary"]["total"], 95, "{total:?}");
        assert_eq!(preview["guard"]["blocked"], false, "{total:?}");
    }
}

async fn rows_that_come_twice_are_one_user(database: TestDatabase) {
    let (app, server) = located(database, people(120)).await;
    server.behave(|behavior| behavior.duplicates = true);
    let preview = app.preview().await;
    assert_eq!(
        (&preview["summary"]["new"], &preview["summary"]["total"]),
        (&json!(120), &json!(120))
    );
    assert_eq!(preview["guard"]["blocked"], false, "two readings agree");
    app.execute(&preview, json!({})).await.is(200);
    assert_eq!(app.preview().await["summary"]["unchanged"], 120);
}

async fn users_that_come_and_go_while_pages_are_read_are_noticed(database: TestDatabase) {
    let (app, server) = located(database, people(250)).await;
    app.sync().await;
    for (change, total, expected) in [
        (Change::Remove, Total::Right, 249),
        (Change::Add, Total::Right, 250),
        (Change::Remove, Total::Missing, 249),
    ] {
        server.behave(|behavior| {
            behavior.moves = Some(Moves { change, times: 1 });
            behavior.total = total;
        });
        let preview = app.preview().await;
        assert_eq!(
            preview["summary"]["total"], expected,
            "{change:?} {total:?}"
        );
        assert_eq!(preview["guard"]["blocked"], false);
        let removed = u64::from(change == Change::Remove);
        assert!(preview["summary"]["deleted"].as_u64().unwrap() <= 1 + removed);
    }
    server.behave(|behavior| {
        behavior.moves = Some(Moves {
            change: Change::Remove,
            times: 100,
        });
        behavior.total = Total::Right;
    });
    let preview = app.preview().await;
    assert_eq!(preview["guard"]["blocked"], true, "it never settles");
    assert_eq!(preview["guard"]["reasons"][0]["code"], "wrong_total");
}

async fn emails_are_compared_without_case_and_blanks(database: TestDatabase) {
    let (app, server) = located(
        database,
        vec![User::new(1, "Vendor1@DKM"), User::new(2, "a@b")],
    )
    .await;
    app.sync().await;
    server.set_users(vec![User::new(1, " vendor1@dkm "), User::new(2, "A@B")]);
    let preview = app.preview().await;
    assert_eq!(preview["summary"]["unchanged"], 2);
    assert_eq!(preview["summary"]["new"], 0);
}

async fn a_row_without_an_email_is_reported_and_deactivates_nobody(database: TestDatabase) {
    let (app, server) = located(database, people(3)).await;
    app.sync().await;
    server.edit_users(|users| {
        for user in users.iter_mut() {
            match user.id {
                1 => user.email = None,
                2 => user.email = Some("  ".to_owned()),
                _ => {}
            }
        }
    });
    let preview = app.preview().await;
    let summary = &preview["summary"];
    assert_eq!(
        (
            &summary["invalid"],
            &summary["deleted"],
            &summary["unchanged"]
        ),
        (&json!(2), &json!(0), &json!(1))
    );
    assert_eq!(preview["invalid"][0]["error"], "the e-mail is missing");
    assert!(preview["invalid"][0]["row"].is_u64());
    app.execute(&preview, json!({})).await.is(200);
    assert_eq!(app.emails(8, "active").await.len(), 3);
    server.set_users(vec![
        User::odd(9, json!("nonsense")),
        User::new(4, "four@dkm"),
    ]);
    let preview = app.preview().await;
    assert_eq!(
        preview["guard"]["reasons"][0]["code"], "unidentified_rows",
        "it may be any of them"
    );
}

async fn a_token_that_expires_in_the_middle_is_replaced(database: TestDatabase) {
    let (app, server) = located(database, people(950)).await;
    server.behave(|behavior| behavior.token_pages = Some(3));
    assert_eq!(app.preview().await["summary"]["total"], 950);
    server.behave(|behavior| behavior.token_pages = Some(0));
    server.expire_tokens();
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    refused.refuses(502, "Failed to fetch users from external API: Unauthorized");
}

async fn inactive_remote_users_are_as_good_as_absent(database: TestDatabase) {
    let (app, server) = located(database, people(2)).await;
    server.edit_users(|users| users.push(User::new(3, "gone@dkm").inactive()));
    app.sync().await;
    assert_eq!(app.users(8).await.len(), 2);
    server.edit_users(|users| users.iter_mut().for_each(|user| user.active = user.id == 1));
    let preview = app.preview().await;
    assert_eq!(texts(&preview["deleted"], "email"), ["user00002@dkm"]);
}

async fn failures_that_pass_are_tried_three_times(database: TestDatabase) {
    let (app, server) = located(database, people(250)).await;
    for damage in [Damage::Status(500), Damage::Page(503), Damage::Drop] {
        server.heal();
        server.forget_calls();
        server.fail(Fault::new(Call::Users, damage).page(2).times(2));
        assert_eq!(app.preview().await["summary"]["total"], 250);
        assert_eq!(server.calls().users, 5);
    }
    for status in [401, 403, 422] {
        server.heal();
        server.forget_calls();
        server.expire_tokens();
        server.fail(Fault::new(Call::SignIn, Damage::Status(status)));
        let refused = app
            .post("/api/user-sync/locations/8/preview", json!({}))
            .await;
        assert_eq!(refused.status, 502);
        assert!(server.calls().sign_in <= 1, "{status}");
    }
}

async fn an_array_without_pages_is_read_once(database: TestDatabase) {
    let (app, server) = located(database, people(30)).await;
    server.behave(|behavior| {
        behavior.users_at = UsersAt::BareArray;
        behavior.paging = simulators::users::Paging::AlwaysFirst;
    });
    let preview = app.preview().await;
    assert_eq!(preview["summary"]["total"], 30);
    assert_eq!(preview["guard"]["blocked"], false);
}
