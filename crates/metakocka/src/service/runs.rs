//! Many documents at once: while somebody waits, or as a run that outlives the request and the node.

mod report;

use std::{convert::Infallible, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream};

use self::report::item;
pub use self::report::{BulkReport, BulkWish};
use super::{Metakocka, pause, pull::Asked, pull::Winner, remote_list::import_filter, trouble};
use crate::{
    erp::{Search, SearchOrder},
    error::SyncError,
    model::{AttemptOutcome, Direction, DocumentId, DocumentType},
    ports::RunProgress,
    repository::{ItemOutcome, Lease, Run, RunCounts, RunItem, RunKind, RunStatus, Scope},
};

/// Documents under way at a time: more than calls, so that no call waits for our own database.
const AT_ONCE: usize = 4;
/// Documents between two notes of how far a run is.
const BATCH: u32 = 20;
/// How long a run waits for a node that died. However long a batch takes, a node that lives prolongs it all the time.
const RUN_LEASE: TimeDelta = TimeDelta::seconds(15);
/// How often it does.
const HEARTBEAT: Duration = Duration::from_secs(3);

/// What was taken over of one window.
struct Imported {
    items: Vec<RunItem>,
    /// Where the next one begins.
    next: u32,
    /// Whether nothing is left that only another look would bring.
    is_whole: bool,
}

/// What became of the work on a run.
enum Worked {
    Done {
        /// All changes before that are here.
        seen_until: Option<DateTime<Utc>>,
    },
    /// Another node has it.
    Lost,
}

impl Metakocka {
    /// Brings many documents to Metakocka and waits until all were tried. One that fails stops no other.
    pub async fn push_many(&self, scope: &Scope, wish: BulkWish) -> Result<BulkReport, SyncError> {
        self.company(scope).await?;
        let ids = match wish {
            BulkWish::These(ids) => ids,
            BulkWish::All => self.unsynced(scope).await?,
        };
        Ok(BulkReport::of(
            self.each(scope, Direction::Push, ids).await?,
        ))
    }

    async fn unsynced(&self, scope: &Scope) -> Result<Vec<String>, SyncError> {
        let ids = self.parts().books.unsynced(scope).await?;
        Ok(ids.iter().map(ToString::to_string).collect())
    }

    /// Brings many documents of Metakocka's here and waits until all were tried.
    pub async fn pull_many(&self, scope: &Scope, wish: BulkWish) -> Result<BulkReport, SyncError> {
        self.company(scope).await?;
        match wish {
            BulkWish::These(ids) => {
                let items = self.each(scope, Direction::Pull, ids);
                Ok(BulkReport::of(items.await?))
            }
            BulkWish::All => {
                let mut all = Vec::new();
                for document_type in DocumentType::ALL {
                    let mut offset = 0;
                    while let Some(window) = self
                        .import_window(scope, document_type, (None, self.now(), offset))
                        .await?
                    {
                        all.extend(window.items);
                        offset = window.next;
                    }
                }
                Ok(BulkReport::of(all))
            }
        }
    }

