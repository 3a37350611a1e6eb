use std::{borrow::Cow, fmt};

use auth::Actor;
use chrono::{DateTime, Utc};

use super::{OrderId, ReservationId, VariantKey};

/// What kind of event moved stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A variant came into being.
    Opening,
    /// An order took units.
    Order,
    /// An order was given back.
    Release,
    /// Somebody counted anew.
    Adjust,
    /// An admin edited the product.
    Edit,
    /// A CSV file said so.
    Import,
    /// The variant is gone.
    Removal,
}

impl Kind {
    /// Its name in answers and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Order => "order",
            Self::Release => "release",
            Self::Adjust => "adjust",
            Self::Edit => "edit",
            Self::Import => "import",
            Self::Removal => "removal",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A line of the ledger, about to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    /// Of what.
    pub variant: VariantKey,
    /// What happened.
    pub kind: Kind,
    /// Why, as somebody said; the name of the kind where nobody did.
    pub reason: Cow<'static, str>,
    /// How many units came, or went.
    pub delta: i64,
    /// How many there are then.
    pub balance_after: i64,
    /// The order behind it.
    pub order_id: Option<OrderId>,
    /// The hold that the order used up.
    pub reservation_id: Option<ReservationId>,
    /// Who did it.
    pub actor: Actor,
}

impl Movement {
    /// A movement from one stock to another; no order behind it.
    pub fn between(
        variant: VariantKey,
        kind: Kind,
        (before, after): (i64, i64),
        actor: Actor,
    ) -> Self {
        Self {
            variant,
            kind,
            reason: Cow::Borrowed(kind.as_str()),
            delta: after - before,
            balance_after: after,
            order_id: None,
            reservation_id: None,
            actor,
        }
    }
}

/// A line of the ledger, as it is stored: what was written is not judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedMovement {
    /// Its place in the ledger.
    pub id: i64,
    /// Product, size and color.
    pub variant: [String; 3],
    /// What happened.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// How many units came, or went.
    pub delta: i64,
    /// How many there were then.
    pub balance_after: i64,
    /// The order behind it.
    pub order_id: Option<String>,
    /// The hold that the order used up.
    pub reservation_id: Option<String>,
    /// Id and kind of who did it.
    pub actor: (String, String),
    /// When.
    pub at: DateTime<Utc>,
}

/// A place where the ledger and the rest disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `stock`, `balance` or `reserved`.
    pub kind: String,
    /// Product, size and color.
    pub variant: [String; 3],
    /// The movement, where it is one's balance.
    pub movement_id: Option<i64>,
    /// What the movements, or the holds, add up to.
    pub expected: i64,
    /// What is stored instead.
    pub found: i64,
}
