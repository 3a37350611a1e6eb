use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use outbox::Fact;

use crate::model::{
    IdempotencyKey, Level, Line, Movement, OrderId, ReservationId, Taken, TakenLine, VariantKey,
    basket::totals,
};

/// What is known of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderRecord {
    /// What it took, as it was asked for.
    pub lines: Vec<TakenLine>,
    /// What the client said of caches.
    pub after_order: bool,
    /// The hold that it used up.
    pub reservation_id: Option<ReservationId>,
    /// What the client called the attempt.
    pub idempotency_key: Option<IdempotencyKey>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was given back.
    pub released_at: Option<DateTime<Utc>>,
    /// Not stored yet.
    pub is_new: bool,
}

/// What is known of a hold.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldRecord {
    /// What is held, as it was asked for.
    pub lines: Vec<Line>,
    /// Whether it is held still.
    pub status: HoldStatus,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Not stored yet.
    pub is_new: bool,
    /// It ended just now.
    pub has_ended: bool,
}

/// What became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldStatus {
    /// It stands, or waits to be ended when its time is over.
    Active,
    /// An order used it up.
    Consumed,
    /// It was given back.
    Released,
    /// Its time was over.
    Expired,
}

impl HoldStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Consumed, Self::Released, Self::Expired];

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Consumed => "consumed",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

/// What a batch changes, each thing once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// New levels, in the order in which rows are locked; with what the last order said of caches, if one took of
    /// it, and whether anything else was done to it.
    pub levels: Vec<(VariantKey, Level, Option<bool>, bool)>,
    /// The ledger, in order.
    pub movements: Vec<Movement>,
    /// Orders that were not known before.
    pub new_orders: BTreeMap<OrderId, OrderRecord>,
    /// Orders that are given back now.
    pub released_orders: Vec<OrderId>,
    /// Holds that were not known before.
    pub new_holds: BTreeMap<ReservationId, HoldRecord>,
    /// Holds that ended now.
    pub ended_holds: Vec<(ReservationId, HoldStatus)>,
    /// What is told besides, in order.
    pub told: Vec<Fact>,
}

impl OrderRecord {
    /// The answer that the order got, or gets again.
    pub(super) fn taken(&self, id: &OrderId, replayed: bool) -> Taken {
        Taken {
            order_id: id.clone(),
            lines: self.lines.clone(),
            after_order: self.after_order,
            at: self.at,
            replayed,
        }
    }

    /// What it took, added up.
    pub(super) fn totals(&self) -> Vec<(VariantKey, i64)> {
        let lines = self.lines.iter().map(|line| Line {
            variant: line.variant.clone(),
            quantity: line.quantity,
        });
        totals(&lines.collect::<Vec<_>>())
    }
}

impl HoldRecord {
    /// What it holds, added up.
    pub(super) fn totals(&self) -> Vec<(VariantKey, i64)> {
        totals(&self.lines)
    }

    /// Ends it.
    pub(super) fn end(&mut self, status: HoldStatus) {
        self.status = status;
        self.has_ended = true;
    }
}
