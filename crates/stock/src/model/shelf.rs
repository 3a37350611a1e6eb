mod holds;
mod records;

use std::collections::{HashMap, HashSet};

use auth::Actor;
use chrono::{DateTime, Utc};
use outbox::Fact;

use super::{
    Basket, Command, Given, IdempotencyKey, Kind, Label, Level, Line, Movement, OrderId, Outcome,
    ProductId, Quantity, Reduction, Refusal, Release, ReservationId, Taken, TakenLine, VariantKey,
    Verdict, judge,
};

pub use self::records::{Changes, HoldRecord, HoldStatus, OrderRecord};

/// Everything that a batch of commands is decided on, and what becomes of it.
///
/// Each command finds what those before it have left: first come, first served.
#[derive(Clone, Debug)]
pub struct Shelf {
    now: DateTime<Utc>,
    slots: HashMap<VariantKey, Slot>,
    products: HashSet<ProductId>,
    sizes: HashSet<(ProductId, Label)>,
    orders: HashMap<OrderId, OrderRecord>,
    keys: HashMap<IdempotencyKey, OrderId>,
    holds: HashMap<ReservationId, HoldRecord>,
    movements: Vec<Movement>,
    told: Vec<Fact>,
}

#[derive(Clone, Debug)]
struct Slot {
    level: Level,
    /// Some order took of it, and what the last one said of caches.
    reduced: Option<bool>,
    /// Something else was done to it.
    is_updated: bool,
}

impl Shelf {
    /// An empty one.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            slots: HashMap::new(),
            products: HashSet::new(),
            sizes: HashSet::new(),
            orders: HashMap::new(),
            keys: HashMap::new(),
            holds: HashMap::new(),
            movements: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Puts a variant there.
    pub fn put(&mut self, variant: VariantKey, level: Level) {
        let slot = Slot {
            level,
            reduced: None,
            is_updated: false,
        };
        self.slots.insert(variant, slot);
    }

    /// Says of a product that it exists, and which size of it, so that it can be told what is wrong with a variant.
    pub fn know(&mut self, product: ProductId, size: Option<Label>) {
        if let Some(size) = size {
            self.sizes.insert((product.clone(), size));
        }
        self.products.insert(product);
    }

    /// Tells of an order.
    pub fn remember_order(&mut self, id: OrderId, order: OrderRecord) {
        if let Some(key) = &order.idempotency_key {
            self.keys.insert(key.clone(), id.clone());
        }
        self.orders.insert(id, order);
    }

    /// Tells of a hold.
    pub fn remember_hold(&mut self, id: ReservationId, hold: HoldRecord) {
        self.holds.insert(id, hold);
    }

    /// Does one thing, wholly or not at all.
    pub fn apply(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        match command {
            Command::Reduce(order) => self.reduce(order).map(Outcome::Reduced),
            Command::Reserve(hold) => self.reserve(hold).map(Outcome::Reserved),
            Command::Release(Release::Order(id, actor)) => {
                self.release_order(id, actor).map(Outcome::Released)
            }
            Command::Release(Release::Reservation(id)) => {
                self.release_hold(id).map(Outcome::Released)
            }
            Command::Expire(id) => Ok(Outcome::Expired(self.expire(id))),
            Command::Tell(fact) => {
                self.told.push(fact.clone());
                Ok(Outcome::Told)
            }
        }
    }

    /// What has changed.
    pub fn into_changes(self) -> Changes {
        let mut changes = Changes {
            movements: self.movements,
            told: self.told,
            ..Changes::default()
        };
        for (key, slot) in self.slots {
            if slot.reduced.is_some() || slot.is_updated {
                let Slot {
                    level,
                    reduced,
                    is_updated,
                } = slot;
                changes.levels.push((key, level, reduced, is_updated));
            }
        }
        changes.levels.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (id, order) in self.orders {
            if order.is_new {
                changes.new_orders.insert(id, order);
            } else if order.released_at == Some(self.now) {
                changes.released_orders.push(id);
            }
        }
        for (id, hold) in self.holds {
            if hold.is_new {
                changes.new_holds.insert(id, hold);
            } else if hold.has_ended {
                changes.ended_holds.push((id, hold.status));
            }
        }
        changes
    }

