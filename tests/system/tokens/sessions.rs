use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::{
    harness::{ADMIN_EMAIL, Answer, Client, House, PASSWORD},
    hostile::raw::{Raw, Reply},
    rights::site::text,
};

test_support::on_both!(
    a_refresh_token_renews_a_session_once,
    a_session_ends_with_its_logout_and_its_password,
    the_cookie_keeps_the_session_and_signs_nobody_in,
    the_cookie_is_for_the_sign_in_routes_alone,
    nobody_learns_who_has_an_account,
);

async fn refresh(stranger: &Client, token: &Value) -> Answer {
    let body = json!({"refreshToken": token});
    stranger.post("/api/auth/refresh", &body).await
}

async fn sign_in(stranger: &Client) -> Value {
    stranger.login(ADMIN_EMAIL).await.1
}

async fn a_refresh_token_renews_a_session_once(test: TestDatabase) {
    let house = House::open(test).await;
    let stranger = house.stranger();
    let (session, another) = (sign_in(&stranger).await, sign_in(&stranger).await);
    let mut tokens = vec![session["refreshToken"].clone()];
    for _ in 0..3 {
        let renewed = refresh(&stranger, tokens.last().unwrap()).await.is(200);
        let access = text(&renewed["accessToken"]);
        stranger
            .with_token(&access)
            .get("/api/auth/me")
            .await
            .is(200);
        assert_eq!(renewed["tokenType"], "Bearer");
        assert!(
            renewed["expiresIn"]
                .as_i64()
                .is_some_and(|seconds| seconds > 0)
        );
        assert_eq!(renewed["user"]["email"], ADMIN_EMAIL);
        assert!(!tokens.contains(&renewed["refreshToken"]), "each is new");
        tokens.push(renewed["refreshToken"].clone());
    }
    // Somebody has a copy: nothing of that session is good any more, the last one neither.
    let refused = refresh(&stranger, &tokens[1]).await.is(401);
    assert_eq!(refused["code"], "unauthenticated");
    for token in &tokens {
        refresh(&stranger, token).await.is(401);
    }
    refresh(&stranger, &another["refreshToken"]).await.is(200);
    for nothing in [
        json!(""),
        json!("x"),
        json!("x".repeat(100_000)),
        json!("\0"),
    ] {
        refresh(&stranger, &nothing).await.is(401);
    }
}

async fn a_session_ends_with_its_logout_and_its_password(test: TestDatabase) {
    let house = House::open(test).await;
    let stranger = house.stranger();
    let (first, second) = (sign_in(&stranger).await, sign_in(&stranger).await);
    for _ in 0..2 {
        let body = json!({"refreshToken": first["refreshToken"]});
        let done = stranger.post("/api/auth/logout", &body).await.is(200);
        assert_eq!(done["success"], true);
    }
    refresh(&stranger, &first["refreshToken"]).await.is(401);
    let second = refresh(&stranger, &second["refreshToken"]).await.is(200);
    let id = text(&second["user"]["id"]);
    let admin = stranger.with_token(&text(&second["accessToken"]));
    let password = json!({"password": "another one for the admin"});
    admin
        .patch(&format!("/api/accounts/{id}"), &password)
        .await
        .is(200);
    refresh(&stranger, &second["refreshToken"]).await.is(401);
    let credentials = json!({"email": ADMIN_EMAIL, "password": PASSWORD});
    stranger.post("/api/auth/login", &credentials).await.is(401);
}

/// The value of the cookie that an answer sets, and what is said of it.
fn cookie(reply: &Reply) -> (String, Vec<String>) {
    let (pair, attributes) = reply.header("set-cookie").split_once("; ").unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!(name, "lockstep_refresh");
    let attributes = attributes.split("; ").map(str::to_owned).collect();
    (value.to_owned(), attributes)
}

async fn log_in(raw: &Raw, scheme: &str) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-proto", scheme),
    ];
    let credentials = json!({"email": ADMIN_EMAIL, "password": PASSWORD});
    let body = credentials.to_string();
    raw.send("POST", "/api/auth/login", &headers, body).await
}

/// Sends a cookie, and nothing else.
async fn with_cookie(raw: &Raw, method: &str, path: &str, token: &str) -> Reply {
    let cookie = format!("theme=dark; lockstep_refresh={token}");
    raw.send(method, path, &[("cookie", &*cookie)], "").await
}

async fn the_cookie_keeps_the_session_and_signs_nobody_in(test: TestDatabase) {
    let house = House::open(test).await;
    let raw = Raw::new(house.stranger());
    let (token, _) = cookie(&log_in(&raw, "http").await);
    let me = with_cookie(&raw, "GET", "/api/auth/me", &token).await;
    assert_eq!(me.status, 401);
    let renewed = with_cookie(&raw, "POST", "/api/auth/refresh", &token).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let (next, _) = cookie(&renewed);
    assert_ne!(next, token);
    let out = with_cookie(&raw, "POST", "/api/auth/logout", &next).await;
    let (cleared, attributes) = cookie(&out);
    assert_eq!(cleared, "");
    let is_gone = attributes.contains(&"Max-Age=0".to_owned());
    assert!(is_gone, "{attributes:?}");
    let ended = with_cookie(&raw, "POST", "/api/auth/refresh", &next).await;
    ended.expect_refusal("a session that ended");
}

async fn the_cookie_is_for_the_sign_in_routes_alone(test: TestDatabase) {
    let variables = [
        ("REFRESH_TOKEN_TTL_DAYS", "7"),
        ("TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let house = House::open_with(test, &variables).await;
    let raw = Raw::new(house.stranger());
    let login = log_in(&raw, "http").await;
    assert_eq!(login.header("cache-control"), "no-store");
    let (token, attributes) = cookie(&login);
    assert_eq!(token, text(&login.body()["refreshToken"]));
    let expected = "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=604800";
    assert_eq!(attributes.join("; "), expected);
    // A proxy that is trusted says that the client came encrypted.
    let (_, attributes) = cookie(&log_in(&raw, "https").await);
    assert_eq!(attributes.join("; "), format!("{expected}; Secure"));
}

async fn nobody_learns_who_has_an_account(test: TestDatabase) {
    let house = House::open(test).await;
    house.customer("ann").await;
    let disabled = house.customer("dis").await;
    let path = format!("/api/accounts/{}", disabled.id);
    let change = json!({"disabled": true});
    house.admin.patch(&path, &change).await.is(200);
    let mut sentences = Vec::new();
    let guesses = [
        ("ann@customers.test", "a wrong password"),
        ("dis@customers.test", "a wrong password"),
        ("dis@customers.test", PASSWORD),
        ("nobody@customers.test", "a wrong password"),
    ];
    for (email, password) in guesses {
        let credentials = json!({"email": email, "password": password});
        let answer = house.stranger().post("/api/auth/login", &credentials).await;
        sentences.push(text(&answer.refuses(401, "unauthenticated")["error"]));
    }
    sentences.dedup();
    assert_eq!(sentences.len(), 1, "{sentences:?}");
}
