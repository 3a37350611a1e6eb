use auth::{AccountId, Actor};
use validation::Page;

use super::{Bookings, Viewer, bookings::ATTEMPTS};
use crate::{
    error::BookingError,
    model::{
        AssignedStatus, Booking, BookingId, Call, Difference, DriftItem, Edit, HistoryEntry,
        Mirror, Outcome, Reconciliation, SyncedBy,
    },
    repository::{CustomerSync, CustomerSynced, ReconcileBatch, Saved, Window},
};

/// How many bookings one step of a reconciliation looks at: its transaction stays short beside live traffic.
const BATCH: u32 = 10_000;

/// A sync of one booking that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingSync {
    /// Which booking.
    pub id: BookingId,
    /// Whose it should be.
    pub customer_id: AccountId,
    /// To which state both sides are set; `None` leaves the booking in its own.
    pub assigned_status: Option<AssignedStatus>,
    /// By which call.
    pub kind: SyncedBy,
}

/// What a sync of one booking did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncDone {
    /// The booking as it is now.
    pub booking: Booking,
    /// The mirror had been missing under the customer.
    pub created_mirror: bool,
    /// The user under whom it lay instead.
    pub moved_from: Option<String>,
}

/// How a booking and its mirror under one user stand.
#[derive(Clone, Debug)]
pub struct SyncStatus {
    /// The user under whom the mirror is looked for; nobody where neither a user nor a booking is known.
    pub user_id: Option<AccountId>,
    /// The booking, where there is one.
    pub main: Option<Booking>,
    /// Whether the user is a customer.
    pub user_exists: bool,
    /// The mirror, where there is one.
    pub mirror: Option<Mirror>,
    /// What the mirror says differently.
    pub differences: Vec<Difference>,
}

impl SyncStatus {
    /// Whether the mirror is under its customer and says what the booking says.
    pub fn in_sync(&self) -> bool {
        let is_theirs = self
            .main
            .as_ref()
            .is_some_and(|main| Some(&main.customer_id) == self.user_id.as_ref());
        is_theirs && self.mirror.is_some() && self.differences.is_empty()
    }

    /// Whether both sides are there and in the same state.
    pub fn status_match(&self) -> bool {
        let differs = |d: &Difference| matches!(d.field, "status" | "assignedStatus");
        self.main.is_some() && self.mirror.is_some() && !self.differences.iter().any(differs)
    }
}

impl Bookings {
    /// Sets both sides of a booking to the asked state, or the mirror to the booking's own, and writes the mirror
    /// whole. A mirror under another user is moved.
    pub async fn sync(&self, asked: &BookingSync, actor: &Actor) -> Result<SyncDone, BookingError> {
        let BookingSync {
            id,
            customer_id,
            assigned_status,
            kind,
        } = asked;
        let status = assigned_status.map(AssignedStatus::as_str);
        let sync = kind.as_str();
        tracing::info!(sync, booking = %id, customer = %customer_id, status, step = "start", "sync started");
        let outcome = self.try_sync(asked, actor).await;
        match &outcome {
            Ok(done) => {
                let status = done.booking.assigned_status().as_str();
                if done.created_mirror {
                    tracing::info!(sync, booking = %id, customer = %customer_id, status, step = "mirror created", "mirror was missing");
                }
                tracing::info!(sync, booking = %id, customer = %customer_id, status, step = "done", "in step");
            }
            Err(error) => {
                tracing::warn!(sync, booking = %id, customer = %customer_id, status, step = "refused", %error, "not synced");
                self.note_refusal(id, *kind, actor, error).await;
            }
        }
        outcome
    }

    async fn try_sync(&self, asked: &BookingSync, actor: &Actor) -> Result<SyncDone, BookingError> {
        let (id, customer_id) = (&asked.id, &asked.customer_id);
        let (sync, call) = (asked.kind.as_str(), call_of(asked.kind));
        let edit = asked.assigned_status.map(Edit::to_assigned_status);
        let edit = edit.unwrap_or_default();
        for _ in 0..ATTEMPTS {
            let main = self
                .repository
                .find(id)
                .await?
                .ok_or_else(|| BookingError::MainNotFound(id.clone()))?;
            let status = main.assigned_status().as_str();
            tracing::info!(sync, booking = %id, customer = %main.customer_id, status, step = "main booking", "main booking read");
            self.expect_customer(customer_id).await?;
            tracing::info!(sync, booking = %id, customer = %customer_id, status, step = "user found", "user found");
            if main.customer_id != *customer_id {
                return Err(BookingError::OtherCustomer {
                    id: id.clone(),
                    given: customer_id.clone(),
                });
            }
            let after = main.edit(&edit, self.clock.now())?;
            let saved = self
                .save_sync(main, after.clone(), (asked.kind, call), actor)
                .await?;
            if let Saved::Done {
                created_mirror,
                moved_from,
            } = saved
            {
                return Ok(SyncDone {
                    booking: after,
                    created_mirror,
                    moved_from,
                });
            }
        }
        Err(BookingError::Contended(id.clone()))
    }

