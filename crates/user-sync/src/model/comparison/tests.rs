use chrono::DateTime;
use proptest::prelude::*;
use validation::Email;

use super::*;
use crate::model::{LocationId, Profile};

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn profile(name: &str) -> Profile {
    Profile {
        name: Some(name.to_owned()),
        ..Profile::default()
    }
}

fn remote(id: i64, address: &str, name: &str) -> RemoteUser {
    row(id, (address, name), true)
}

fn row(id: i64, (address, name): (&str, &str), is_active: bool) -> RemoteUser {
    let id = id.to_string();
    RemoteUser::new(Some(&id), &email(address), &profile(name), is_active)
}

fn local(id: i64, address: &str, name: &str) -> DirectoryUser {
    let now = DateTime::from_timestamp(0, 0).unwrap();
    DirectoryUser {
        id: UserId::generate(),
        location_id: LocationId::new(8).unwrap(),
        email: email(address),
        profile: profile(name),
        status: Status::Active,
        source: Source::Sync,
        remote_id: Some(id.to_string()),
        created_at: now,
        updated_at: now,
    }
}

fn compare(users: Vec<RemoteUser>, invalid: Vec<InvalidRow>, locals: &[DirectoryUser]) -> Compared {
    let mut comparison = Comparison::new(Reading {
        users: users.into_iter().collect(),
        invalid,
        doubts: Vec::new(),
    });
    let roster = Roster {
        revision: 1,
        users: locals.iter().map(outline).collect(),
    };
    for key in comparison.look_over(&roster) {
        let mut users = locals.iter().filter(|user| user.email.key() == key);
        comparison.meet(users.next().unwrap().clone());
    }
    comparison.finish()
}

fn outline(user: &DirectoryUser) -> Outline {
    Outline {
        email_key: user.email.key(),
        fingerprint: user.fingerprint(),
        status: user.status,
        source: user.source,
        remote_id: user.remote_id.clone(),
    }
}

fn kinds(compared: &Compared) -> Vec<(ChangeKind, &str)> {
    let changes = compared.lists.changes.iter();
    changes
        .map(|change| (change.kind, change.email.as_str()))
        .collect()
}

#[test]
fn each_difference_is_a_change_of_its_kind() {
    let inactive = DirectoryUser {
        status: Status::Inactive,
        ..local(4, "back@x", "A")
    };
    let compared = compare(
        vec![
            remote(1, "New@x", "A"),
            remote(2, "changed@x", "B"),
            remote(3, " SAME@x", "A"),
            remote(4, "back@x", "A"),
        ],
        Vec::new(),
        &[
            local(2, "changed@x", "A"),
            local(3, "same@x", "A"),
            inactive,
            local(5, "gone@x", "A"),
        ],
    );
    let expected = [
        (ChangeKind::Reactivated, "back@x"),
        (ChangeKind::Updated, "changed@x"),
        (ChangeKind::Deleted, "gone@x"),
        (ChangeKind::New, "New@x"),
    ];
    assert_eq!(kinds(&compared), expected);
    let counts = compared.counts;
    assert_eq!((counts.unchanged, counts.total, compared.active), (1, 4, 3));
}

#[test]
fn users_by_hand_are_kept_also_where_the_server_had_them() {
    let by_hand = |remote_id| DirectoryUser {
        source: Source::Manual,
        remote_id,
        ..local(0, "hand@x", "A")
    };
    for remote_id in [None, Some("7".to_owned())] {
        let compared = compare(
            vec![remote(1, "a@x", "A")],
            Vec::new(),
            &[by_hand(remote_id)],
        );
        assert_eq!(compared.counts.deleted, 0);
    }
}

