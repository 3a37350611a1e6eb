use serde_json::Value;
use test_support::TestDatabase;

use super::{
    Outcome, Siege,
    values::{Hostile, values},
};
use crate::rights::document::Operation;

test_support::on_both!(
    every_field_of_every_body_takes_what_it_is_meant_for_and_nothing_else,
    bodies_that_are_no_objects_are_refused,
    bodies_that_are_not_json_are_refused,
);

/// The operations with a body, each with something of its own to be sent to.
fn with_bodies(siege: &Siege) -> Vec<(Operation, Value)> {
    let operations = siege.operations.iter().cloned();
    operations
        .filter_map(|operation| operation.body.clone().map(|schema| (operation, schema)))
        .collect()
}

async fn every_field_of_every_body_takes_what_it_is_meant_for_and_nothing_else(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    let values = values();
    for (operation, schema) in with_bodies(&siege) {
        let things = siege.site.things().await;
        let path = siege.site.path(&operation.template, &things);
        let whole = siege.site.body(&operation.name(), &things);
        siege.look().await;
        for (field, field_schema) in schema["properties"].as_object().unwrap() {
            let is_refused = |value: &&Hostile| {
                // Whoever signs out of no session is signed out.
                operation.template != "/api/auth/logout" && value.must_be_refused(field_schema)
            };
            let (refused, others): (Vec<_>, Vec<_>) = values.iter().partition(is_refused);
            let attack = async |value: &Hostile| {
                let body = with_field(&whole, field, &value.json);
                siege.raw.json(&operation.method, &path, body).await
            };
            let name =
                |value: &Hostile| format!("{} with {} for {field}", operation.name(), value.name);
            let mut replies = Vec::new();
            for value in refused {
                replies.push((name(value), attack(value).await));
            }
            siege.judge_all(&replies, Outcome::Refused).await;
            for value in others {
                let reply = siege
                    .raw
                    .json(
                        &operation.method,
                        &path,
                        with_field(&whole, field, &value.json),
                    )
                    .await;
                siege
                    .judge(&name(value), &reply, Outcome::RefusedOrDone)
                    .await;
            }
        }
    }
    siege.end().await;
}

/// The text of `whole` with `json` in the place of one field.
fn with_field(whole: &Value, field: &str, json: &str) -> String {
    let others = whole.as_object().unwrap().iter();
    let mut fields: Vec<_> = others
        .filter(|(name, _)| *name != field)
        .map(|(name, value)| format!("{name:?}: {value}"))
        .collect();
    fields.push(format!("{field:?}: {json}"));
    format!("{{{}}}", fields.join(", "))
}

async fn bodies_that_are_no_objects_are_refused(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    for (operation, _) in with_bodies(&siege) {
        let things = siege.site.things().await;
        let path = siege.site.path(&operation.template, &things);
        let whole = siege.site.body(&operation.name(), &things);
        siege.look().await;
        let listed = Value::Array(whole.as_object().unwrap().values().cloned().collect());
        let bodies = [
            "null".to_owned(),
            "true".to_owned(),
            "1e30".to_owned(),
            "\"text\"".to_owned(),
            "[]".to_owned(),
            listed.to_string(),
            format!("[{whole}]"),
        ];
        for body in bodies {
            let what = format!("{} with {body}", operation.name());
            let reply = siege.raw.json(&operation.method, &path, body).await;
            siege.judge(&what, &reply, Outcome::Status(400)).await;
        }
    }
    siege.end().await;
}

/// Bodies that are wrong as a whole, and what they are answered with.
fn broken(whole: &Value) -> Vec<(&'static str, Vec<u8>, u16)> {
    let whole = whole.to_string();
    let mut not_utf8 = whole.clone().into_bytes();
    not_utf8.splice(1..1, *b"\"x\": \"\xff\xc0\x80\", ");
    vec![
        ("not UTF-8", not_utf8, 400),
        (
            "UTF-16",
            whole.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            400,
        ),
        ("nothing but NUL", vec![0; 16], 400),
        (
            "a body cut short",
            whole.as_bytes()[..whole.len() - 1].to_vec(),
            400,
        ),
        ("two bodies", format!("{whole}{whole}").into_bytes(), 400),
        (
            "a comma too many",
            format!("{{,{}", &whole[1..]).into_bytes(),
            400,
        ),
        (
            "2 MiB",
            format!("{whole}{}", " ".repeat(2 << 20)).into_bytes(),
            413,
        ),
    ]
}

async fn bodies_that_are_not_json_are_refused(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    for (operation, _) in with_bodies(&siege) {
        let things = siege.site.things().await;
        let path = siege.site.path(&operation.template, &things);
        let whole = siege.site.body(&operation.name(), &things);
        siege.look().await;
        for (name, body, status) in broken(&whole) {
            let what = format!("{} with {name}", operation.name());
            let reply = siege.raw.json(&operation.method, &path, body).await;
            siege.judge(&what, &reply, Outcome::Status(status)).await;
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "json",
            "",
        ] {
            let what = format!("{} as {kind:?}", operation.name());
            let headers = [("content-type", kind)];
            let reply = siege
                .raw
                .send(&operation.method, &path, &headers, whole.to_string())
                .await;
            siege.judge(&what, &reply, Outcome::Status(415)).await;
        }
    }
    siege.end().await;
}
