//! What real time needs to know of other domains. The gateway fills these ports.

use std::collections::BTreeMap;

use api_error::ApiError;
use async_trait::async_trait;
use auth::{AccountId, Role};
use outbox::RecordedEvent;
use serde_json::Value;

use crate::model::NotificationDraft;

/// Who somebody is.
#[async_trait]
pub trait People: Send + Sync {
    /// What an account is; `None` where there is none, or it is disabled.
    async fn role_of(&self, id: &AccountId) -> Result<Option<Role>, ApiError>;

    /// Every disabled account.
    async fn list_disabled(&self) -> Result<Vec<AccountId>, ApiError>;
}

/// A booking, as far as somebody who follows it must know.
#[derive(Clone, Debug)]
pub struct FollowedBooking {
    /// Its id.
    pub id: String,
    /// Who ordered it.
    pub customer_id: AccountId,
    /// Who does it.
    pub partner_id: Option<AccountId>,
    /// Whether its partner has accepted it and is not done.
    pub is_under_way: bool,
    /// Counts its changes.
    pub version: i64,
    /// All of it, as REST shows it.
    pub json: Value,
}

/// What somebody does to a booking over their socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookingMove {
    /// Its customer calls it off.
    Cancel,
    /// Its partner says yes.
    Accept,
    /// Its partner says no.
    Reject,
    /// Its partner moves it to the state with this name.
    To(String),
}

/// The bookings, under the same rules as over REST.
#[async_trait]
pub trait BookingDesk: Send + Sync {
    /// Finds a booking of the account.
    async fn find(
        &self,
        account: &(AccountId, Role),
        booking: &str,
    ) -> Result<FollowedBooking, ApiError>;

    /// Moves a booking on; all of it as it is then.
    async fn advance(
        &self,
        account: &(AccountId, Role),
        booking: &str,
        to: BookingMove,
        reason: Option<&str>,
    ) -> Result<Value, ApiError>;

    /// Whether the customer has a booking that the partner does; that one, where it is named.
    async fn are_together(
        &self,
        customer: &AccountId,
        partner: &AccountId,
        booking: Option<&str>,
    ) -> Result<bool, ApiError>;

    /// Whether there is such a booking, and it is the account's, or the account is no customer and no partner.
    async fn concerns(&self, account: &(AccountId, Role), booking: &str) -> Result<bool, ApiError>;
}

/// The numbers of the dashboard that other domains keep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// How many bookings are in each state.
    pub bookings_by_status: BTreeMap<String, u64>,
    /// How many customers there are.
    pub customers: u64,
    /// How many partners there are.
    pub partners: u64,
    /// How many partners may be assigned.
    pub active_partners: u64,
    /// How many partners wait for a decision.
    pub pending_kyc: u64,
    /// What completed bookings brought, as JSON: amount and currency.
    pub revenue: Vec<Value>,
    /// How many products there are.
    pub products: u64,
    /// How many of them are sold out.
    pub out_of_stock: u64,
}

/// Counts.
#[async_trait]
pub trait Bureau: Send + Sync {
    /// The figures of now.
    async fn count(&self) -> Result<Figures, ApiError>;
}

/// Knows which recorded events need somebody.
pub trait Herald: Send + Sync {
    /// What to notify the account of that hears `event`; `None` where it needs nobody.
    fn notification(&self, event: &RecordedEvent) -> Option<NotificationDraft>;
}
