//! What is shown right after a change, at another node, and at the edge of a second.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use test_support::{TestDatabase, on_both};

use super::shop::Shop;
use crate::harness::{Answer, Client, until};

on_both!(
    a_read_after_an_order_is_never_stale,
    a_plain_read_is_at_most_five_seconds_old,
    a_copy_is_never_taken_for_fresh_within_its_second,
    a_tag_means_the_same_at_every_node_and_wins,
);

const PLAIN: &str = "/api/products/P0/stock";
const FRESH: &str = "/api/products/P0/stock?afterOrder=true";
/// What is shown may be so old.
const OLDEST: Duration = Duration::from_secs(5);
const CHANGES: i64 = 30;

async fn open(database: TestDatabase) -> Shop {
    let shop = Shop::open(database).await;
    shop.fill(1, 1_000).await;
    shop
}

async fn set(seller: &Client, units: i64) {
    let body = json!({"size": "M", "color": "C0", "set": units});
    let path = "/api/products/P0/stock/adjust";
    seller.post(path, &body).await.is(200);
}

/// Asks whether a copy with these headers is still good.
async fn ask(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = client.request("GET", path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
    }
}

async fn a_read_after_an_order_is_never_stale(database: TestDatabase) {
    let shop = open(database).await;
    for n in 0..CHANGES {
        let turn = usize::try_from(n).unwrap();
        let (here, there) = (shop.seller(turn), shop.seller(turn + 1));
        there.get(PLAIN).await.is(200); // which it keeps
        set(&here, n).await;
        for reader in [&there, &here] {
            assert_eq!(reader.get(FRESH).await.is(200)["stock"], n);
            let synced = reader.get("/api/stock/sync?productIds=P0&afterOrder=true");
            assert_eq!(synced.await.is(200)["products"][0]["stock"], n);
        }
    }
}

async fn a_plain_read_is_at_most_five_seconds_old(database: TestDatabase) {
    let shop = open(database).await;
    for n in 0..10 {
        let turn = usize::try_from(n).unwrap();
        let (here, there) = (shop.seller(turn), shop.seller(turn + 1));
        there.get(PLAIN).await.is(200);
        set(&here, n).await;
        shows(&there, n).await;
    }
    // Of what is changed behind the gateway nothing tells: only time does.
    shop.seller(1).get(PLAIN).await.is(200);
    let behind = "UPDATE stock_variants SET stock = 77";
    shop.sql().execute(behind).await;
    shows(&shop.seller(1), 77).await;
}

/// Waits until a plain read shows so many units, which must be in time.
async fn shows(reader: &Client, units: i64) {
    let since = Instant::now();
    until("a plain read shows the change", async || {
        // An answer is as old as its question.
        let asked = since.elapsed();
        let stock = reader.get(PLAIN).await.is(200)["stock"].clone();
        assert!(
            stock == units || asked < OLDEST,
            "{stock} for {units} after {asked:?}"
        );
        stock == units
    })
    .await;
}

async fn a_copy_is_never_taken_for_fresh_within_its_second(database: TestDatabase) {
    let shop = open(database).await;
    let since = Instant::now();
    let mut units = 0;
    // Through the edges of two seconds.
    while since.elapsed() < Duration::from_secs(2) {
        let turn = usize::try_from(units).unwrap();
        let (here, there) = (shop.seller(turn), shop.seller(turn + 1));
        let copy = there.get(FRESH).await;
        let date = copy.header("last-modified").to_owned();
        units += 1;
        set(&here, units).await;
        for reader in [&here, &there] {
            let answer = ask(reader, FRESH, &[("if-modified-since", &date)]).await;
            let modified = answer.header("last-modified").to_owned();
            let shown = answer.is(200);
            assert_eq!(shown["stock"], units, "{date}");
            let updated: DateTime<Utc> = shown["updatedAt"].as_str().unwrap().parse().unwrap();
            let modified = DateTime::parse_from_rfc2822(&modified).unwrap().to_utc();
            let cut = updated - modified;
            assert!(
                cut >= TimeDelta::zero() && cut < TimeDelta::seconds(1),
                "{shown}"
            );
        }
    }
    assert!(units > 3, "{units}");
}

async fn a_tag_means_the_same_at_every_node_and_wins(database: TestDatabase) {
    let shop = open(database).await;
    let (here, there) = (shop.seller(0), shop.seller(1));
    let copy = here.get(FRESH).await;
    let (tag, date) = (copy.header("etag"), copy.header("last-modified"));
    let millis = DateTime::parse_from_rfc2822(date).unwrap();
    let earlier = (millis - TimeDelta::seconds(1))
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let later = "Fri, 01 Jan 2100 00:00:00 GMT";
    let none = "\"none\"";
    for reader in [&there, &here] {
        for path in [PLAIN, FRESH] {
            for (headers, status) in [
                (vec![("if-none-match", tag)], 304),
                (vec![("if-none-match", "*")], 304),
                (vec![("if-none-match", none)], 200),
                (vec![("if-modified-since", date)], 304),
                (vec![("if-modified-since", later)], 304),
                (vec![("if-modified-since", &earlier)], 200),
                (
                    vec![("if-none-match", none), ("if-modified-since", later)],
                    200,
                ),
                (
                    vec![("if-none-match", tag), ("if-modified-since", &earlier)],
                    304,
                ),
            ] {
                let answer = ask(reader, path, &headers).await;
                assert_eq!(answer.status, status, "{path} {headers:?}");
                assert_eq!(answer.header("etag"), tag);
                assert_eq!(answer.header("last-modified"), date);
                let stamp = answer.header("x-stock-timestamp");
                assert!(stamp.parse::<i64>().is_ok(), "{stamp}");
            }
        }
    }
    set(&here, 3).await;
    let answer = ask(&there, FRESH, &[("if-none-match", tag)]).await;
    assert_ne!(answer.header("etag"), tag);
    assert_eq!(answer.is(200)["stock"], 3);
    // As before, under another date: a tag is that of a state.
    set(&there, 1_000).await;
    let answer = ask(&here, FRESH, &[("if-modified-since", date)]).await;
    assert_eq!(answer.is(200)["stock"], 1_000);
}
