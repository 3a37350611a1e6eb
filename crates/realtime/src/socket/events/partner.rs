use api_error::ApiError;
use auth::{AccountId, Role};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use validation::{Id, Violations};

use super::{Answer, object, payload};
use crate::{
    events::rfc3339,
    model::{Coordinate, Location},
    neighbours::{BookingMove, FollowedBooking},
    relay::Ephemeral,
    socket::server::Server,
};

impl Server {
    pub(super) async fn accept(&self, account: &(AccountId, Role), given: &Value) -> Answer {
        let id: Id<FollowedBooking> = payload::id("bookingId", given)?;
        let to = BookingMove::Accept;
        let booking = self.desk.advance(account, id.as_str(), to, None).await?;
        Ok(object(json!({"booking": booking})))
    }

    pub(super) async fn reject(&self, account: &(AccountId, Role), given: &Value) -> Answer {
        self.advance(account, given, BookingMove::Reject).await
    }

    pub(super) async fn update_status(&self, account: &(AccountId, Role), given: &Value) -> Answer {
        let status = payload::text_in::<200>(given, "status")?;
        let to = BookingMove::To(status.into_string());
        self.advance(account, given, to).await
    }

    /// Remembers where a partner is and tells those who follow, on every node.
    pub(super) fn move_to(&self, (partner, _): &(AccountId, Role), given: &Value) -> Answer {
        let at = self.move_partner(partner, place(given)?);
        Ok(object(json!({"timestamp": rfc3339(at)})))
    }

    /// A partner is at a place now.
    pub(crate) fn move_partner(&self, partner: &AccountId, place: Coordinate) -> DateTime<Utc> {
        let at = self.clock.now();
        let location = Location { place, at };
        self.hub.tracking.moved_here(partner, location);
        self.relay.publish(Ephemeral::Location {
            partner: partner.clone(),
            latitude: place.latitude(),
            longitude: place.longitude(),
            at: at.timestamp_millis(),
        });
        at
    }
}

fn place(given: &Value) -> Result<Coordinate, ApiError> {
    let latitude = payload::number_in(given, "latitude")?;
    let longitude = payload::number_in(given, "longitude")?;
    Ok(Coordinate::new(latitude, longitude)
        .map_err(|error| Violations::one(error.field(), error))?)
}
