use auth::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use outbox::Fact;

use super::{Basket, LineFault, OrderId, Quantity, ReservationId, VariantKey};

/// What a client calls one attempt to order: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// Why a text is no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 255 visible ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// Takes a key.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        let is_sound =
            (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        is_sound
            .then(|| Self(text.to_owned()))
            .ok_or(IdempotencyKeyError)
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of the things that are done to stock many times a second.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Sell.
    Reduce(Reduction),
    /// Hold while somebody pays.
    Reserve(Hold),
    /// Give back.
    Release(Release),
    /// End a hold whose time is over.
    Expire(ReservationId),
    /// Tell of something; the stock stays as it is.
    Tell(Fact),
}

/// An order: all lines or none, once.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// The shop's id for it, where it has one.
    pub order_id: Option<OrderId>,
    /// The id that it gets otherwise.
    pub new_id: OrderId,
    /// What the client calls this attempt, where it does.
    pub idempotency_key: Option<IdempotencyKey>,
    /// What is sold.
    pub basket: Basket,
    /// The hold that it uses up.
    pub reservation_id: Option<ReservationId>,
    /// What the client says of caches; it is answered and told again.
    pub after_order: bool,
    /// Who orders.
    pub actor: Actor,
}

/// A hold: all lines or none, once.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// Its id.
    pub id: ReservationId,
    /// What is held.
    pub basket: Basket,
    /// How long.
    pub ttl: TimeDelta,
}

/// Units to be given back, once.
#[derive(Clone, Debug, PartialEq)]
pub enum Release {
    /// What an order took.
    Order(OrderId, Actor),
    /// What a hold held.
    Reservation(ReservationId),
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Sold.
    Reduced(Taken),
    /// Held.
    Reserved(Held),
    /// Given back.
    Released(Given),
    /// The hold was over, or was not.
    Expired(bool),
    /// Told.
    Told,
}

/// What an order took.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The order.
    pub order_id: OrderId,
    /// Its lines, as they were asked for.
    pub lines: Vec<TakenLine>,
    /// What the client said of caches.
    pub after_order: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// It had been done before; nothing was done now.
    pub replayed: bool,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    /// Of what.
    pub variant: VariantKey,
    /// How many.
    pub quantity: Quantity,
    /// How many were left after the order.
    pub new_stock: i64,
}

/// What is held.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The hold.
    pub id: ReservationId,
    /// Its lines, as they were asked for.
    pub lines: Vec<HeldLine>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// It was held before; nothing was done now.
    pub replayed: bool,
}

/// A line of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLine {
    /// Of what.
    pub variant: VariantKey,
    /// How many.
    pub quantity: Quantity,
    /// How many are left for others, now.
    pub available: i64,
}

/// What was given back.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The lines; with the stock now, `None` where the variant is gone.
    pub lines: Vec<(VariantKey, Quantity, Option<i64>)>,
    /// It had been given back before; nothing was done now.
    pub replayed: bool,
}

/// Why a command does nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Some lines cannot be served.
    #[error("{}", sentence(.0))]
    Lines(Vec<LineFault>),
    /// The id was used for something else.
    #[error("This id was used for other items")]
    Mismatch,
    /// The order was given back.
    #[error("Order {0} was released")]
    OrderReleased(OrderId),
    /// There is no such order.
    #[error("Order {0} not found")]
    OrderUnknown(OrderId),
    /// There is no such hold.
    #[error("Reservation {0} not found")]
    ReservationUnknown(ReservationId),
    /// The hold's time is over.
    #[error("Reservation {0} has expired")]
    ReservationExpired(ReservationId),
    /// The hold was used up by an order.
    #[error("Reservation {0} was used by an order")]
    ReservationConsumed(ReservationId),
    /// The hold was given back.
    #[error("Reservation {0} was released")]
    ReservationReleased(ReservationId),
}

fn sentence(faults: &[LineFault]) -> String {
    match faults {
        [one] => one.problem.sentence().to_owned(),
        several => format!("{} items are not available", several.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_ascii() {
        for good in [
            "a",
            "order/12 345".replace(' ', "-").as_str(),
            &"x".repeat(255),
        ] {
            assert_eq!(IdempotencyKey::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "ä", "a\n", &"x".repeat(256)] {
            assert_eq!(
                IdempotencyKey::parse(bad),
                Err(IdempotencyKeyError),
                "{bad:?}"
            );
        }
    }
}
