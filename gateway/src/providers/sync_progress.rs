use realtime::ProgressFeed;
use serde_json::json;
use user_sync::{Progress, ProgressReport, Subject};

/// Admins see how far previews and runs are, on every node.
#[derive(Clone, Debug)]
pub(crate) struct SyncProgress(pub(crate) ProgressFeed);

impl Progress for SyncProgress {
    fn tell(&self, report: &ProgressReport) {
        let (name, id) = match &report.subject {
            Subject::Preview(id) => ("previewId", id.to_string()),
            Subject::Run(id) => ("runId", id.to_string()),
        };
        let payload = json!({
            name: id,
            "phase": report.phase.as_str(),
            "done": report.done,
            "total": report.total,
        });
        self.0.tell("user-sync:progress", payload);
    }
}