    /// Tries each of `ids`. Only what fails for all of them is an error.
    async fn each(
        &self,
        scope: &Scope,
        direction: Direction,
        ids: Vec<String>,
    ) -> Result<Vec<RunItem>, SyncError> {
        let attempts = stream::iter(ids.into_iter().enumerate()).map(|(place, id)| async move {
            let outcome = match direction {
                Direction::Push => self.push_named(scope, &id).await,
                Direction::Pull => self
                    .pull(scope, &id, None)
                    .await
                    .map(|pulled| (pulled.outcome, Some(pulled.document.to_string()))),
            };
            match outcome {
                Err(SyncError::Storage(error)) => Err(SyncError::Storage(error)),
                outcome => Ok((place, item(id, outcome))),
            }
        });
        // One that waits for somebody else holds up none behind it.
        let items: Vec<_> = attempts.buffer_unordered(AT_ONCE).collect().await;
        let mut items = items.into_iter().collect::<Result<Vec<_>, SyncError>>()?;
        items.sort_by_key(|(place, _)| *place);
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    async fn push_named(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<(AttemptOutcome, Option<String>), SyncError> {
        let id = DocumentId::parse(id).map_err(|_| SyncError::DocumentNotFound)?;
        let report = self.push(&scope.key(&id)).await?;
        Ok((report.outcome?, report.mapping.metakocka_id))
    }

    /// Takes over one window of all that changed; `None` behind the last.
    async fn import_window(
        &self,
        scope: &Scope,
        document_type: DocumentType,
        (from, to, offset): (Option<DateTime<Utc>>, DateTime<Utc>, u32),
    ) -> Result<Option<Imported>, SyncError> {
        let company = self.ready_company(scope).await?;
        let search = Search {
            document_type,
            filter: import_filter(document_type, from, to),
            order: SearchOrder::OldestFirst,
            offset,
            limit: Search::MAX,
        };
        let found = self.search(&company, search).await?;
        let shown = found.documents.len() + found.unreadable.len();
        if shown == 0 {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(shown);
        let mut is_whole = found.unreadable.is_empty();
        for remote in &found.documents {
            let how = (Asked::InBulk, Winner::Nobody);
            let outcome = match self.take_over(scope, remote, how).await {
                Err(SyncError::Storage(error)) => return Err(SyncError::Storage(error)),
                outcome => {
                    // A conflict stands in the books, and needs no second look.
                    is_whole &= matches!(outcome, Ok(_) | Err(SyncError::Conflict));
                    outcome.map(|pulled| (pulled.outcome, Some(pulled.document.to_string())))
                }
            };
            let mut item = item(remote.id.clone(), outcome);
            item.outcome.get_or_insert(ItemOutcome::Failed);
            items.push(item);
        }
        items.extend(found.unreadable.into_iter().map(|unreadable| RunItem {
            subject: unreadable.id,
            outcome: Some(ItemOutcome::Failed),
            counterpart: None,
            error: Some(unreadable.reason),
        }));
        let next = offset.saturating_add(u32::try_from(shown).unwrap_or(u32::MAX));
        Ok(Some(Imported {
            items,
            next,
            is_whole,
        }))
    }

    /// Starts a run, which some node works through.
    pub async fn start_run(
        &self,
        scope: &Scope,
        direction: Direction,
        wish: BulkWish,
    ) -> Result<Run, SyncError> {
        self.company(scope).await?;
        let now = self.now();
        let (kind, subjects) = match (direction, wish) {
            (Direction::Push, BulkWish::These(ids)) => (RunKind::Push, ids),
            (Direction::Push, BulkWish::All) => (RunKind::Push, self.unsynced(scope).await?),
            (Direction::Pull, BulkWish::These(ids)) => (RunKind::Pull, ids),
            (Direction::Pull, BulkWish::All) => (
                RunKind::Import {
                    from: None,
                    to: now,
                },
                Vec::new(),
            ),
        };
        let run = self.new_run(scope, kind);
        self.parts().runs.insert(&run, &subjects).await?;
        Ok(run)
    }

    pub(super) fn new_run(&self, scope: &Scope, kind: RunKind) -> Run {
        Run {
            id: uuid::Uuid::now_v7().to_string(),
            scope: scope.clone(),
            kind,
            status: RunStatus::Running,
            error: None,
            created_at: self.now(),
            finished_at: None,
        }
    }

    /// A run, and how far it is.
    pub async fn find_run(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<(Run, RunCounts, Vec<RunItem>), SyncError> {
        let found = self.parts().runs.find(scope, id).await?;
        found.ok_or(SyncError::RunNotFound)
    }

    /// Works through the oldest run that nobody works on. `false` where there is none.
    pub async fn work_on_a_run(&self) -> Result<bool, SyncError> {
        let mut lease = self.run_lease();
        let claimed = self.parts().runs.claim(&lease, self.now()).await?;
        let Some(mut run) = claimed else {
            return Ok(false);
        };
        let held = lease.clone();
        let work = async {
            match run.kind.clone() {
                RunKind::Import { from, to } => self.import(&run, &mut lease, (from, to)).await,
                RunKind::Push | RunKind::Pull => self.work_through(&run, &mut lease).await,
            }
        };
        let outcome = tokio::select! {
            outcome = work => outcome,
            never = self.hold_run(&run, held) => match never {},
        };
        let mut seen_until = None;
        match outcome {
            Ok(Worked::Done { seen_until: seen }) => {
                run.status = RunStatus::Completed;
                seen_until = seen;
            }
            // Another node has it.
            Ok(Worked::Lost) => return Ok(true),
            // The next node goes on where this one stopped.
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                trouble::log_other(&run.scope, "run", &error);
                run.status = RunStatus::Failed;
                run.error = Some(error.to_string());
            }
        }
        run.finished_at = Some(self.now());
        let holder = &lease.holder;
        self.parts().runs.finish(&run, holder, seen_until).await?;
        let found = self.parts().runs.find(&run.scope, &run.id).await?;
        let counts = found.map(|(_, counts, _)| counts).unwrap_or_default();
        self.tell(&run, counts, true).await;
        Ok(true)
    }

    fn run_lease(&self) -> Lease {
        Lease {
            until: self.now() + RUN_LEASE,
            ..self.new_lease()
        }
    }

    /// Prolongs the lease of a run for as long as this is polled. Where it is lost the work finds out by itself, when it
    /// notes what it did.
    pub(super) async fn hold_run(&self, run: &Run, mut lease: Lease) -> Infallible {
        loop {
            pause(HEARTBEAT).await;
            lease.until = self.now() + RUN_LEASE;
            // What cannot be written now is written in a moment, long before the lease ends.
            let _ = self.parts().runs.renew(&run.id, &lease).await;
        }
    }

    async fn work_through(&self, run: &Run, lease: &mut Lease) -> Result<Worked, SyncError> {
        loop {
            let ids = self.parts().runs.waiting(&run.id, BATCH).await?;
            let is_end = ids.is_empty();
            let direction = run.kind.direction();
            let items = self.each(&run.scope, direction, ids).await?;
            if !self.note_items(run, lease, &items).await? {
                return Ok(Worked::Lost);
            }
            if is_end {
                return Ok(Worked::Done { seen_until: None });
            }
        }
    }

    async fn import(
        &self,
        run: &Run,
        lease: &mut Lease,
        (from, to): (Option<DateTime<Utc>>, DateTime<Utc>),
    ) -> Result<Worked, SyncError> {
        let mut is_whole = true;
        for document_type in DocumentType::ALL {
            let mut offset = 0;
            while let Some(window) = self
                .import_window(&run.scope, document_type, (from, to, offset))
                .await?
            {
                if !self.note_items(run, lease, &window.items).await? {
                    return Ok(Worked::Lost);
                }
                is_whole &= window.is_whole;
                offset = window.next;
            }
        }
        Ok(Worked::Done {
            seen_until: is_whole.then_some(to),
        })
    }

    async fn note_items(
        &self,
        run: &Run,
        lease: &mut Lease,
        items: &[RunItem],
    ) -> Result<bool, SyncError> {
        lease.until = self.now() + RUN_LEASE;
        let noted = self.parts().runs.note_items(&run.id, lease, items).await?;
        if let Some(counts) = noted {
            self.tell(run, counts, false).await;
        }
        Ok(noted.is_some())
    }

    async fn tell(&self, run: &Run, counts: RunCounts, is_finished: bool) {
        let progress = RunProgress {
            organization: run.scope.organization.clone(),
            run_id: run.id.clone(),
            counts,
            is_finished,
        };
        self.parts().progress.tell(&progress).await;
    }
}