    /// A refused sync stands in the history of its booking. That it cannot be noted is no second failure.
    async fn note_refusal(
        &self,
        id: &BookingId,
        kind: SyncedBy,
        actor: &Actor,
        error: &BookingError,
    ) {
        let Ok(Some(booking)) = self.repository.find(id).await else {
            return;
        };
        let done = HistoryEntry::done(&booking, call_of(kind), actor, Vec::new(), self.clock.now());
        let entry = HistoryEntry {
            outcome: Outcome::Refused(error.to_string()),
            ..done
        };
        if let Err(error) = self.repository.note(&entry).await {
            tracing::warn!(booking = %id, %error, "a refused sync could not be noted");
        }
    }

    /// How a booking and its mirror under `user_id` stand, also where something is missing; under the booking's own
    /// customer where no user is named.
    pub async fn sync_status(
        &self,
        viewer: &Viewer,
        id: &BookingId,
        user_id: Option<AccountId>,
    ) -> Result<SyncStatus, BookingError> {
        let main = self.repository.find(id).await?;
        let user_id = user_id.or_else(|| main.as_ref().map(|main| main.customer_id.clone()));
        let hidden = match viewer {
            Viewer::Staff => false,
            _ => !main.as_ref().is_some_and(|main| {
                viewer.may_see(main) && Some(&main.customer_id) == user_id.as_ref()
            }),
        };
        if hidden {
            return Err(BookingError::NotFound(id.clone()));
        }
        let (user_exists, mirror) = match &user_id {
            None => (false, None),
            Some(user_id) => (
                self.directory.is_customer(user_id).await?,
                self.repository.find_mirror(user_id, id).await?,
            ),
        };
        let differences = match (&main, &mirror) {
            (Some(main), Some(mirror)) => mirror.differences(main),
            _ => Vec::new(),
        };
        Ok(SyncStatus {
            user_id,
            main,
            user_exists,
            mirror,
            differences,
        })
    }

    /// Syncs all bookings of a customer at once.
    pub async fn sync_customer(
        &self,
        customer_id: &AccountId,
        assigned_status: Option<AssignedStatus>,
        actor: &Actor,
    ) -> Result<CustomerSynced, BookingError> {
        let (sync, status) = (
            SyncedBy::SyncAllCustomer.as_str(),
            assigned_status.map(AssignedStatus::as_str),
        );
        tracing::info!(sync, customer = %customer_id, status, step = "start", "sync started");
        self.expect_customer(customer_id).await?;
        tracing::info!(sync, customer = %customer_id, status, step = "user found", "user found");
        let command = CustomerSync {
            customer_id: customer_id.clone(),
            assigned_status,
            actor: actor.clone(),
            at: self.clock.now(),
        };
        let synced = self.repository.sync_customer(&command).await?;
        let CustomerSynced { total, created } = synced;
        tracing::info!(sync, customer = %customer_id, status, step = "done", total, created, "in step");
        Ok(synced)
    }

    /// Where bookings and mirrors are out of step.
    pub async fn drift(&self, page: Page) -> Result<Window<DriftItem>, BookingError> {
        Ok(self.repository.drift(page).await?)
    }

    /// Brings every mirror back in step, in bounded steps; only counts where `dry_run`.
    pub async fn reconcile(
        &self,
        dry_run: bool,
        actor: &Actor,
    ) -> Result<Reconciliation, BookingError> {
        let mut total = Reconciliation::default();
        let mut after = None;
        loop {
            let at = self.clock.now();
            let batch = ReconcileBatch {
                after,
                limit: BATCH,
                dry_run,
                actor: actor.clone(),
                at,
            };
            let (found, next) = self.repository.reconcile(&batch).await?;
            total = total.and(found);
            if next.is_none() {
                break;
            }
            after = next;
        }
        let Reconciliation {
            checked,
            missing,
            stale,
            wrong_user,
            orphan,
            healed,
        } = total;
        tracing::info!(
            dry_run,
            checked,
            missing,
            stale,
            wrong_user,
            orphan,
            healed,
            "reconciled"
        );
        Ok(total)
    }
}

fn call_of(kind: SyncedBy) -> Call {
    match kind {
        SyncedBy::BookingUpdate => Call::Update,
        SyncedBy::ManualSync => Call::ManualSync,
        SyncedBy::FindAndSync => Call::FindAndSync,
        SyncedBy::SyncAllCustomer => Call::SyncCustomer,
        SyncedBy::Reconcile => Call::Reconcile,
    }
}

#[cfg(test)]
mod tests;
