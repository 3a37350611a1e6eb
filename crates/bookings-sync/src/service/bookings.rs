use std::{collections::BTreeMap, sync::Arc};

use auth::{AccountId, Actor};
use clock::Clock;
use validation::{Money, Page};

use crate::{
    directory::Directory,
    error::BookingError,
    events::{self, Happening},
    model::{
        Booking, BookingDraft, BookingId, BookingNumber, Call, Edit, HistoryEntry, Mirror, Partner,
        Status, SyncedBy,
    },
    repository::{
        BookingFilter, BookingRepository, Inserted, Insertion, Record, Saved, SavedChange, Window,
    },
    service::Partners,
};

/// How often a change is decided anew when others were faster. Each time one of them got through, so this is how many
/// may change one booking at the same moment.
pub(super) const ATTEMPTS: u32 = 100;
/// How often a booking number is drawn.
const DRAWS: u32 = 10;

/// The use cases of bookings.
#[derive(Clone)]
pub struct Bookings {
    pub(super) repository: Arc<dyn BookingRepository>,
    pub(super) partners: Partners,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) clock: Arc<dyn Clock>,
}

/// Whose bookings somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Everybody's.
    Staff,
    /// One's own.
    Customer(AccountId),
    /// Those that one has to do.
    Partner(AccountId),
}

impl Viewer {
    /// Whether `booking` is among them.
    pub fn may_see(&self, booking: &Booking) -> bool {
        match self {
            Self::Staff => true,
            Self::Customer(id) => booking.customer_id == *id,
            Self::Partner(id) => booking.partner_id.as_ref() == Some(id),
        }
    }
}

/// A change of a booking that somebody asks for.
#[derive(Clone, Debug)]
pub enum Change {
    /// Staff edits fields.
    Edit(Edit),
    /// Staff gives it to a partner.
    Assign(AccountId),
    /// Its partner moves it on.
    ByPartner(AccountId, Status),
    /// Its customer calls it off.
    ByCustomer(AccountId, Status),
}

impl Change {
    fn apply(
        &self,
        booking: &Booking,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Booking, BookingError> {
        match self {
            Self::Edit(edit) => booking.edit(edit, now),
            Self::Assign(partner_id) => booking.assign(partner_id, now),
            Self::ByPartner(_, status) => booking.progress_by_partner(*status, now),
            Self::ByCustomer(_, status) => booking.progress_by_customer(*status, now),
        }
    }

    fn viewer(&self) -> Viewer {
        match self {
            Self::Edit(_) | Self::Assign(_) => Viewer::Staff,
            Self::ByPartner(id, _) => Viewer::Partner(id.clone()),
            Self::ByCustomer(id, _) => Viewer::Customer(id.clone()),
        }
    }

    fn call(&self) -> Call {
        match self {
            Self::Assign(_) => Call::Assign,
            _ => Call::Update,
        }
    }
}

impl Bookings {
    /// The use cases over these borders.
    pub fn new(
        repository: Arc<dyn BookingRepository>,
        partners: Partners,
        directory: Arc<dyn Directory>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            repository,
            partners,
            directory,
            clock,
        }
    }

    /// The present moment.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    /// Makes a booking, with its mirror.
    pub async fn create(
        &self,
        draft: BookingDraft,
        actor: &Actor,
    ) -> Result<Booking, BookingError> {
        self.expect_customer(&draft.customer_id).await?;
        if let Some(partner_id) = &draft.partner_id {
            self.partners.approved(partner_id).await?;
        }
        let now = self.clock.now();
        for attempt in 0..DRAWS {
            let booking = Booking::create(draft.clone(), BookingNumber::draw(attempt), now);
            let record = self
                .record((None, &booking), Call::Create, actor, None)
                .await?;
            let id = booking.id.clone();
            match self
                .repository
                .insert(&Insertion {
                    booking: booking.clone(),
                    record,
                })
                .await?
            {
                Inserted::Done => return Ok(booking),
                Inserted::IdTaken => return Err(BookingError::IdTaken(id)),
                Inserted::NumberTaken(number) => {
                    tracing::debug!(%number, "booking number taken, drawing another");
                }
            }
        }
        Err(BookingError::Contended(
            draft.id.unwrap_or_else(validation::Id::generate),
        ))
    }

    /// A booking that `viewer` may see.
    pub async fn find(&self, viewer: &Viewer, id: &BookingId) -> Result<Booking, BookingError> {
        let booking = self
            .repository
            .find(id)
            .await?
            .filter(|booking| viewer.may_see(booking));
        booking.ok_or_else(|| BookingError::NotFound(id.clone()))
    }

    /// Bookings that `viewer` may see, newest first.
    pub async fn list(
        &self,
        viewer: &Viewer,
        filter: BookingFilter,
        page: Page,
    ) -> Result<Window<Booking>, BookingError> {
        // A filter for somebody else's bookings and one's own have nothing in common.
        let foreign = |asked: &Option<AccountId>, own: &AccountId| {
            asked.as_ref().is_some_and(|asked| asked != own)
        };
        let filter = match viewer {
            Viewer::Staff => filter,
            Viewer::Customer(own) if foreign(&filter.customer_id, own) => {
                return Ok((Vec::new(), 0));
            }
            Viewer::Partner(own) if foreign(&filter.partner_id, own) => return Ok((Vec::new(), 0)),
            Viewer::Customer(own) => BookingFilter {
                customer_id: Some(own.clone()),
                ..filter
            },
            Viewer::Partner(own) => BookingFilter {
                partner_id: Some(own.clone()),
                ..filter
            },
        };
        Ok(self.repository.list(&filter, page).await?)
    }