#[test]
fn a_known_user_whose_row_lost_its_email_is_not_gone() {
    let row = |remote_id: Option<&str>| InvalidRow {
        row: 1,
        remote_id: remote_id.map(str::to_owned),
        error: String::new(),
    };
    let compared = compare(
        vec![remote(2, "b@x", "B")],
        vec![row(Some("1"))],
        &[local(1, "a@x", "A")],
    );
    assert_eq!((compared.counts.deleted, compared.counts.invalid), (0, 1));
    assert!(compared.doubts.is_empty());
    let compared = compare(
        vec![remote(2, "b@x", "B")],
        vec![row(None)],
        &[local(1, "a@x", "A")],
    );
    assert_eq!(compared.doubts[0].kind, DoubtKind::UnidentifiedRows);
}

#[test]
fn the_same_user_twice_is_one_and_the_active_row_counts() {
    let inactive = row(2, ("a@x", "Old"), false);
    let compared = compare(
        vec![inactive, remote(1, "A@x", "New"), remote(3, "a@x", "Third")],
        Vec::new(),
        &[],
    );
    assert_eq!(kinds(&compared), [(ChangeKind::New, "A@x")]);
    assert_eq!(
        compared.lists.changes[0].after.profile.name.as_deref(),
        Some("New")
    );
}

#[test]
fn users_that_are_inactive_on_both_sides_are_nothing() {
    let user = row(1, ("a@x", "A"), false);
    let inactive = DirectoryUser {
        status: Status::Inactive,
        ..local(1, "a@x", "B")
    };
    let compared = compare(vec![user], Vec::new(), &[inactive]);
    assert!(compared.lists.changes.is_empty());
    assert_eq!(compared.doubts[0].kind, DoubtKind::EmptyAnswer);
}

#[test]
fn of_many_unchanged_users_the_first_are_met() {
    let address = |id: i64| format!("u{id:04}@x");
    let ids = || (0..1_500).rev();
    let compared = compare(
        ids().map(|id| remote(id, &address(id), "A")).collect(),
        Vec::new(),
        &ids()
            .map(|id| local(id, &address(id), "A"))
            .collect::<Vec<_>>(),
    );
    assert!(compared.lists.changes.is_empty());
    assert_eq!(
        (compared.counts.unchanged, compared.base.count),
        (1_500, 1_500)
    );
    let shown = compared.lists.unchanged.iter();
    let shown: Vec<_> = shown.map(|user| user.email.as_str().to_owned()).collect();
    assert_eq!(shown, (0..1_000).map(address).collect::<Vec<_>>());
}

proptest! {
    /// Carried out, a plan leaves exactly the server's active users active, and another look finds nothing to do.
    #[test]
    fn a_second_sync_has_nothing_to_do(
        remotes in proptest::collection::vec((0_i64..20, 0_u8..3, any::<bool>()), 0..20),
        locals in proptest::collection::btree_map(0_i64..20, (0_u8..3, any::<bool>()), 0..20),
    ) {
        let users: Vec<_> = remotes.into_iter().map(|(id, name, is_active)|
            row(id, (&format!("u{id}@x"), &name.to_string()), is_active)).collect();
        let locals: Vec<_> = locals.into_iter().map(|(id, (name, is_active))| DirectoryUser {
            status: if is_active { Status::Active } else { Status::Inactive },
            ..local(id, &format!("u{id}@x"), &name.to_string())
        }).collect();
        let compared = compare(users.clone(), Vec::new(), &locals);
        let mut after = locals;
        for change in compared.lists.changes {
            let place = after.iter().position(|user| user.id == change.user_id);
            let user = if let Some(place) = place {
                &mut after[place]
            } else {
                after.push(DirectoryUser { id: change.user_id, ..local(0, &change.email, "") });
                after.last_mut().unwrap()
            };
            user.profile = change.after.profile;
            user.status = change.after.status;
            user.remote_id = change.after.remote_id;
        }
        let again = compare(users, Vec::new(), &after);
        prop_assert!(again.lists.changes.is_empty(), "{:?}", again.lists.changes);
        prop_assert_eq!(again.counts.unchanged, again.counts.total);
    }
}
