use async_trait::async_trait;
use metakocka::{Progress, RunProgress};
use realtime::ProgressFeed;
use serde_json::json;

/// Admins see how far runs of document syncs are, on every node.
#[derive(Clone, Debug)]
pub(crate) struct DocumentProgress(pub(crate) ProgressFeed);

#[async_trait]
impl Progress for DocumentProgress {
    async fn tell(&self, progress: &RunProgress) {
        let payload = json!({
            "runId": progress.run_id,
            "total": progress.counts.total,
            "synced": progress.counts.synced,
            "failed": progress.counts.failed,
            "skipped": progress.counts.skipped,
        });
        self.0.tell("metakocka:progress", payload);
    }
}
