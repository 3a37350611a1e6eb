use test_support::TestDatabase;

use super::{Outcome, Siege};

test_support::on_both!(
    ids_in_paths_are_ids_or_lead_nowhere,
    unknown_paths_lead_nowhere
);

/// What stands where an id should, percent-encoded.
fn ids() -> Vec<(&'static str, String)> {
    vec![
        ("NUL", "%00".to_owned()),
        ("an id and NUL", "x%00y".to_owned()),
        ("not UTF-8", "%FF%C0%80".to_owned()),
        ("half of an escape", "%E4%B8".to_owned()),
        ("no escape", "100%".to_owned()),
        ("blank", "%20".to_owned()),
        ("SQL", "x'%20OR%20'1'='1".to_owned()),
        (
            "SQL with a statement",
            "'%3B%20DROP%20TABLE%20bookings%3B%20--".to_owned(),
        ),
        ("a slash", "..%2F..%2Fetc%2Fpasswd".to_owned()),
        ("an emoji", "%F0%9F%98%80".to_owned()),
        ("a line end", "x%0D%0Ay".to_owned()),
        ("a long id", "x".repeat(129)),
        ("a very long id", "x".repeat(20_000)),
        ("a number", "99999999999999999999".to_owned()),
        ("a pattern", "%25".to_owned()),
        ("somebody who is not there", "nobody".to_owned()),
    ]
}

/// The calls that answer with flags where nothing is found.
const ANSWER_ANYWAY: [&str; 2] = [
    "GET /bookings/{id}/manual-sync-status",
    "GET /bookings/{id}/sync-history",
];

async fn ids_in_paths_are_ids_or_lead_nowhere(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    let things = siege.site.things().await;
    siege.look().await;
    for operation in siege.operations.clone() {
        let name = operation.name();
        let body = operation
            .body
            .as_ref()
            .map(|_| siege.site.body(&name, &things).to_string());
        for variable in operation.variables() {
            for (kind, id) in ids() {
                // The others name something that is there.
                let template = operation.template.replace(variable, &id);
                let path = if template.contains('{') {
                    siege.site.path(&template, &things)
                } else {
                    template
                };
                let body = body.clone().unwrap_or_default();
                let reply = siege.raw.json(&operation.method, &path, body).await;
                let is_an_id = id.bytes().all(|b| b.is_ascii_alphanumeric()) && id.len() <= 128;
                let outcome = if is_an_id && ANSWER_ANYWAY.contains(&&*name) {
                    Outcome::RefusedOrDone
                } else {
                    Outcome::Refused
                };
                let what = format!("{name} with {kind} for {variable}");
                siege.judge(&what, &reply, outcome).await;
            }
        }
    }
    siege.end().await;
}

async fn unknown_paths_lead_nowhere(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    let long = format!("/{}", "x".repeat(20_000));
    let paths = [
        "/nothing",
        "/api",
        "/api/",
        "/bookings/",
        "/bookings//",
        "/BOOKINGS",
        "/bookings/a/b/c/d",
        "/users",
        "/users/x",
        "/docs/../secret",
        "/docs/..%2f..%2fetc%2fpasswd",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/docs/%00",
        "/docs/%FF",
        "/.env",
        "/.git/config",
        "/admin.php",
        "/%",
        "/%00",
        "/%FF",
        "/api/openapi.json/",
        &long,
    ];
    for path in paths {
        for method in ["GET", "POST", "DELETE"] {
            let reply = siege.raw.json(method, path, "").await;
            let what = format!("{method} {}", path.get(..40).unwrap_or(path));
            siege.judge(&what, &reply, Outcome::Refused).await;
            assert!([400, 404, 405].contains(&reply.status), "{what}");
        }
    }
    siege.end().await;
}
