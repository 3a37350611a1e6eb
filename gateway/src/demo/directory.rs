//! The locations whose users come from servers of their own, one of them with a little past.

use anyhow::Result;
use auth::Actor;
use outbound::{Reach, RemoteUrl};
use simulators::users;
use tokio_util::sync::CancellationToken;
use user_sync::{Credentials, Execute, LocationDraft, LocationId, SyncError, UserSync};
use validation::{Email, Text};

use super::outside::{Outside, Site, TEST};

/// Adds the locations.
pub(super) async fn locations(sync: &UserSync, outside: &Outside) -> Result<()> {
    for site in &outside.sites {
        sync.create_location(draft(site)?).await?;
    }
    Ok(())
}

fn draft(site: &Site) -> Result<LocationDraft> {
    Ok(LocationDraft {
        id: Some(LocationId::new(site.id)?),
        code: Text::parse(&site.name.to_uppercase())?,
        name: Text::parse(site.name)?,
        online_url: RemoteUrl::parse(&site.server.url(), Reach::Everywhere)?,
        credentials: Some(Credentials {
            email: Email::parse(users::EMAIL)?,
            password: users::PASSWORD.into(),
        }),
    })
}

/// Syncs Test as it was some time ago; then its server changes, and there is something to preview.
pub(super) async fn past(
    sync: UserSync,
    outside: std::sync::Arc<Outside>,
    stop: CancellationToken,
) {
    match stop.run_until_cancelled(sync_once(&sync)).await {
        Some(Err(error)) => tracing::warn!(%error, "the demo's directory has no past"),
        Some(Ok(())) => tracing::debug!("the demo's directory has a past"),
        None => {}
    }
    outside.begin();
}

async fn sync_once(sync: &UserSync) -> Result<(), SyncError> {
    let test = LocationId::new(TEST).map_err(|_| SyncError::Interrupted)?;
    let preview = sync.preview(test).await?;
    let execute = Execute {
        preview_id: preview.plan.id,
        exclude: Vec::new(),
        allow_large_deletion: false,
    };
    let run = sync.execute(test, execute, &Actor::system()).await?;
    run.end().await.map(|_| ())
}
