use test_support::TestDatabase;

use super::{Outcome, Siege, raw::Reply};
use crate::rights::{document::Operation, site::Things};

test_support::on_both!(every_parameter_takes_what_it_is_meant_for_and_nothing_else);

/// Refused for every parameter.
const NEVER_GOOD: [(&str, &str); 4] = [
    ("NUL", "%00"),
    ("NUL within", "x%00y"),
    ("not UTF-8", "%FF%C0%80"),
    ("half of a character", "%E4%B8"),
];

/// Fine for some, and nothing worse than refused for the others.
const OTHERS: [(&str, &str); 16] = [
    ("nothing", ""),
    ("a blank", "%20"),
    ("zero", "0"),
    ("a negative number", "-1"),
    ("a fraction", "1.5"),
    ("a page far behind", "1000000"),
    ("a page too far behind", "1000001"),
    ("10^30", "1000000000000000000000000000000"),
    ("all 64 bits", "18446744073709551615"),
    ("all 63 bits", "9223372036854775807"),
    ("201", "201"),
    ("a word", "yes"),
    ("SQL", "'%3B+DROP+TABLE+bookings%3B+--"),
    ("a pattern", "%25%5F%5C"),
    ("an array", "[]"),
    ("a year that is none", "9999999-13-41T99:99:99Z"),
];

/// Parameters that are numbers, dates or one of a few words: texts are refused.
const STRICT: [&str; 9] = [
    "page",
    "perPage",
    "after",
    "from",
    "to",
    "status",
    "assignedStatus",
    "role",
    "customerId",
];

/// The largest that is good.
fn is_out_of_range(parameter: &str, value: &str) -> bool {
    let Ok(number) = value.parse::<f64>() else {
        return false;
    };
    match parameter {
        "page" => !(1.0..=1e6).contains(&number) || number.fract() != 0.0,
        "perPage" => !(1.0..=200.0).contains(&number) || number.fract() != 0.0,
        "after" => number < 0.0 || number.fract() != 0.0 || number > 2e19,
        _ => false,
    }
}

fn outcome(parameter: &str, value: &str) -> Outcome {
    let is_text = value.starts_with('\'') || value.starts_with('%') || value == "[]";
    if is_out_of_range(parameter, value) || (is_text && STRICT.contains(&parameter)) {
        Outcome::Status(400)
    } else {
        Outcome::RefusedOrDone
    }
}

/// Sends what an admin may send, but for the query.
async fn ask(siege: &Siege, operation: &Operation, things: &Things, path: &str) -> Reply {
    if operation.body.is_none() {
        return siege.raw.send(&operation.method, path, &[], "").await;
    }
    let body = siege.site.body(&operation.name(), things).to_string();
    siege.raw.json(&operation.method, path, body).await
}

async fn every_parameter_takes_what_it_is_meant_for_and_nothing_else(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    let things = siege.site.things().await;
    siege.look().await;
    let long = "x".repeat(10_000);
    for operation in siege.operations.clone() {
        let path = siege.site.path(&operation.template, &things);
        for parameter in &operation.query {
            let never_good = NEVER_GOOD.iter().map(|(name, value)| (*name, *value));
            let never_good = never_good.chain([("a long text", long.as_str())]);
            let never_good = never_good.map(|(name, value)| (name, value, Outcome::Status(400)));
            let others = OTHERS.iter();
            let others = others.map(|(name, value)| (*name, *value, outcome(parameter, value)));
            for (name, value, outcome) in never_good.chain(others) {
                let what = format!("{} with {name} for {parameter}", operation.name());
                let path = format!("{path}?{parameter}={value}");
                let reply = ask(&siege, &operation, &things, &path).await;
                siege.judge(&what, &reply, outcome).await;
            }
            let twice = format!("{path}?{parameter}=1&{parameter}=2");
            let reply = ask(&siege, &operation, &things, &twice).await;
            let what = format!("{} with {parameter} twice", operation.name());
            siege.judge(&what, &reply, Outcome::Status(400)).await;
        }
    }
    siege.end().await;
}
