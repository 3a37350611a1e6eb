use chrono::{DateTime, TimeDelta};
use realtime::{Coordinate, LiveRepository, Location, Online, SeaLiveRepository};
use test_support::TestDatabase;

use crate::support::{NOW, account};

async fn of_two_places_the_newer_one_stays(database: TestDatabase) {
    let live = SeaLiveRepository::new(database.database().clone());
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    let at = |latitude, at| Location {
        place: Coordinate::new(latitude, 0.0).unwrap(),
        at,
    };
    let older = now - TimeDelta::seconds(1);
    let many: Vec<_> = (0..1_200)
        .map(|n| (account(&format!("p{n}")), at(1.0, now)))
        .collect();
    live.save_locations(&many).await.unwrap();
    live.save_locations(&[(account("p7"), at(2.0, older))])
        .await
        .unwrap();
    let found = live.find_location(&account("p7")).await.unwrap();
    assert_eq!(found, Some(at(1.0, now)));
    let newer = now + TimeDelta::seconds(1);
    live.save_locations(&[(account("p7"), at(3.0, newer))])
        .await
        .unwrap();
    let found = live.find_location(&account("p7")).await.unwrap();
    assert_eq!(found, Some(at(3.0, newer)));
    assert_eq!(live.find_location(&account("nobody")).await.unwrap(), None);
}

async fn a_node_that_is_silent_is_forgotten(database: TestDatabase) {
    let live = SeaLiveRepository::new(database.database().clone());
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    let online = |customers, partners| Online {
        customers,
        partners,
    };
    for (node, count) in [
        ("a", online(1, 2)),
        ("b", online(10, 20)),
        ("b", online(11, 21)),
    ] {
        live.report_presence(node, count, now).await.unwrap();
    }
    assert_eq!(
        live.count_elsewhere("a", now).await.unwrap(),
        online(11, 21)
    );
    assert_eq!(
        live.count_elsewhere("c", now).await.unwrap(),
        online(12, 23)
    );
    let later = now + TimeDelta::milliseconds(1);
    assert_eq!(
        live.count_elsewhere("c", later).await.unwrap(),
        online(0, 0)
    );
    live.forget_presence("b").await.unwrap();
    assert_eq!(live.count_elsewhere("c", now).await.unwrap(), online(1, 2));
}

test_support::on_both!(
    of_two_places_the_newer_one_stays,
    a_node_that_is_silent_is_forgotten,
);