    fn reduce(&mut self, order: &Reduction) -> Result<Taken, Refusal> {
        if let Some(replay) = self.replay(order)? {
            return Ok(replay);
        }
        let hold = self.usable_hold(order.reservation_id.as_ref())?;
        let freed = hold.map(HoldRecord::totals).unwrap_or_default();
        let own = |key: &VariantKey| {
            let place = freed.binary_search_by(|(held, _)| held.cmp(key));
            place.map_or(0, |n| freed[n].1)
        };
        self.judge(&order.basket, own)?;
        for (key, quantity) in &freed {
            self.free(key, *quantity);
        }
        if let Some(hold) = order
            .reservation_id
            .as_ref()
            .and_then(|id| self.holds.get_mut(id))
        {
            hold.end(HoldStatus::Consumed);
        }
        let id = order.order_id.as_ref().unwrap_or(&order.new_id).clone();
        for (key, quantity) in order.basket.totals() {
            self.take(key, *quantity, order, &id);
        }
        let line = |line: &Line| TakenLine {
            variant: line.variant.clone(),
            quantity: line.quantity,
            new_stock: self.stock_of(&line.variant).unwrap_or_default(),
        };
        let record = OrderRecord {
            lines: order.basket.lines().iter().map(line).collect(),
            after_order: order.after_order,
            reservation_id: order.reservation_id.clone(),
            idempotency_key: order.idempotency_key.clone(),
            at: self.now,
            released_at: None,
            is_new: true,
        };
        let taken = record.taken(&id, false);
        self.remember_order(id, record);
        Ok(taken)
    }

    /// The answer to an order that was done before.
    fn replay(&self, order: &Reduction) -> Result<Option<Taken>, Refusal> {
        let by_key = order
            .idempotency_key
            .as_ref()
            .and_then(|key| self.keys.get(key));
        let id = match (&order.order_id, by_key) {
            (Some(given), Some(known)) if given != known => return Err(Refusal::Mismatch),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => return Ok(None),
        };
        let Some(record) = self.orders.get(id) else {
            return Ok(None);
        };
        if record.released_at.is_some() {
            return Err(Refusal::OrderReleased(id.clone()));
        }
        if record.totals() != order.basket.totals() {
            return Err(Refusal::Mismatch);
        }
        Ok(Some(record.taken(id, true)))
    }

    fn release_order(&mut self, id: &OrderId, actor: &Actor) -> Result<Given, Refusal> {
        let order = self.orders.get_mut(id);
        let order = order.ok_or_else(|| Refusal::OrderUnknown(id.clone()))?;
        let replayed = order.released_at.is_some();
        let lines = order.lines.clone();
        let reservation_id = order.reservation_id.clone();
        if !replayed {
            order.released_at = Some(self.now);
            for (key, quantity) in order.totals() {
                self.give_back(&key, quantity, (id, reservation_id.as_ref()), actor);
            }
        }
        let lines = lines.into_iter().map(|line| (line.variant, line.quantity));
        Ok(self.given(lines, replayed))
    }

    fn judge(&self, basket: &Basket, own: impl Fn(&VariantKey) -> i64) -> Result<(), Refusal> {
        let judged = judge(basket, |key| match self.slots.get(key) {
            Some(slot) => {
                let reserved = slot.level.reserved() - own(key);
                Verdict::Known(Level::stored(slot.level.stock(), reserved))
            }
            None => Verdict::missing(key, &self.products, &self.sizes),
        });
        let faults: Vec<_> = judged.filter_map(Result::err).collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Lines(faults))
        }
    }

    fn take(&mut self, key: &VariantKey, quantity: i64, order: &Reduction, id: &OrderId) {
        let Some((slot, level)) = self.slots.get_mut(key).and_then(|slot| {
            let level = slot.level.take(quantity)?;
            Some((slot, level))
        }) else {
            return;
        };
        let stocks = (slot.level.stock(), level.stock());
        slot.level = level;
        slot.reduced = Some(order.after_order);
        let movement = Movement::between(key.clone(), Kind::Order, stocks, order.actor.clone());
        self.movements.push(Movement {
            order_id: Some(id.clone()),
            reservation_id: order.reservation_id.clone(),
            ..movement
        });
    }

    fn give_back(
        &mut self,
        key: &VariantKey,
        quantity: i64,
        (order, reservation): (&OrderId, Option<&ReservationId>),
        actor: &Actor,
    ) {
        let Some(before) = self.stock_of(key) else {
            return;
        };
        self.change(key, |level| Some(level.give_back(quantity)));
        let stocks = (before, before + quantity);
        let movement = Movement::between(key.clone(), Kind::Release, stocks, actor.clone());
        self.movements.push(Movement {
            order_id: Some(order.clone()),
            reservation_id: reservation.cloned(),
            ..movement
        });
    }

    fn free(&mut self, key: &VariantKey, quantity: i64) {
        self.change(key, |level| Some(level.free(quantity)));
    }

    fn change(&mut self, key: &VariantKey, change: impl Fn(Level) -> Option<Level>) {
        if let Some(slot) = self.slots.get_mut(key)
            && let Some(level) = change(slot.level)
        {
            slot.level = level;
            slot.is_updated = true;
        }
    }

    fn stock_of(&self, key: &VariantKey) -> Option<i64> {
        self.slots.get(key).map(|slot| slot.level.stock())
    }

    fn given(&self, lines: impl Iterator<Item = (VariantKey, Quantity)>, replayed: bool) -> Given {
        let lines = lines.map(|(variant, quantity)| {
            let stock = self.stock_of(&variant);
            (variant, quantity, stock)
        });
        Given {
            lines: lines.collect(),
            replayed,
        }
    }
}

#[cfg(test)]
mod tests;
