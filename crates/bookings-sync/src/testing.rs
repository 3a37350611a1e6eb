//! What unit tests share.

use std::sync::Arc;

use auth::{AccountId, Actor};
use chrono::{DateTime, Utc};
use clock::FixedClock;
use validation::{Currency, Id, Money, Text};

use crate::{
    directory::{MockDirectory, PartnerAccount},
    model::{
        Booking, BookingDraft, BookingId, BookingNumber, KycDocument, KycStatus, Partner, Status,
    },
    repository::{MockBookingRepository, MockPartnerRepository, Saved},
    service::{Bookings, Partners},
};

/// The borders of the services, all of them invented.
#[derive(Default)]
pub(crate) struct Doubles {
    pub(crate) bookings: MockBookingRepository,
    pub(crate) partners: MockPartnerRepository,
    pub(crate) directory: MockDirectory,
}

impl Doubles {
    /// Doubles that know the customer `u1` and the approved partner `p1`.
    pub(crate) fn staffed() -> Self {
        let mut doubles = Self::default();
        let is_known = |id: &AccountId| Ok(matches!(id.as_str(), "u1" | "u2"));
        doubles.directory.expect_is_customer().returning(is_known);
        doubles
            .directory
            .expect_find_partner()
            .returning(|_| Ok(None));
        let find = |id: &AccountId| {
            let is_known = matches!(id.as_str(), "p1" | "p2");
            Ok(is_known.then(|| partner(id.as_str(), KycStatus::Approved)))
        };
        doubles.partners.expect_find().returning(find);
        doubles
    }

    pub(crate) fn services(self) -> (Bookings, Partners) {
        let directory = Arc::new(self.directory);
        let clock = Arc::new(FixedClock::at(now()));
        let partners = Partners::new(Arc::new(self.partners), directory.clone(), clock.clone());
        let bookings = Arc::new(self.bookings);
        (
            Bookings::new(bookings, partners.clone(), directory, clock),
            partners,
        )
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

pub(crate) fn booking_id() -> BookingId {
    Id::parse("B1").unwrap()
}

pub(crate) fn admin() -> Actor {
    Actor {
        id: "admin".to_owned(),
        kind: "admin",
    }
}

pub(crate) fn draft() -> BookingDraft {
    BookingDraft {
        id: Some(booking_id()),
        customer_id: account("u1"),
        partner_id: None,
        service: Text::parse("House Cleaning").unwrap(),
        scheduled_at: now(),
        address: Text::parse("123 Main St").unwrap(),
        price: Money::new("24.80".parse().unwrap(), Currency::parse("USD").unwrap()).unwrap(),
        status: None,
        notes: None,
    }
}

/// The booking `B1` of `u1`, of `p1` unless it is pending.
pub(crate) fn booking(status: Status) -> Booking {
    let number = BookingNumber::stored("BK123456".to_owned());
    Booking {
        status,
        partner_id: (status != Status::Pending).then(|| account("p1")),
        ..Booking::create(draft(), number, now())
    }
}

pub(crate) fn partner_account(id: &str) -> PartnerAccount {
    PartnerAccount {
        id: account(id),
        name: format!("Partner {id}"),
        email: format!("{id}@example.com"),
        phone: Some(format!("+1 {id}")),
    }
}

pub(crate) fn partner(id: &str, kyc_status: KycStatus) -> Partner {
    let PartnerAccount {
        id,
        name,
        email,
        phone,
    } = partner_account(id);
    Partner {
        kyc_status,
        ..Partner::register(id, (name, email, phone), Vec::new(), now())
    }
}

pub(crate) fn document() -> KycDocument {
    KycDocument {
        document_type: Text::parse("passport").unwrap(),
        document_number: Text::parse("X1").unwrap(),
        document_url: Text::parse("https://example.com/x1").unwrap(),
    }
}

pub(crate) const SAVED: Saved = Saved::Done {
    created_mirror: false,
    moved_from: None,
};
