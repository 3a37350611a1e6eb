use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use auth::{AccountId, Actor, Caller, Role};
use bookings_sync::{Booking, BookingError, BookingId, Bookings, Change, Edit, Status, Viewer};
use chrono::TimeDelta;
use clock::Clock;
use tokio_util::sync::CancellationToken;

use super::company::PARTNERS;
use crate::wiring::Parts;

/// How often something happens.
const PERIOD: Duration = Duration::from_secs(4);

/// Hours for which a booking that is due is still being worked on.
const LATE: i64 = 4;

/// Moves the sample bookings of today and of later on, one after the other, round and round. What is over stays over.
#[derive(Clone)]
pub(super) struct Motion {
    bookings: Bookings,
    clock: Arc<dyn Clock>,
    ids: Arc<[BookingId]>,
    next: Arc<AtomicUsize>,
}

impl Motion {
    /// Moves the bookings `ids`, the last first: those wait for somebody.
    pub(super) fn new(parts: &Parts, ids: Vec<BookingId>) -> Self {
        let ids = ids.into_iter().rev().collect();
        Self {
            bookings: parts.bookings.clone(),
            clock: Arc::clone(&parts.clock),
            ids,
            next: Arc::default(),
        }
    }

    /// Does something every few seconds until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        // The first tick is at once; visitors should find everything as it is described.
        period.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            match self.run_once().await {
                Ok(Some(booking)) => {
                    tracing::info!(booking = %booking.id, status = %booking.status, "the demo moves on");
                }
                Ok(None) => {}
                // Somebody was faster, or has deleted it.
                Err(error) => tracing::debug!(%error, "the demo does not move"),
            }
        }
    }

    /// Moves the next booking that is not of the past a step on; `None` where there is none.
    pub(super) async fn run_once(&self) -> Result<Option<Booking>, BookingError> {
        for _ in 0..self.ids.len() {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            let id = &self.ids[turn % self.ids.len()];
            let booking = self.bookings.find(&Viewer::Staff, id).await?;
            if self.is_past(&booking) {
                continue;
            }
            let Some((change, actor)) = step(&booking, turn) else {
                return Ok(None);
            };
            let moved = self
                .bookings
                .change(&booking.id, &change, (None, None), &actor);
            return moved.await.map(Some);
        }
        Ok(None)
    }

    fn is_past(&self, booking: &Booking) -> bool {
        booking.scheduled_at < self.clock.now() - TimeDelta::hours(LATE)
    }
}

/// What would happen next to `booking`, and who would do it: one that is over is ordered again.
fn step(booking: &Booking, turn: usize) -> Option<(Change, Actor)> {
    let next = match booking.status {
        Status::Completed | Status::Cancelled => {
            let anew = Edit {
                status: Some(Status::Pending),
                ..Edit::default()
            };
            return Some((Change::Edit(anew), Actor::system()));
        }
        Status::Pending => return Some((Change::Assign(somebody(turn)?), Actor::system())),
        Status::PartnerAssigned => Status::PartnerAccepted,
        Status::PartnerAccepted => Status::InProgress,
        Status::InProgress => Status::Completed,
    };
    let partner = booking.partner_id.clone()?;
    let actor = Caller::account(partner.clone(), Role::Partner).actor();
    Some((Change::ByPartner(partner, next), actor))
}

/// A partner who may be assigned, another one each time.
fn somebody(turn: usize) -> Option<AccountId> {
    let approved: Vec<_> = PARTNERS
        .iter()
        .filter(|partner| partner.is_approved)
        .collect();
    let partner = approved.get(turn.checked_rem(approved.len())?)?;
    AccountId::parse(partner.id).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        commands::empty,
        demo::{outside::Outside, seed},
    };

    #[tokio::test]
    async fn the_company_has_bookings_in_every_state_and_they_move() {
        let (parts, _folder) = empty().await.unwrap();
        let outside = Outside::start().await.unwrap();
        let ids = seed::company(&parts, &outside).await.unwrap();
        let motion = Motion::new(&parts, ids.clone());
        let mut states = HashSet::new();
        for id in &ids {
            states.insert(
                parts
                    .bookings
                    .find(&Viewer::Staff, id)
                    .await
                    .unwrap()
                    .status,
            );
        }
        assert_eq!((ids.len(), states.len()), (25, Status::ALL.len()));
        for turn in 0..5 * ids.len() {
            assert!(motion.run_once().await.unwrap().is_some(), "turn {turn}");
        }
        assert_eq!(
            parts
                .accounts
                .list_partner_accounts(None)
                .await
                .unwrap()
                .len(),
            4
        );
    }
}
