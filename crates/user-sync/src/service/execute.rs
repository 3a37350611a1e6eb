use auth::Actor;
use tokio::sync::oneshot;
use validation::{Email, Violations};

use super::{Pulse, UserSync, preview::keys};
use crate::{
    error::SyncError,
    model::{LocationId, Outcome, Phase, PlanId, Run, RunId, Trigger},
    progress::Subject,
    repository::{Applied, Began, Begin, Beginning, NewRun, Stale, Undoing},
    worker::{Job, Work},
};

/// What an admin wants to be carried out.
#[derive(Clone, Debug)]
pub struct Execute {
    /// The preview that they looked at.
    pub preview_id: PlanId,
    /// Users that are left as they are.
    pub exclude: Vec<Email>,
    /// Whether the guard is overridden.
    pub allow_large_deletion: bool,
}

/// A run that was begun, and how it ends.
#[derive(Debug)]
pub struct Begun {
    /// Its id.
    pub run_id: RunId,
    end: oneshot::Receiver<Result<Run, SyncError>>,
}

impl Begun {
    /// Waits for the end. The run goes on also when nobody waits any more.
    pub async fn end(self) -> Result<Run, SyncError> {
        self.end.await.unwrap_or(Err(SyncError::Interrupted))
    }
}

impl UserSync {
    /// Begins to carry out a preview: exactly what it showed.
    pub async fn execute(
        &self,
        location: LocationId,
        execute: Execute,
        actor: &Actor,
    ) -> Result<Begun, SyncError> {
        self.find_location(location).await?;
        let run = NewRun {
            allow_large_deletion: execute.allow_large_deletion,
            ..self.new_run(location, Trigger::Manual, actor)
        };
        let exclude = keys(&execute.exclude);
        let begin = Begin {
            plan_id: execute.preview_id,
            exclude,
            run,
            beginning: Beginning::New,
        };
        let changes = self.take_plan(&begin).await?;
        self.enqueue(begin.run.id, Work::Apply(changes)).await
    }

    /// Takes a plan for a run, or says why not.
    pub(super) async fn take_plan(&self, begin: &Begin) -> Result<u64, SyncError> {
        match self.parts().sync.begin(begin).await? {
            Began::Done(changes) => Ok(changes),
            Began::Missing => Err(SyncError::PreviewNotFound(begin.plan_id.clone())),
            Began::Used(run) => Err(SyncError::Used(run)),
            Began::Expired => Err(SyncError::Expired),
            Began::Stale(stale) => Err(SyncError::Stale(stale)),
            Began::Blocked(verdict) => Err(SyncError::Blocked(verdict)),
            Began::Interrupted => Err(SyncError::Interrupted),
            Began::NotInPlan(emails) => {
                let mut violations = Violations::default();
                for email in emails {
                    let place = begin.exclude.iter().position(|given| *given == email);
                    let field = format!("exclude[{}]", place.unwrap_or_default());
                    violations.add(field, "is nobody of this preview");
                }
                Err(violations.into())
            }
        }
    }

    /// Hands a run to the runner. One that finds no place there ends at once.
    pub(super) async fn enqueue(&self, run_id: RunId, work: Work) -> Result<Begun, SyncError> {
        let (told, end) = oneshot::channel();
        let job = Job {
            run_id: run_id.clone(),
            work,
            told,
        };
        if self.jobs().try_send(job).is_err() {
            let error = SyncError::Overloaded;
            self.end_failed(&run_id, &error).await;
            return Err(error);
        }
        Ok(Begun { run_id, end })
    }

    /// Begins to take a run back.
    pub async fn undo(&self, undone: &RunId, actor: &Actor) -> Result<Begun, SyncError> {
        let before = self.find_run(undone).await?;
        let run = self.new_run(before.location_id, Trigger::Undo, actor);
        match self.parts().sync.begin_undo(undone, &run).await? {
            Undoing::Begun => self.enqueue(run.id, Work::Undo).await,
            Undoing::Missing => Err(SyncError::RunNotFound(undone.clone())),
            Undoing::NotCompleted => Err(SyncError::NotUndoable),
            Undoing::Undone(by) => Err(SyncError::Undone(by)),
            Undoing::Busy(other) => Err(SyncError::Busy(other)),
        }
    }

    /// Carries out the plan of a run.
    pub(crate) async fn apply(
        &self,
        run: &RunId,
        changes: u64,
        pulse: &Pulse,
    ) -> Result<(), SyncError> {
        pulse.hold_row();
        self.tell(Subject::Run(run.clone()), Phase::Executing, 0, changes);
        let applied = self.parts().sync.apply(run, self.now()).await?;
        applied_or(applied)
    }

    /// Takes back what the run is to take back.
    pub(crate) async fn take_back(&self, run: &RunId, pulse: &Pulse) -> Result<(), SyncError> {
        pulse.hold_row();
        let applied = self.parts().sync.undo(run, self.now()).await?;
        applied_or(applied)
    }

    /// Writes down why a run failed. Where that is not possible its lease ends it.
    pub(crate) async fn end_failed(&self, run: &RunId, error: &SyncError) {
        let failure = Outcome {
            code: error.code().to_owned(),
            error: error.told(),
        };
        if let Err(error) = self.parts().sync.fail(run, &failure, self.now()).await {
            tracing::warn!(%error, %run, "a failed run could not be ended");
        }
    }

    /// The run as it ended, told to all who watch.
    pub(crate) async fn ended(&self, run: &RunId) -> Result<Run, SyncError> {
        let run = self.find_run(run).await?;
        let (_, done, total) = run.progress;
        self.tell(Subject::Run(run.id.clone()), Phase::Done, done, total);
        Ok(run)
    }
}

fn applied_or(applied: Applied) -> Result<(), SyncError> {
    match applied {
        Applied::Done => Ok(()),
        Applied::Stale(Stale::OtherRun(run)) => Err(SyncError::Busy(run)),
        Applied::Stale(stale) => Err(SyncError::Stale(stale)),
        Applied::Interrupted => Err(SyncError::Interrupted),
    }
}
