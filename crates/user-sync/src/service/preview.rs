use validation::{Email, Page};

use super::{Pulse, UserSync};
use crate::{
    error::SyncError,
    model::{
        Change, ChangeKind, Compared, Comparison, DirectoryUser, InvalidRow, Lists, LocationId,
        Phase, Plan, PlanId, Reading, Roster, SyncLocation,
    },
    progress::Subject,
    repository::Window,
};

/// How many local users are met at once.
const CHUNK: usize = 1_000;

/// A plan, and what an admin looks at.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The plan.
    pub plan: Plan,
    /// Whose users.
    pub location: SyncLocation,
    /// What happens to whom.
    pub lists: Lists,
}

impl UserSync {
    /// Reads a location's server and says what a sync would do. Changes no user.
    ///
    /// When the caller goes away the server is not read any further.
    pub async fn preview(&self, id: LocationId) -> Result<Preview, SyncError> {
        let location = self.find_location(id).await?;
        let plan_id = PlanId::generate();
        let subject = Subject::Preview(plan_id.clone());
        let pulse = Pulse::default();
        let preview = self.plan(location, plan_id, (&subject, &pulse)).await?;
        let total = preview.plan.counts.total;
        self.tell(subject, Phase::Done, total, total);
        Ok(preview)
    }

    /// Reads the server, compares, and writes the plan.
    pub(super) async fn plan(
        &self,
        location: SyncLocation,
        id: PlanId,
        (subject, pulse): (&Subject, &Pulse),
    ) -> Result<Preview, SyncError> {
        let server = self.server(&location)?;
        let tell = |done, total| {
            pulse.note(done, total);
            self.tell(subject.clone(), Phase::Fetching, done, total);
        };
        let remote = async {
            let reading = self.parts().remote.read(&server, &tell).await;
            reading.map_err(SyncError::from)
        };
        // The server takes its time; meanwhile its location's users are read here.
        let local = async {
            let roster = self.parts().users.roster(location.id).await;
            roster.map_err(SyncError::from)
        };
        let (reading, roster) = tokio::try_join!(remote, local)?;
        let roster = self.fresh(&location, roster).await?;
        let base_revision = roster.revision;
        let mut compared = self.compare(&location, reading, roster).await?;
        let now = self.now();
        let plan = Plan {
            id,
            location_id: location.id,
            base_revision,
            base: compared.base,
            counts: compared.counts,
            active: compared.active,
            doubts: std::mem::take(&mut compared.doubts),
            run_id: None,
            created_at: now,
            expires_at: now + Plan::LIFETIME,
        };
        self.parts().sync.save_plan(&plan, &compared).await?;
        Ok(Preview {
            plan,
            location,
            lists: shown(compared),
        })
    }

    /// The users as they are now, where they were changed while the server was read.
    async fn fresh(&self, location: &SyncLocation, roster: Roster) -> Result<Roster, SyncError> {
        let users = &self.parts().users;
        if users.revision(location.id).await? == roster.revision {
            return Ok(roster);
        }
        drop(roster);
        Ok(users.roster(location.id).await?)
    }

    /// Holds the server's users against those of the location. One that changes between the two looks at it makes the
    /// plan stale, for its revision is that of the first.
    async fn compare(
        &self,
        location: &SyncLocation,
        reading: Reading,
        roster: Roster,
    ) -> Result<Compared, SyncError> {
        let mut comparison = Comparison::new(reading);
        let to_meet = comparison.look_over(&roster);
        drop(roster);
        for keys in to_meet.chunks(CHUNK) {
            let users = &self.parts().users;
            for user in users.list_by_email(location.id, keys).await? {
                comparison.meet(user);
            }
        }
        Ok(comparison.finish())
    }

    /// A preview that was made before, with the beginnings of its lists.
    pub async fn find_preview(&self, id: &PlanId) -> Result<Plan, SyncError> {
        let found = self.parts().sync.find_plan(id).await?;
        found.ok_or_else(|| SyncError::PreviewNotFound(id.clone()))
    }

    /// Changes of one kind that a preview showed.
    pub async fn list_changes(
        &self,
        plan: &Plan,
        kind: ChangeKind,
        page: Page,
    ) -> Result<Window<Change>, SyncError> {
        Ok(self.parts().sync.list_changes(&plan.id, kind, page).await?)
    }

    /// Users that a preview leaves as they are.
    pub async fn list_unchanged(
        &self,
        plan: &Plan,
        page: Page,
    ) -> Result<Window<DirectoryUser>, SyncError> {
        Ok(self.parts().sync.list_unchanged(plan, page).await?)
    }

    /// Rows that were no users.
    pub async fn list_invalid(
        &self,
        plan: &Plan,
        page: Page,
    ) -> Result<Window<InvalidRow>, SyncError> {
        Ok(self.parts().sync.list_invalid(&plan.id, page).await?)
    }
}

/// The first thousand of each kind.
fn shown(compared: Compared) -> Lists {
    let mut seen = std::collections::HashMap::new();
    let mut lists = compared.lists;
    lists.changes.retain(|change| {
        let count: &mut usize = seen.entry(change.kind).or_default();
        *count += 1;
        *count <= Lists::LONGEST
    });
    lists.changes.shrink_to_fit();
    lists.invalid.truncate(Lists::LONGEST);
    lists
}

/// E-mails as they are compared.
pub(super) fn keys(emails: &[Email]) -> Vec<String> {
    emails.iter().map(Email::key).collect()
}
