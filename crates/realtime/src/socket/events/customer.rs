use std::sync::Arc;

use api_error::ApiError;
use auth::{AccountId, Role};
use serde_json::{Value, json};
use validation::{Id, Text};

use super::{Answer, object, payload};
use crate::{
    events::location_json,
    model::Location,
    neighbours::{BookingMove, FollowedBooking},
    socket::{server::Server, session::Session},
};

/// Any booking: its kind belongs to another domain.
type BookingId = Id<FollowedBooking>;

impl Server {
    /// Lets a customer follow a booking of theirs.
    pub(super) async fn track(
        &self,
        session: &Arc<Session>,
        account: &(AccountId, Role),
        given: &Value,
    ) -> Answer {
        let id: BookingId = payload::id("bookingId", given)?;
        let booking = self.desk.find(account, id.as_str()).await?;
        self.hub.tracking.follow(session, &booking);
        // Whatever happened to it between the two looks is seen by one of them.
        let booking = match self.desk.find(account, id.as_str()).await {
            Ok(booking) => booking,
            Err(error) => {
                self.hub.tracking.unfollow(session, id.as_str());
                return Err(error);
            }
        };
        self.hub.tracking.follow(session, &booking);
        if session.is_over() {
            self.hub.tracking.forget(session);
        }
        let location = self.location_of(&booking).await?;
        Ok(object(json!({
            "booking": booking.json,
            "location": location.as_ref().map(location_json),
        })))
    }

    /// Where the partner of a booking under way is.
    async fn location_of(&self, booking: &FollowedBooking) -> Result<Option<Location>, ApiError> {
        let Some(partner) = booking.partner_id.as_ref().filter(|_| booking.is_under_way) else {
            return Ok(None);
        };
        let stored = self.live.find_location(partner).await;
        let stored = stored.map_err(ApiError::unavailable)?;
        let here = self.hub.tracking.location(partner);
        Ok(here.into_iter().chain(stored).max_by_key(|one| one.at))
    }

    pub(super) fn untrack(&self, session: &Session, given: &Value) -> Answer {
        let id: BookingId = payload::id("bookingId", given)?;
        self.hub.tracking.unfollow(session, id.as_str());
        Ok(object(json!({})))
    }

    pub(super) async fn cancel(&self, account: &(AccountId, Role), given: &Value) -> Answer {
        self.advance(account, given, BookingMove::Cancel).await
    }

    /// Moves the booking that the payload names.
    pub(super) async fn advance(
        &self,
        account: &(AccountId, Role),
        given: &Value,
        to: BookingMove,
    ) -> Answer {
        let id: BookingId = payload::id_in(given, "bookingId")?;
        let reason = payload::optional_text::<4000>(given, "reason")?;
        let reason = reason.as_ref().map(Text::as_str);
        let booking = self.desk.advance(account, id.as_str(), to, reason).await?;
        Ok(object(json!({"booking": booking})))
    }
}
