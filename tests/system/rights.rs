//! Who may do what: every operation of the OpenAPI document, by everybody who may not.

mod directory;
pub(crate) mod document;
pub(crate) mod site;
mod table;

use std::collections::BTreeSet;

use test_support::TestDatabase;

use self::{
    document::{Operation, operations},
    site::{Site, Things, text},
    table::{PUBLIC, TABLE, Who},
};
use crate::harness::{Answer, Client};

test_support::on_both!(
    strangers_get_nothing_but_what_is_public,
    nobody_gets_more_than_the_table_says,
    lists_hold_nothing_of_somebody_else,
);

/// Sends what an admin may send, to something of Ann's or Pat's.
async fn ask(site: &Site, operation: &Operation, things: &Things, client: &Client) -> Answer {
    let path = site.path(&operation.template, things);
    let body = operation
        .body
        .as_ref()
        .map(|_| site.body(&operation.name(), things));
    client.send(&operation.method, &path, body.as_ref()).await
}

async fn strangers_get_nothing_but_what_is_public(test: TestDatabase) {
    let site = Site::build(test).await;
    let stranger = site.house.stranger();
    let mut public = BTreeSet::new();
    for operation in operations(&stranger).await {
        let (name, things) = (operation.name(), site.things().await);
        let answer = ask(&site, &operation, &things, &stranger).await;
        assert_eq!(
            operation.is_secured,
            !PUBLIC.contains(&&*name),
            "{name}: what the document says"
        );
        if operation.is_secured {
            assert_eq!(answer.status, 401, "{name}: {}", answer.body);
            assert_eq!(answer.body["code"], "unauthenticated", "{name}");
            assert_eq!(answer.body["error"], "Authentication required", "{name}");
        } else {
            // A session that does not exist is 401 too, but for its own reason.
            assert!(answer.body["error"] != "Authentication required", "{name}");
            assert!(![403, 404].contains(&answer.status), "{name}");
            public.insert(name);
        }
    }
    assert_eq!(public, PUBLIC.into_iter().map(str::to_owned).collect());
}

/// Everybody who may ask, as the table knows them.
async fn actors(site: &Site) -> Vec<(Who, Client)> {
    let people = [&site.carl, &site.ann, &site.paul, &site.pat].into_iter();
    let people = people.enumerate();
    let mut actors: Vec<_> = people
        .map(|(column, person)| (Who::Person(column), person.client.clone()))
        .collect();
    for scope in table::SCOPES {
        let token = site.service_token(&[scope]).await;
        let client = site.client(&text(&token["token"]));
        actors.push((Who::Program(scope), client));
    }
    actors.push((Who::Admin, site.house.admin.clone()));
    actors
}

async fn nobody_gets_more_than_the_table_says(test: TestDatabase) {
    let site = Site::build(test).await;
    let actors = actors(&site).await;
    let operations = operations(&site.house.stranger()).await;
    let mut names: Vec<_> = operations.iter().map(Operation::name).collect();
    let mut listed: Vec<_> = TABLE.iter().map(|line| line.operation.to_owned()).collect();
    names.sort();
    listed.sort();
    assert_eq!(names, listed, "every operation stands in the table, once");
    for operation in &operations {
        let name = operation.name();
        let line = TABLE.iter().find(|line| line.operation == name).unwrap();
        for (who, client) in &actors {
            let things = site.things().await;
            let answer = ask(&site, operation, &things, client).await;
            line.right(*who)
                .expect(&answer, &format!("{name} by {who:?}"));
        }
    }
}

async fn lists_hold_nothing_of_somebody_else(test: TestDatabase) {
    let site = Site::build(test).await;
    site.things().await;
    let own = format!("/users/{}/bookings", site.ann.id);
    for (person, booked) in [
        (&site.ann, 1),
        (&site.pat, 1),
        (&site.carl, 0),
        (&site.paul, 0),
    ] {
        let list = person.client.get("/bookings").await.is(200);
        assert_eq!(list["total"], booked, "{list}");
        for filter in [
            format!("customerId={}", site.ann.id),
            format!("partnerId={}", site.pat.id),
            "q=Cleaning".to_owned(),
        ] {
            let list = person
                .client
                .get(&format!("/bookings?{filter}"))
                .await
                .is(200);
            assert_eq!(list["total"], booked, "{filter}: {list}");
        }
    }
    let copies = site.ann.client.get(&own).await.is(200);
    assert_eq!(copies["total"], 1);
    // What is somebody else's and what is not there are told apart by nothing.
    let theirs = site.carl.client.get(&own).await.is(404);
    let nobodys = site.carl.client.get("/users/nobody/bookings").await.is(404);
    let same = |error: &serde_json::Value, id: &str| text(&error["error"]).replace(id, "X");
    assert_eq!(same(&theirs, &site.ann.id), same(&nobodys, "nobody"));
}
