use std::collections::{BTreeMap, BTreeSet};

use test_support::TestDatabase;

use super::{Outcome, Siege};

test_support::on_both!(methods_that_a_path_does_not_have_are_refused);

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get",
];

async fn methods_that_a_path_does_not_have_are_refused(test: TestDatabase) {
    let mut siege = Siege::lay(test).await;
    let things = siege.site.things().await;
    siege.look().await;
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in &siege.operations {
        let methods = known.entry(operation.template.clone()).or_default();
        methods.insert(operation.method.clone());
    }
    for (template, methods) in known {
        // `/bookings/sync-drift` is a booking's address too, with another method.
        let is_an_id_too = [
            "/bookings/sync-drift",
            "/bookings/sync-customer",
            "/bookings/reconcile",
        ];
        let path = siege.site.path(&template, &things);
        for method in METHODS
            .into_iter()
            .filter(|method| !methods.contains(*method))
        {
            let what = format!("{method} {template}");
            let reply = siege.raw.json(method, &path, "{}").await;
            siege.judge(&what, &reply, Outcome::Refused).await;
            if !is_an_id_too.contains(&&*template) {
                assert_eq!(reply.status, 405, "{what}: {}", reply.text);
                let allowed: BTreeSet<_> = reply.header("allow").split(',').collect();
                let missing = methods
                    .iter()
                    .find(|known| !allowed.contains(known.as_str()));
                assert_eq!(missing, None, "{what}: {allowed:?}");
            }
        }
    }
    siege.end().await;
}
