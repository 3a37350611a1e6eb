use std::sync::Arc;

use clock::Clock;
use credentials::Vault;
use database::Database;
use realtime::ProgressFeed;
use user_sync::{
    Credentials, Patience, RemoteUsers, Runner, Schedules, SeaLocationRepository,
    SeaSyncRepository, SeaUserRepository, UserSync, UserSyncParts,
};

use crate::{
    config::{Config, StartError},
    providers::SyncProgress,
};

/// The users of other servers, and what works for them beside the requests.
pub(crate) struct UserDirectory {
    pub(crate) service: UserSync,
    pub(crate) runner: Arc<Runner>,
    pub(crate) schedules: Arc<Schedules>,
}

impl UserDirectory {
    /// The directory in `database`.
    pub(crate) fn new(
        database: &Database,
        clock: &Arc<dyn Clock>,
        config: &Config,
        progress: ProgressFeed,
    ) -> Result<Self, StartError> {
        let api = &config.external_api;
        let client = outbound::client(config.outbound, api.timeout)
            .map_err(|error| StartError::because("the machine", &error))?;
        let credentials = api.credentials.clone();
        let (service, runner) = UserSync::new(UserSyncParts {
            locations: Arc::new(SeaLocationRepository::new(database.clone())),
            users: Arc::new(SeaUserRepository::new(database.clone())),
            sync: Arc::new(SeaSyncRepository::new(database.clone())),
            remote: RemoteUsers::new(client, Patience::default()),
            vault: Vault::new(&config.secrets.credentials_key),
            reach: config.outbound,
            common: credentials.map(|(email, password)| Credentials { email, password }),
            progress: Arc::new(SyncProgress(progress)),
            clock: Arc::clone(clock),
        });
        Ok(Self {
            runner: Arc::new(runner),
            schedules: Arc::new(Schedules::new(service.clone())),
            service,
        })
    }
}
