//! Holding units, and ending it.

use super::{HoldRecord, HoldStatus, Shelf};
use crate::model::{Given, Held, HeldLine, Hold, Line, Refusal, ReservationId};

impl Shelf {
    pub(super) fn usable_hold(
        &self,
        id: Option<&ReservationId>,
    ) -> Result<Option<&HoldRecord>, Refusal> {
        let Some(id) = id else {
            return Ok(None);
        };
        let hold = self.holds.get(id);
        let hold = hold.ok_or_else(|| Refusal::ReservationUnknown(id.clone()))?;
        match hold.status {
            HoldStatus::Active if hold.expires_at > self.now => Ok(Some(hold)),
            HoldStatus::Active | HoldStatus::Expired => {
                Err(Refusal::ReservationExpired(id.clone()))
            }
            HoldStatus::Consumed => Err(Refusal::ReservationConsumed(id.clone())),
            HoldStatus::Released => Err(Refusal::ReservationReleased(id.clone())),
        }
    }

    pub(super) fn reserve(&mut self, asked: &Hold) -> Result<Held, Refusal> {
        if let Some(hold) = self.usable_known_hold(&asked.id)? {
            if hold.totals() != asked.basket.totals() {
                return Err(Refusal::Mismatch);
            }
            return Ok(self.held(&asked.id, hold, true));
        }
        self.judge(&asked.basket, |_| 0)?;
        for (key, quantity) in asked.basket.totals() {
            self.change(key, |level| level.hold(*quantity));
        }
        let hold = HoldRecord {
            lines: asked.basket.lines().to_vec(),
            status: HoldStatus::Active,
            expires_at: self.now + asked.ttl,
            is_new: true,
            has_ended: false,
        };
        let answer = self.held(&asked.id, &hold, false);
        self.holds.insert(asked.id.clone(), hold);
        Ok(answer)
    }

    fn usable_known_hold(&self, id: &ReservationId) -> Result<Option<&HoldRecord>, Refusal> {
        match self.usable_hold(Some(id)) {
            Err(Refusal::ReservationUnknown(_)) => Ok(None),
            known => known,
        }
    }

    pub(super) fn release_hold(&mut self, id: &ReservationId) -> Result<Given, Refusal> {
        let hold = self.holds.get_mut(id);
        let hold = hold.ok_or_else(|| Refusal::ReservationUnknown(id.clone()))?;
        if hold.status == HoldStatus::Consumed {
            return Err(Refusal::ReservationConsumed(id.clone()));
        }
        let replayed = hold.status != HoldStatus::Active;
        let lines = hold.lines.clone();
        if !replayed {
            self.end(id, HoldStatus::Released);
        }
        let lines = lines.into_iter().map(|line| (line.variant, line.quantity));
        Ok(self.given(lines, replayed))
    }

    pub(super) fn expire(&mut self, id: &ReservationId) -> bool {
        let is_over = self
            .holds
            .get(id)
            .is_some_and(|hold| hold.status == HoldStatus::Active && hold.expires_at <= self.now);
        if is_over {
            self.end(id, HoldStatus::Expired);
        }
        is_over
    }

    fn end(&mut self, id: &ReservationId, status: HoldStatus) {
        let Some(hold) = self.holds.get_mut(id) else {
            return;
        };
        hold.end(status);
        for (key, quantity) in hold.totals() {
            self.free(&key, quantity);
        }
    }

    fn held(&self, id: &ReservationId, hold: &HoldRecord, replayed: bool) -> Held {
        let line = |line: &Line| HeldLine {
            variant: line.variant.clone(),
            quantity: line.quantity,
            available: self
                .slots
                .get(&line.variant)
                .map_or(0, |slot| slot.level.available()),
        };
        Held {
            id: id.clone(),
            lines: hold.lines.iter().map(line).collect(),
            expires_at: hold.expires_at,
            replayed,
        }
    }
}
