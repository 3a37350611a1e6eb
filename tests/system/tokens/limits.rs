use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::{
    harness::House,
    hostile::raw::{Raw, Reply},
};

test_support::on_both!(
    guessing_a_password_becomes_slow,
    strangers_are_limited_by_address
);

fn expect_limited(reply: &Reply, what: &str) -> u64 {
    assert_eq!(reply.status, 429, "{what}: {}", reply.text);
    reply.expect_refusal(what);
    let wait = reply.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{what}: {wait}");
    wait
}

async fn log_in(raw: &Raw, email: &str, password: &str) -> Reply {
    let credentials = json!({"email": email, "password": password});
    raw.json("POST", "/api/auth/login", credentials.to_string())
        .await
}

async fn guessing_a_password_becomes_slow(test: TestDatabase) {
    let variables = [("RATE_LIMIT_LOGIN_FAILURES", "3")];
    let house = House::open_with(test, &variables).await;
    let ann = house.customer("ann").await;
    house.customer("carl").await;
    let raw = Raw::new(house.stranger());
    // Somebody who does not exist has to wait just as long: nothing is learned from it.
    for email in ["ann@customers.test", "nobody@example.com"] {
        for _ in 0..3 {
            assert_eq!(log_in(&raw, email, "a wrong password").await.status, 401);
        }
        // However the address is written, and also with the right password.
        for email in [email.to_owned(), email.to_uppercase()] {
            let wait = expect_limited(&log_in(&raw, &email, "another wrong one").await, &email);
            assert!((20..=30).contains(&wait), "{wait}");
        }
    }
    // Whoever is signed in stays so, and others may sign in.
    ann.client.get("/api/auth/me").await.is(200);
    assert_eq!(
        log_in(&raw, "carl@customers.test", "a wrong password")
            .await
            .status,
        401
    );
}

async fn ask(raw: &Raw, headers: &[(&str, &str)]) -> Reply {
    raw.send("GET", "/api/openapi.json", headers, "").await
}

async fn strangers_are_limited_by_address(test: TestDatabase) {
    let variables = [("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "7")];
    let house = House::open_with(test, &variables).await;
    let ann = house.customer("ann").await;
    let raw = Raw::new(house.stranger());
    // The admin and Ann signed in as strangers.
    for asked in 3..=7 {
        assert_eq!(ask(&raw, &[]).await.status, 200, "{asked}");
    }
    expect_limited(&ask(&raw, &[]).await, "the eighth");
    // Nobody is trusted, so nothing that a client says of its address counts.
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-real-ip", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7"),
    ] {
        expect_limited(&ask(&raw, &[(name, value)]).await, name);
    }
    let forged = ("authorization", "Bearer forged");
    expect_limited(&ask(&raw, &[forged]).await, "a forged token");
    expect_limited(
        &raw.json("POST", "/api/auth/login", "{}").await,
        "signing in",
    );
    for _ in 0..20 {
        ann.client.get("/api/auth/me").await.is(200);
        assert_eq!(
            raw.get("/healthz").await.status,
            200,
            "those who watch are not limited"
        );
    }
}

#[tokio::test]
async fn a_trusted_proxy_says_whom_it_asks_for() {
    let test = TestDatabase::sqlite().await;
    let variables = [
        ("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "2"),
        ("TRUSTED_PROXIES", "127.0.0.0/8,10.0.0.0/8"),
    ];
    let house = House::open_with(test, &variables).await;
    let raw = Raw::new(house.stranger());
    let from = |chain: &'static str| [("x-forwarded-for", chain)];
    for client in ["203.0.113.1", "203.0.113.2", "2001:db8::1"] {
        let chain = from(client);
        for _ in 0..2 {
            assert_eq!(ask(&raw, &chain).await.status, 200, "{client}");
        }
        expect_limited(&ask(&raw, &chain).await, client);
    }
    // Only what trusted proxies added counts, from the right: the rest the client may have made up.
    for chain in [
        "198.51.100.9, 203.0.113.1",
        "198.51.100.9, 203.0.113.1, 10.1.2.3",
        "garbage, 203.0.113.1",
        "2001:db8::2",
    ] {
        expect_limited(&ask(&raw, &from(chain)).await, chain);
    }
    assert_eq!(
        ask(&raw, &from("203.0.113.1, 203.0.113.9")).await.status,
        200
    );
}

#[tokio::test]
async fn registering_is_slow_from_one_address() {
    let test = TestDatabase::sqlite().await;
    let house = House::open_with(test, &[("RATE_LIMIT_LOGIN_FAILURES", "5")]).await;
    let raw = Raw::new(house.stranger());
    let mut statuses = Vec::new();
    for number in 0..21 {
        let path = ["/api/auth/register", "/api/partners"][number % 2];
        let body: Value = json!({"email": format!("p{number}@example.com"), "password": "long enough", "name": "P"});
        statuses.push(raw.json("POST", path, body.to_string()).await.status);
    }
    assert_eq!((statuses.pop(), statuses), (Some(429), vec![201; 20]));
}