    /// Changes a booking, with its mirror. `version`, where given, is the one that the caller knows.
    ///
    /// Without it a change that somebody else made meanwhile is kept, and this one is decided anew on top of it.
    pub async fn change(
        &self,
        id: &BookingId,
        change: &Change,
        (version, reason): (Option<i64>, Option<&str>),
        actor: &Actor,
    ) -> Result<Booking, BookingError> {
        for _ in 0..ATTEMPTS {
            let before = self.find(&change.viewer(), id).await?;
            check_version(&before, version)?;
            let after = change.apply(&before, self.clock.now())?;
            self.check_people(&before, &after).await?;
            if after == before {
                return Ok(after);
            }
            let record = self
                .record((Some(&before), &after), change.call(), actor, reason)
                .await?;
            let change = SavedChange {
                before,
                after: after.clone(),
                sync: None,
                record,
            };
            match self.repository.save(&change).await? {
                Saved::Done { .. } => return Ok(after),
                Saved::Stale => {
                    tracing::debug!(booking = %id, "booking changed meanwhile, deciding anew");
                }
            }
        }
        Err(BookingError::Contended(id.clone()))
    }

    /// Deletes a booking, and its mirror.
    pub async fn delete(&self, id: &BookingId, actor: &Actor) -> Result<(), BookingError> {
        for _ in 0..ATTEMPTS {
            let booking = self.find(&Viewer::Staff, id).await?;
            let history =
                HistoryEntry::done(&booking, Call::Delete, actor, Vec::new(), self.clock.now());
            let record = Record {
                history,
                facts: events::deleted(&booking, actor),
            };
            if self.repository.delete(&booking, &record).await? {
                return Ok(());
            }
        }
        Err(BookingError::Contended(id.clone()))
    }

    /// What was done to a booking, newest first. Staff may ask for a deleted one too.
    pub async fn history(
        &self,
        viewer: &Viewer,
        id: &BookingId,
        page: Page,
    ) -> Result<Window<HistoryEntry>, BookingError> {
        if *viewer != Viewer::Staff {
            self.find(viewer, id).await?;
        }
        let (entries, total) = self.repository.history(id, page).await?;
        if total == 0 {
            self.find(viewer, id).await?;
        }
        Ok((entries, total))
    }

    /// How many bookings are in each state, and what the completed ones brought, by currency.
    pub async fn figures(&self) -> Result<(BTreeMap<Status, u64>, Vec<Money>), BookingError> {
        Ok(self.repository.figures().await?)
    }

    /// What a customer's app shows. A user whom nobody knows, and who has no mirrors, is not found.
    pub async fn mirrors(
        &self,
        user_id: &AccountId,
        page: Page,
    ) -> Result<Window<Mirror>, BookingError> {
        let (mirrors, total) = self.repository.mirrors_of_user(user_id, page).await?;
        if total == 0 {
            self.expect_customer(user_id).await?;
        }
        Ok((mirrors, total))
    }

    /// One booking as a customer's app shows it.
    pub async fn mirror(
        &self,
        user_id: &AccountId,
        id: &BookingId,
    ) -> Result<Mirror, BookingError> {
        let mirror = self.repository.find_mirror(user_id, id).await?;
        mirror.ok_or_else(|| BookingError::NotFound(id.clone()))
    }

    pub(super) async fn expect_customer(&self, id: &AccountId) -> Result<(), BookingError> {
        if self.directory.is_customer(id).await? {
            Ok(())
        } else {
            Err(BookingError::UserNotFound(id.clone()))
        }
    }

    /// A new customer must exist; a new partner must exist and be approved.
    pub(super) async fn check_people(
        &self,
        before: &Booking,
        after: &Booking,
    ) -> Result<(), BookingError> {
        if after.customer_id != before.customer_id {
            self.expect_customer(&after.customer_id).await?;
        }
        match &after.partner_id {
            Some(partner_id) if before.partner_id.as_ref() != Some(partner_id) => {
                self.partners.approved(partner_id).await
            }
            _ => Ok(()),
        }
    }

    /// History and facts of a change.
    pub(super) async fn record(
        &self,
        (before, after): (Option<&Booking>, &Booking),
        call: Call,
        actor: &Actor,
        reason: Option<&str>,
    ) -> Result<Record, BookingError> {
        let is_offered = after.status == Status::PartnerAssigned && before != Some(after);
        let partner: Option<Partner> = match &after.partner_id {
            Some(id) if is_offered => self.partners.find_profile(id).await?,
            _ => None,
        };
        let happening = Happening {
            before,
            after,
            partner: partner.as_ref(),
            actor,
            reason,
        };
        let changes = after.changes_since(before);
        let at = self.clock.now();
        Ok(Record {
            history: HistoryEntry::done(after, call, actor, changes, at),
            facts: happening.facts(),
        })
    }

    /// Saves a sync; the booking may be as it was.
    pub(super) async fn save_sync(
        &self,
        before: Booking,
        after: Booking,
        (sync, call): (SyncedBy, Call),
        actor: &Actor,
    ) -> Result<Saved, BookingError> {
        let record = self
            .record((Some(&before), &after), call, actor, None)
            .await?;
        let change = SavedChange {
            before,
            after,
            sync: Some(sync),
            record,
        };
        Ok(self.repository.save(&change).await?)
    }
}

fn check_version(booking: &Booking, given: Option<i64>) -> Result<(), BookingError> {
    match given {
        Some(given) if given != booking.version => Err(BookingError::StaleVersion {
            id: booking.id.clone(),
            current: booking.version,
            given,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
