use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn draft() -> BookingDraft {
    BookingDraft {
        id: None,
        customer_id: account("customer"),
        partner_id: None,
        service: Text::parse("House Cleaning").unwrap(),
        scheduled_at: at(1_000),
        address: Text::parse("123 Main St").unwrap(),
        price: Money::new(999.into(), Currency::parse("USD").unwrap()).unwrap(),
        status: None,
        notes: None,
    }
}

fn booking() -> Booking {
    Booking::create(draft(), BookingNumber::draw(0), at(0))
}

fn in_state(status: Status) -> Booking {
    Booking {
        status,
        partner_id: Some(account("partner")),
        ..booking()
    }
}

#[test]
fn a_new_booking_waits_for_a_partner_or_for_the_partners_yes() {
    assert_eq!(booking().status, Status::Pending);
    let with_partner = BookingDraft {
        partner_id: Some(account("partner")),
        ..draft()
    };
    assert_eq!(
        Booking::create(with_partner, BookingNumber::draw(0), at(0)).status,
        Status::PartnerAssigned
    );
}

#[test]
fn an_admin_sets_any_assigned_status_and_gets_the_first_state_of_that_name() {
    for from in Status::ALL {
        for to in AssignedStatus::ALL {
            let before = in_state(from);
            let after = before.edit(&Edit::to_assigned_status(to), at(9)).unwrap();
            let expected = if from.assigned_status() == to {
                from
            } else {
                to.first_status()
            };
            assert_eq!(after.status, expected, "{from} to {to}");
            assert_eq!(
                after.partner_id.is_none(),
                to == AssignedStatus::Unassigned,
                "{from} to {to}"
            );
        }
    }
}

#[test]
fn nothing_changed_is_no_new_version() {
    let before = booking();
    let same = Edit {
        service: Some(before.service.clone()),
        ..Edit::default()
    };
    assert_eq!(before.edit(&same, at(9)).unwrap(), before);
    let other = Edit {
        service: Some(Text::parse("Gardening").unwrap()),
        ..Edit::default()
    };
    let after = before.edit(&other, at(9)).unwrap();
    assert_eq!((after.version, after.updated_at), (2, at(9)));
}

#[test]
fn vocabularies_that_disagree_are_refused() {
    let edit = Edit {
        status: Some(Status::Completed),
        ..Edit::to_assigned_status(AssignedStatus::Assigned)
    };
    assert!(matches!(
        booking().edit(&edit, at(9)),
        Err(BookingError::StatusesDisagree { .. })
    ));
    let edit = Edit {
        status: Some(Status::InProgress),
        ..Edit::to_assigned_status(AssignedStatus::Confirm)
    };
    assert_eq!(
        booking().edit(&edit, at(9)).unwrap().status,
        Status::InProgress
    );
}

#[test]
fn a_finished_booking_is_not_assigned() {
    for status in [Status::Completed, Status::Cancelled] {
        let edit = Edit::to_partner(account("another"));
        assert!(
            matches!(in_state(status).edit(&edit, at(9)), Err(BookingError::NotAssignable(s)) if s == status)
        );
        assert!(matches!(
            in_state(status).assign(&account("another"), at(9)),
            Err(BookingError::NotAssignable(_))
        ));
    }
}

#[test]
fn assigning_asks_the_partner_again_even_the_same_one() {
    let after = in_state(Status::InProgress)
        .assign(&account("partner"), at(9))
        .unwrap();
    assert_eq!(after.status, Status::PartnerAssigned);
}

#[test]
fn a_rejection_takes_the_booking_from_the_partner() {
    let after = in_state(Status::PartnerAssigned)
        .progress_by_partner(Status::Pending, at(9))
        .unwrap();
    assert_eq!((after.status, after.partner_id), (Status::Pending, None));
}

#[test]
fn a_refused_move_names_both_states() {
    let error = in_state(Status::PartnerAssigned)
        .progress_by_partner(Status::Completed, at(9))
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("PARTNER_ASSIGNED") && text.contains("COMPLETED"),
        "{text}"
    );
}

#[test]
fn an_amount_must_fit_the_currency_it_ends_up_in() {
    let cents = Edit {
        amount: Some("24.8".parse().unwrap()),
        ..Edit::default()
    };
    let after = booking().edit(&cents, at(9)).unwrap();
    assert_eq!(after.price.minor(), 2480);
    let yen = Edit {
        currency: Some(Currency::parse("JPY").unwrap()),
        ..Edit::default()
    };
    assert!(matches!(
        after.edit(&yen, at(10)),
        Err(BookingError::Price(_))
    ));
}

#[test]
fn changes_name_the_field_and_both_values() {
    let before = booking();
    let after = before.assign(&account("partner"), at(9)).unwrap();
    let changes: Vec<_> = after
        .changes_since(Some(&before))
        .into_iter()
        .map(|c| (c.field, c.to))
        .collect();
    assert_eq!(
        changes,
        [
            ("partnerId".to_owned(), "partner".into()),
            ("status".to_owned(), "PARTNER_ASSIGNED".into()),
            ("assignedStatus".to_owned(), "assigned".into()),
        ]
    );
    assert_eq!(
        before.changes_since(None).len(),
        9,
        "all but the empty fields"
    );
}
