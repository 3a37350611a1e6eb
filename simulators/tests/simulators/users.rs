#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use outbound::Reach;
use simulators::{
    Damage,
    users::{
        Behavior, Call, Change, EMAIL, Fault, Moves, PASSWORD, Paging, TokenAt, Total, User,
        UserServer, UsersAt, people,
    },
};

/// A client of one server.
struct Remote {
    server: UserServer,
    client: Client,
}

impl Remote {
    async fn of(users: Vec<User>) -> Self {
        let client = outbound::client(Reach::Everywhere, Duration::from_millis(500));
        Self {
            server: UserServer::start(users).await.unwrap(),
            client: client.unwrap(),
        }
    }

    async fn try_sign_in(&self, body: Value) -> reqwest::Result<Response> {
        let url = format!("{}/api/auth/login", self.server.url());
        let call = self.client.post(url).json(&body);
        call.header("X-Requested-With", "XMLHttpRequest")
            .header("Accept", "application/json")
            .send()
            .await
    }

    async fn sign_in(&self) -> Value {
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let answer = self.try_sign_in(body).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn token(&self) -> String {
        let answer = self.sign_in().await;
        answer["object"]["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn try_page(&self, token: &str, page: usize, limit: usize) -> reqwest::Result<Response> {
        let query = format!("q=&limit={limit}&page={page}&sort=id_user&order=desc");
        let url = format!("{}/api/conf/users?{query}", self.server.url());
        let call = self.client.get(url).bearer_auth(token);
        call.header("X-Requested-With", "XMLHttpRequest")
            .header("Accept", "application/json")
            .send()
            .await
    }

    async fn page(&self, token: &str, page: usize, limit: usize) -> Value {
        let answer = self.try_page(token, page, limit).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/_control{path}", self.server.url());
        let call = self.client.request(method.parse().unwrap(), url);
        let answer = call.json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn ids(rows: &Value) -> Vec<i64> {
    let rows = rows.as_array().unwrap();
    rows.iter()
        .map(|row| row["id_user"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_page_holds_the_newest_users_first() {
    let remote = Remote::of(people(25)).await;
    let page = remote.page(&remote.token().await, 3, 10).await;
    assert_eq!(ids(&page["object"]), [5, 4, 3, 2, 1]);
    assert_eq!(page["total"], 25);
    assert_eq!(page["object"][0]["email"], "user00005@dkm");
    assert_eq!(page["object"][0]["status_user"], 1);
    let calls = remote.server.calls();
    assert_eq!(
        (calls.sign_in, calls.users, calls.without_headers),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so() {
    let remote = Remote::of(people(1)).await;
    let wrong = json!({"email": EMAIL, "password": "wrong"});
    let answer = remote.try_sign_in(wrong).await.unwrap();
    assert_eq!(answer.status(), 401);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["message"], "Your username or password not valid");
    let answer = remote.try_sign_in(json!({"email": EMAIL})).await.unwrap();
    assert_eq!(answer.status(), 500);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["message"], "You must input email and password");
    assert_eq!(remote.try_page("x", 1, 10).await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_token_stands_where_it_is_told_to() {
    let remote = Remote::of(people(1)).await;
    let places = [
        "/access_token",
        "/token",
        "/object/access_token",
        "/object/token",
        "/data/access_token",
        "/data/token",
    ];
    for (at, place) in TokenAt::FOUND.into_iter().zip(places) {
        remote.server.behave(|behavior| behavior.token_at = at);
        let answer = remote.sign_in().await;
        let token = answer.pointer(place).unwrap().as_str().unwrap();
        remote.page(token, 1, 10).await;
    }
    let nowhere = TokenAt::Nowhere;
    remote.server.behave(|behavior| behavior.token_at = nowhere);
    let answer = remote.sign_in().await;
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["object", "status"]);
}

#[tokio::test]
async fn the_users_stand_where_they_are_told_to() {
    let remote = Remote::of(people(2)).await;
    let token = remote.token().await;
    let places = ["/object", "/data", "/users", ""];
    for (at, place) in UsersAt::FOUND.into_iter().zip(places) {
        remote.server.behave(|behavior| behavior.users_at = at);
        let page = remote.page(&token, 1, 10).await;
        assert_eq!(ids(page.pointer(place).unwrap()), [2, 1]);
    }
}

#[tokio::test]
async fn the_total_may_be_anything() {
    let remote = Remote::of(people(5)).await;
    let token = remote.token().await;
    let totals = [
        (Total::Right, Some(json!(5))),
        (Total::Missing, None),
        (Total::Null, Some(Value::Null)),
        (Total::Text, Some(json!("5"))),
        (Total::Off(-2), Some(json!(3))),
        (Total::Growing, Some(json!(6))),
    ];
    for (total, said) in totals {
        remote.server.behave(|behavior| behavior.total = total);
        let page = remote.page(&token, 2, 2).await;
        assert_eq!(page.get("total"), said.as_ref(), "{total:?}");
    }
}

#[tokio::test]
async fn pages_are_capped_repeated_or_end_early() {
    let remote = Remote::of(people(10)).await;
    let token = remote.token().await;
    let behave = |change: fn(&mut Behavior)| {
        remote.server.behave(|behavior| {
            *behavior = Behavior::default();
            change(behavior);
        });
    };
    behave(|behavior| behavior.limit_cap = Some(3));
    assert_eq!(ids(&remote.page(&token, 2, 100).await["object"]), [7, 6, 5]);
    behave(|behavior| behavior.paging = Paging::AlwaysFirst);
    assert_eq!(ids(&remote.page(&token, 2, 2).await["object"]), [10, 9]);
    behave(|behavior| behavior.paging = Paging::EndsAfter(1));
    assert!(ids(&remote.page(&token, 2, 2).await["object"]).is_empty());
    behave(|behavior| behavior.duplicates = true);
    let page = remote.page(&token, 1, 4).await;
    assert_eq!(ids(&page["object"]), [10, 10, 9, 9]);
    assert_eq!(page["total"], 20);
}

#[tokio::test]
async fn rows_move_while_pages_are_read() {
    let remote = Remote::of(people(4)).await;
    let token = remote.token().await;
    let move_once = |change| {
        let moves = Some(Moves { change, times: 1 });
        remote.server.behave(|behavior| behavior.moves = moves);
    };
    move_once(Change::Add);
    assert_eq!(ids(&remote.page(&token, 1, 2).await["object"]), [4, 3]);
    assert_eq!(ids(&remote.page(&token, 2, 2).await["object"]), [3, 2]);
    remote.server.set_users(people(4));
    move_once(Change::Remove);
    assert_eq!(ids(&remote.page(&token, 1, 2).await["object"]), [4, 3]);
    assert_eq!(ids(&remote.page(&token, 2, 2).await["object"]), [1]);
    assert_eq!(remote.page(&token, 1, 2).await["total"], 3);
}

#[tokio::test]
async fn rows_are_as_odd_as_they_are_made() {
    let users = vec![
        User::new(4, "vendor1@dkm").inactive(),
        User::new(3, "x").without_email(),
        User::odd(2, json!("not a row")),
    ];
    let remote = Remote::of(users).await;
    let page = remote.page(&remote.token().await, 1, 10).await;
    assert_eq!(page["object"][0]["status_user"], 0);
    assert_eq!(page["object"][1].get("email"), None);
    assert_eq!(page["object"][2], "not a row");
}

#[tokio::test]
async fn a_token_ends_after_its_pages_or_when_told() {
    let remote = Remote::of(people(4)).await;
    let pages = Some(1);
    remote
        .server
        .behave(|behavior| behavior.token_pages = pages);
    let token = remote.token().await;
    remote.page(&token, 1, 2).await;
    assert_eq!(remote.try_page(&token, 2, 2).await.unwrap().status(), 401);
    remote.server.behave(|behavior| behavior.token_pages = None);
    let token = remote.token().await;
    remote.server.expire_tokens();
    assert_eq!(remote.try_page(&token, 1, 2).await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_first_calls_fail_and_the_next_do_not() {
    let remote = Remote::of(people(4)).await;
    let token = remote.token().await;
    let fault = Fault::new(Call::Users, Damage::Status(500)).page(2);
    remote.server.fail(fault.after(1).times(2));
    let mut statuses = Vec::new();
    for page in [1, 2, 2, 1, 2, 2] {
        let answer = remote.try_page(&token, page, 2).await.unwrap();
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 500, 200, 500, 200]);
}

#[tokio::test]
async fn each_damage_is_what_it_says() {
    let remote = Remote::of(people(50)).await;
    let token = remote.token().await;
    let damage = async |damage: Damage| {
        remote.server.heal();
        remote.server.fail(Fault::new(Call::Users, damage));
        remote.try_page(&token, 1, 50).await
    };
    for status in [401, 403, 422, 500] {
        assert_eq!(
            damage(Damage::Status(status)).await.unwrap().status(),
            status
        );
    }
    let page = damage(Damage::Page(502)).await.unwrap();
    assert_eq!(page.status(), 502);
    assert!(page.text().await.unwrap().contains("<html>"));
    let page = damage(Damage::Html).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("<html>"));
    let empty = damage(Damage::Empty).await.unwrap();
    assert_eq!(empty.text().await.unwrap(), "");
    assert!(damage(Damage::Hang).await.unwrap_err().is_timeout());
    assert!(damage(Damage::Delay(5_000)).await.unwrap_err().is_timeout());
    assert!(!damage(Damage::Drop).await.unwrap_err().is_timeout());
    let half = damage(Damage::Half).await.unwrap();
    assert_eq!(half.status(), 200);
    assert!(!half.text().await.unwrap_err().is_timeout());
    let stalled = damage(Damage::Stall).await.unwrap();
    assert!(stalled.text().await.unwrap_err().is_timeout());
    let cut = damage(Damage::Cut).await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&cut).unwrap_err().is_eof());
    let rubbish = damage(Damage::Rubbish(10_000_000)).await.unwrap();
    assert_eq!(rubbish.bytes().await.unwrap().len(), 10_000_000);
    let elsewhere = "http://elsewhere.example/".to_owned();
    let redirect = damage(Damage::Redirect(elsewhere)).await.unwrap();
    assert_eq!(redirect.status(), 302);
    let to = &redirect.headers()["location"];
    assert_eq!(to, "http://elsewhere.example/api/conf/users");
}

#[tokio::test]
async fn a_server_refuses_and_comes_back_at_its_address() {
    let remote = Remote::of(people(1)).await;
    remote.sign_in().await;
    remote.server.refuse().await;
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let error = remote.try_sign_in(body).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    remote.server.listen().await;
    remote.sign_in().await;
    assert_eq!(remote.server.calls().sign_in, 2);
}

#[tokio::test]
async fn a_dropped_server_is_gone() {
    let remote = Remote::of(people(1)).await;
    let url = remote.server.url();
    remote.sign_in().await;
    drop(remote.server);
    let error = remote.client.get(url).send().await.unwrap_err();
    assert!(!error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn it_is_changed_over_http_while_it_runs() {
    let remote = Remote::of(people(1)).await;
    let token = remote.token().await;
    let (status, state) = remote
        .control("POST", "/sample", json!({"count": 30}))
        .await;
    assert_eq!((status, &state["users"]), (200, &json!(30)));
    let behavior = json!({"usersAt": "data", "total": {"off": 2}});
    remote.control("PATCH", "/behavior", behavior).await;
    let page = remote.page(&token, 1, 100).await;
    assert_eq!((ids(&page["data"]).len(), &page["total"]), (30, &json!(32)));
    let fault = json!({"on": "users", "damage": {"status": 503}, "times": 1});
    remote.control("POST", "/faults", fault).await;
    assert_eq!(remote.try_page(&token, 1, 1).await.unwrap().status(), 503);
    let user = json!({"id": 99, "email": "new@dkm", "name": "New"});
    remote.control("POST", "/users", user).await;
    let page = remote.page(&token, 1, 1).await;
    assert_eq!(page["data"][0]["email"], "new@dkm");
    let (_, state) = remote.control("DELETE", "/users", Value::Null).await;
    assert_eq!(
        (&state["users"], &state["calls"]["users"]),
        (&json!(0), &json!(3))
    );
    let unknown = json!({"pagesAt": "x"});
    let (status, error) = remote.control("PATCH", "/behavior", unknown).await;
    assert_eq!(
        (status, &error["error"]),
        (400, &json!("no such field: pagesAt"))
    );
    assert_eq!(remote.control("GET", "/nothing", Value::Null).await.0, 404);
}
