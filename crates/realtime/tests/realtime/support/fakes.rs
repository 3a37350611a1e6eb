use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
};

use api_error::ApiError;
use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, Role};
use clock::{Clock, FixedClock};
use outbox::RecordedEvent;
use realtime::{
    BookingDesk, BookingMove, Bureau, Figures, FollowedBooking, Herald, NotificationDraft, People,
};
use serde_json::{Map, Value, json};
use validation::Id;

use super::account;

/// All neighbours of real time. A token is the id of its account; `c1@1800000060` ends at that second.
pub(crate) struct Town {
    clock: Arc<FixedClock>,
    pub(crate) disabled: Mutex<HashSet<AccountId>>,
    pub(crate) customers: Mutex<u64>,
    pub(crate) moves: Mutex<Vec<(String, BookingMove, Option<String>)>>,
}

impl Town {
    pub(crate) fn new(clock: Arc<FixedClock>) -> Self {
        Self {
            clock,
            disabled: Mutex::default(),
            customers: Mutex::new(2),
            moves: Mutex::default(),
        }
    }
}

fn role(id: &str) -> Option<Role> {
    match id {
        "c1" | "c2" => Some(Role::Customer),
        "p1" | "p2" => Some(Role::Partner),
        "a1" => Some(Role::Admin),
        _ => None,
    }
}

#[async_trait]
impl Authenticator for Town {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        if token == "lk_service" {
            return Ok(Arc::new(Caller::service(Id::generate(), [])));
        }
        let id = token.split('@').next().unwrap_or_default();
        let role = role(id).ok_or(AuthError::Invalid)?;
        let now = self.clock.now().timestamp();
        match self.expires_at(token) {
            Some(end) if end <= now => Err(AuthError::Expired),
            _ => Ok(Arc::new(Caller::account(account(id), role))),
        }
    }

    fn expires_at(&self, token: &str) -> Option<i64> {
        token.split_once('@')?.1.parse().ok()
    }
}

#[async_trait]
impl People for Town {
    async fn role_of(&self, id: &AccountId) -> Result<Option<Role>, ApiError> {
        Ok(role(id.as_str()))
    }

    async fn list_disabled(&self) -> Result<Vec<AccountId>, ApiError> {
        Ok(self.disabled.lock().unwrap().iter().cloned().collect())
    }
}

fn is_theirs((id, role): &(AccountId, Role), booking: &str) -> bool {
    booking == "B1" && (*role == Role::Admin || matches!(id.as_str(), "c1" | "p1"))
}

#[async_trait]
impl BookingDesk for Town {
    async fn find(
        &self,
        account: &(AccountId, Role),
        booking: &str,
    ) -> Result<FollowedBooking, ApiError> {
        if !is_theirs(account, booking) {
            return Err(ApiError::not_found(format!("Booking {booking} not found")));
        }
        Ok(FollowedBooking {
            id: booking.to_owned(),
            customer_id: super::account("c1"),
            partner_id: Some(super::account("p1")),
            is_under_way: true,
            version: 3,
            json: json!({"id": booking}),
        })
    }

    async fn advance(
        &self,
        account: &(AccountId, Role),
        booking: &str,
        to: BookingMove,
        reason: Option<&str>,
    ) -> Result<Value, ApiError> {
        self.find(account, booking).await?;
        let done = (booking.to_owned(), to, reason.map(str::to_owned));
        self.moves.lock().unwrap().push(done);
        Ok(json!({"id": booking}))
    }

    async fn are_together(
        &self,
        customer: &AccountId,
        partner: &AccountId,
        booking: Option<&str>,
    ) -> Result<bool, ApiError> {
        let are = (customer.as_str(), partner.as_str()) == ("c1", "p1");
        Ok(are && booking.is_none_or(|booking| booking == "B1"))
    }

    async fn concerns(&self, account: &(AccountId, Role), booking: &str) -> Result<bool, ApiError> {
        Ok(is_theirs(account, booking))
    }
}

#[async_trait]
impl Bureau for Town {
    async fn count(&self) -> Result<Figures, ApiError> {
        Ok(Figures {
            bookings_by_status: BTreeMap::from([
                ("PENDING".to_owned(), 3),
                ("COMPLETED".to_owned(), 4),
            ]),
            customers: *self.customers.lock().unwrap(),
            partners: 2,
            active_partners: 1,
            pending_kyc: 1,
            revenue: vec![json!({"amount": 24.8, "currency": "USD"})],
            products: 5,
            out_of_stock: 1,
        })
    }
}

impl Herald for Town {
    fn notification(&self, event: &RecordedEvent) -> Option<NotificationDraft> {
        (event.event == "booking:new_request").then(|| NotificationDraft {
            kind: "booking_request".to_owned(),
            title: "New".to_owned(),
            body: "A booking".to_owned(),
            data: Map::new(),
        })
    }
}
