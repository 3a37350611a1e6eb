use serde_json::json;
use simulators::{
    Damage,
    users::{Call, Fault, Paging, Total, UserServer, people},
};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(a_server_is_looked_at_step_by_step);

async fn a_server_is_looked_at_step_by_step(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(250)).await.unwrap();
    app.locate(8, &server).await;
    let check = async || {
        app.post("/api/user-sync/locations/8/check", json!({}))
            .await
            .is(200)
    };
    let seen = check().await;
    assert_eq!(seen["ok"], true, "{seen}");
    let shape = json!({"tokenAt": "object.access_token", "usersAt": "object", "total": 250, "pageSize": 100});
    assert_eq!((&seen["shape"], &seen["users"]), (&shape, &json!(250)));
    assert!(app.users(8).await.is_empty());
    let steps = |seen: &serde_json::Value| {
        let steps = seen["steps"].as_array().unwrap().iter();
        steps
            .map(|step| {
                (
                    step["name"].as_str().unwrap().to_owned(),
                    step["ok"].as_bool(),
                )
            })
            .collect::<Vec<_>>()
    };
    let expected = |oks: [Option<bool>; 4]| {
        let names = ["signIn", "list", "paging", "counts"].map(str::to_owned);
        names.into_iter().zip(oks).collect::<Vec<_>>()
    };
    let (yes, no) = (Some(true), Some(false));
    server.behave(|behavior| behavior.paging = Paging::AlwaysFirst);
    assert_eq!(steps(&check().await), expected([yes, yes, no, no]));
    server.behave(|behavior| {
        behavior.paging = Paging::Right;
        behavior.total = Total::Off(5);
    });
    assert_eq!(steps(&check().await), expected([yes, yes, yes, no]));
    server.fail(Fault::new(Call::Users, Damage::Html));
    assert_eq!(steps(&check().await), expected([yes, no, None, None]));
    server.fail(Fault::new(Call::SignIn, Damage::Status(401)));
    let seen = check().await;
    assert_eq!(steps(&seen), expected([no, None, None, None]));
    assert_eq!(seen["ok"], false);
    assert_eq!(
        seen["steps"][0]["message"],
        "Failed to login to external API: Unauthorized"
    );
}
