use api_error::ApiError;
use async_trait::async_trait;
use auth::{AccountId, Actor, Role};
use bookings_sync::{
    Booking, BookingError, BookingFilter, BookingId, Bookings, Change, Status, Viewer, booking_json,
};
use realtime::{BookingDesk, BookingMove, FollowedBooking};
use serde_json::Value;
use validation::{Page, Violations};

/// Sockets move bookings; the bookings' own rules say who may.
pub(crate) struct SocketDesk(Bookings);

impl SocketDesk {
    /// Moves `bookings`.
    pub(crate) fn new(bookings: Bookings) -> Self {
        Self(bookings)
    }
}

#[async_trait]
impl BookingDesk for SocketDesk {
    async fn find(
        &self,
        account: &(AccountId, Role),
        booking: &str,
    ) -> Result<FollowedBooking, ApiError> {
        let booking = self.0.find(&viewer(account), &id(booking)?).await?;
        Ok(followed(booking))
    }

    async fn advance(
        &self,
        account: &(AccountId, Role),
        booking: &str,
        to: BookingMove,
        reason: Option<&str>,
    ) -> Result<Value, ApiError> {
        let status = match to {
            BookingMove::Cancel => Status::Cancelled,
            BookingMove::Accept => Status::PartnerAccepted,
            BookingMove::Reject => Status::Pending,
            BookingMove::To(name) => {
                let status: Result<Status, _> = name.parse();
                status.map_err(|error| Violations::one("status", error))?
            }
        };
        let (person, role) = account;
        let change = match role {
            Role::Customer => Change::ByCustomer(person.clone(), status),
            Role::Partner => Change::ByPartner(person.clone(), status),
            Role::Admin => return Err(ApiError::forbidden("This is for customers and partners")),
        };
        let actor = Actor {
            id: person.to_string(),
            kind: role.as_str(),
        };
        let id = id(booking)?;
        let changed = self.0.change(&id, &change, (None, reason), &actor).await?;
        Ok(booking_json(changed))
    }

    async fn are_together(
        &self,
        customer: &AccountId,
        partner: &AccountId,
        booking: Option<&str>,
    ) -> Result<bool, ApiError> {
        if let Some(booking) = booking {
            let found = self.0.find(&Viewer::Staff, &id(booking)?).await;
            return Ok(known(found)?.is_some_and(|booking| {
                booking.customer_id == *customer && booking.partner_id.as_ref() == Some(partner)
            }));
        }
        let filter = BookingFilter {
            customer_id: Some(customer.clone()),
            partner_id: Some(partner.clone()),
            ..BookingFilter::default()
        };
        let one = Page::new(Some(1), Some(1)).unwrap_or_default();
        let (_, total) = self.0.list(&Viewer::Staff, filter, one).await?;
        Ok(total > 0)
    }

    async fn concerns(&self, account: &(AccountId, Role), booking: &str) -> Result<bool, ApiError> {
        let found = self.0.find(&viewer(account), &id(booking)?).await;
        Ok(known(found)?.is_some())
    }
}

fn id(booking: &str) -> Result<BookingId, ApiError> {
    let id = BookingId::parse(booking);
    Ok(id.map_err(|error| Violations::one("bookingId", error))?)
}

fn viewer((id, role): &(AccountId, Role)) -> Viewer {
    match role {
        Role::Admin => Viewer::Staff,
        Role::Customer => Viewer::Customer(id.clone()),
        Role::Partner => Viewer::Partner(id.clone()),
    }
}

/// `None` for a booking that is not there.
fn known(found: Result<Booking, BookingError>) -> Result<Option<Booking>, ApiError> {
    match found {
        Ok(booking) => Ok(Some(booking)),
        Err(BookingError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn followed(booking: Booking) -> FollowedBooking {
    FollowedBooking {
        id: booking.id.to_string(),
        customer_id: booking.customer_id.clone(),
        partner_id: booking.partner_id.clone(),
        is_under_way: matches!(booking.status, Status::PartnerAccepted | Status::InProgress),
        version: booking.version,
        json: booking_json(booking),
    }
}
