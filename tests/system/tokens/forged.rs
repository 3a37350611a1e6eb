use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::{
    harness::{Client, House, JWT_SECRET, Node, Person},
    hostile::raw::Raw,
    rights::site::text,
};

test_support::on_both!(
    tokens_that_were_not_issued_give_nobody,
    claims_that_are_not_so_give_nobody,
    a_token_ends_with_its_account_at_once,
    a_token_ends_with_its_revocation_at_once,
);

const HOUR: i64 = 3600;

fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_secs().try_into().unwrap()
}

/// What a good token of `person` says.
fn claims(person: &Person) -> Value {
    json!({"sub": person.id, "role": "customer", "iss": "lockstep", "iat": now(), "exp": now() + HOUR, "jti": "j"})
}

fn signed(algorithm: Algorithm, claims: &Value, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(algorithm), claims, &key).unwrap()
}

/// A token with this header and a good signature over it, with our secret and HMAC-SHA-256.
fn labelled(header: &Value, claims: &Value) -> String {
    let encoded = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// The same token with another payload and the old signature.
fn tampered(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let parts: Vec<_> = token.split('.').collect();
    let payload = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let mut claims: Value = serde_json::from_slice(&payload).unwrap();
    change(&mut claims);
    let payload = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{}.{payload}.{}", parts[0], parts[2])
}

/// What is answered to an `Authorization` header, beside when and to which request.
async fn answer_to(raw: &Raw, authorization: &str) -> (u16, Value) {
    let headers = [("authorization", authorization)];
    let reply = raw.send("GET", "/api/auth/me", &headers, "").await;
    if reply.status == 200 {
        return (200, Value::Null);
    }
    let what = authorization.get(..60).unwrap_or(authorization);
    let mut body = reply.expect_refusal(what);
    let fields = body.as_object_mut().unwrap();
    fields.remove("timestamp");
    fields.remove("requestId");
    (reply.status, body)
}

/// Everything that is said to a token that gives nobody.
fn refusal(sentence: &str) -> (u16, Value) {
    let body = json!({"success": false, "error": sentence, "code": "unauthenticated"});
    (401, body)
}

async fn expect_refused(stranger: &Client, what: &str, token: &str, sentence: &str) {
    let raw = Raw::new(stranger.clone());
    let answer = answer_to(&raw, &format!("Bearer {token}")).await;
    assert_eq!(answer, refusal(sentence), "{what}");
}

/// Tokens by the algorithm that they are signed with, or name.
fn by_algorithm(good: &Value) -> Vec<(&'static str, String)> {
    let unsigned = labelled(&json!({"alg": "none", "typ": "JWT"}), good);
    let (message, _) = unsigned.rsplit_once('.').unwrap();
    let own_key =
        json!({"alg": "HS512", "jwk": {"kty": "oct", "k": "eA"}, "kid": "../../dev/null"});
    let other_key = signed(Algorithm::HS256, good, &"x".repeat(32));
    vec![
        ("alg none, not signed", format!("{message}.")),
        ("alg none", unsigned),
        ("alg None", labelled(&json!({"alg": "None"}), good)),
        ("no alg", labelled(&json!({"typ": "JWT"}), good)),
        ("another key", other_key),
        ("an empty key", signed(Algorithm::HS256, good, "")),
        ("HS384", signed(Algorithm::HS384, good, JWT_SECRET)),
        ("HS512", signed(Algorithm::HS512, good, JWT_SECRET)),
        ("called HS512", labelled(&json!({"alg": "HS512"}), good)),
        ("called RS256", labelled(&json!({"alg": "RS256"}), good)),
        ("called ES256", labelled(&json!({"alg": "ES256"}), good)),
        ("a key of its own", labelled(&own_key, good)),
    ]
}

/// What can be made of a good token, and what was never one.
fn by_tampering(own: &str) -> Vec<(&'static str, String)> {
    let with = |claim: &str, value: Value| tampered(own, |claims| claims[claim] = value);
    let (message, signature) = own.rsplit_once('.').unwrap();
    let no_such_service = format!("lk_{}", "A".repeat(43));
    vec![
        ("raised", with("role", json!("admin"))),
        ("prolonged", with("exp", json!(now() + 9 * HOUR))),
        ("for another", with("sub", json!("somebody"))),
        ("not signed", format!("{message}.")),
        ("signed twice", format!("{own}.{signature}")),
        ("cut short", own[..own.len() - 2].to_owned()),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("garbage", "%00 garbage".to_owned()),
        ("a very long one", "x".repeat(30_000)),
        ("a service token that is none", no_such_service),
    ]
}

async fn tokens_that_were_not_issued_give_nobody(test: TestDatabase) {
    let house = House::open(test).await;
    let (ann, stranger) = (house.customer("ann").await, house.stranger());
    let good = claims(&ann);
    let own = signed(Algorithm::HS256, &good, JWT_SECRET);
    stranger.with_token(&own).get("/api/auth/me").await.is(200);
    for (what, token) in [by_algorithm(&good), by_tampering(&own)].concat() {
        expect_refused(&stranger, what, &token, "Invalid token").await;
    }
    let raw = Raw::new(stranger);
    for authorization in [
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned(),
        format!("Basic {own}"),
        format!("Digest {own}"),
        own.clone(),
        "Bearer".to_owned(),
        String::new(),
    ] {
        let answer = answer_to(&raw, &authorization).await;
        assert_eq!(answer, refusal("Invalid token"), "{authorization}");
    }
    assert_eq!(answer_to(&raw, &format!("bEARER {own}")).await.0, 200);
}

async fn claims_that_are_not_so_give_nobody(test: TestDatabase) {
    let house = House::open(test).await;
    let (ann, stranger) = (house.customer("ann").await, house.stranger());
    let changed = |claim: &str, value: Option<Value>| {
        let mut claims = claims(&ann);
        match value {
            Some(value) => claims[claim] = value,
            None => drop(claims.as_object_mut().unwrap().remove(claim)),
        }
        (
            format!("{claim} in {claims}"),
            signed(Algorithm::HS256, &claims, JWT_SECRET),
        )
    };
    let invalid = [
        changed("iss", Some(json!("another"))),
        changed("iss", None),
        changed("exp", None),
        changed("exp", Some(json!("never"))),
        changed("exp", Some(Value::Null)),
        changed("exp", Some(json!(-1))),
        changed("sub", None),
        changed("sub", Some(json!("nobody"))),
        changed("sub", Some(json!("' OR '1'='1"))),
        changed("sub", Some(json!(7))),
        changed("role", Some(json!("admin"))),
        changed("role", Some(json!("partner"))),
        changed("role", Some(json!("root"))),
        changed("role", None),
        changed("aud", Some(json!("elsewhere"))),
    ];
    for (what, token) in invalid {
        expect_refused(&stranger, &what, &token, "Invalid token").await;
    }
    for over in [now() - 1, now() - HOUR, 0] {
        let (what, token) = changed("exp", Some(json!(over)));
        expect_refused(&stranger, &what, &token, "Token expired").await;
    }
    // What else a token says is nobody's business.
    let (_, token) = changed("scope", Some(json!("everything")));
    stranger
        .with_token(&token)
        .get("/api/auth/me")
        .await
        .is(200);
}

async fn a_token_ends_with_its_account_at_once(test: TestDatabase) {
    let house = House::open(test).await;
    let other = Node::start(house.database.url()).await;
    let ann = house.customer("ann").await;
    let (there, path) = (ann.client.at(&other), format!("/api/accounts/{}", ann.id));
    // The other node is asked first: it was not told by the request.
    let strangers = [Client::stranger(&other), house.stranger()];
    let expect_refused = async |what| {
        for stranger in &strangers {
            expect_refused(stranger, what, ann.client.token(), "Invalid token").await;
        }
    };
    let switch = async |disabled: bool| {
        let change = json!({"disabled": disabled});
        house.admin.patch(&path, &change).await.is(200);
    };
    for _ in 0..3 {
        there.get("/api/auth/me").await.is(200);
        ann.client.get("/api/auth/me").await.is(200);
        switch(true).await;
        expect_refused("disabled").await;
        switch(false).await;
    }
    there.get("/api/auth/me").await.is(200);
    ann.client.get("/api/auth/me").await.is(200);
    let one = format!("WHERE id = '{}'", ann.id);
    house
        .sql
        .execute(&format!("UPDATE accounts SET role = 'partner' {one}"))
        .await;
    expect_refused("another role").await;
    house
        .sql
        .execute(&format!("DELETE FROM accounts {one}"))
        .await;
    expect_refused("deleted").await;
}

async fn a_token_ends_with_its_revocation_at_once(test: TestDatabase) {
    let house = House::open(test).await;
    let other = Node::start(house.database.url()).await;
    let request = json!({"name": "Program", "scopes": ["bookings:read"]});
    let issued = house
        .admin
        .post("/api/service-tokens", &request)
        .await
        .is(201);
    let token = text(&issued["token"]);
    assert!(token.starts_with("lk_"), "{token}");
    let strangers = [Client::stranger(&other), house.stranger()];
    for stranger in &strangers {
        stranger.with_token(&token).get("/bookings").await.is(200);
    }
    let listed = house.admin.get("/api/service-tokens").await.is(200);
    assert!(!listed.to_string().contains(&token), "it is shown once");
    let path = format!("/api/service-tokens/{}", text(&issued["id"]));
    house.admin.delete(&path).await.is(200);
    for stranger in &strangers {
        expect_refused(stranger, "revoked", &token, "Invalid token").await;
    }
    house.admin.delete(&path).await.is(404);
}
