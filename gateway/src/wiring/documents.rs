use std::{sync::Arc, time::Duration};

use accounts::Accounts;
use chrono::TimeDelta;
use clock::Clock;
use credentials::Vault;
use database::Database;
use metakocka::{
    HttpMetakocka, Metakocka, MetakockaParts, Policy, RetryPolicy, SeaDocumentRepository,
    SeaRunRepository, SeaSettings, SeaSyncBooks, SyncWorker,
};
use outbound::RemoteUrl;
use realtime::ProgressFeed;

use crate::{
    config::{Config, StartError},
    providers::{DocumentProgress, OrganizationAdmins, TestCompanies},
};

/// Sales documents, and what works for them beside the requests.
pub(crate) struct Documents {
    pub(crate) metakocka: Metakocka,
    pub(crate) worker: SyncWorker,
}

fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl Documents {
    /// The sales documents in `database`.
    pub(crate) fn new(
        database: &Database,
        clock: &Arc<dyn Clock>,
        accounts: &Accounts,
        config: &Config,
        progress: ProgressFeed,
    ) -> Result<Self, StartError> {
        let settings = &config.metakocka;
        let base_url = RemoteUrl::parse(&settings.base_url, config.outbound)
            .map_err(|error| StartError::because("METAKOCKA_BASE_URL", &error))?;
        let client = outbound::client(config.outbound, settings.timeout)
            .map_err(|error| StartError::because("METAKOCKA_BASE_URL", &error))?;
        let metakocka = Metakocka::new(MetakockaParts {
            documents: Arc::new(SeaDocumentRepository::new(database.clone())),
            books: Arc::new(SeaSyncBooks::new(database.clone())),
            settings: Arc::new(SeaSettings::new(database.clone())),
            runs: Arc::new(SeaRunRepository::new(database.clone())),
            erp: Arc::new(HttpMetakocka::new(client)),
            members: Arc::new(OrganizationAdmins::new(accounts.clone())),
            test_company: Arc::new(TestCompanies::default()),
            progress: Arc::new(DocumentProgress(progress)),
            vault: Vault::new(&config.secrets.credentials_key),
            clock: Arc::clone(clock),
            policy: Policy {
                base_url,
                reach: config.outbound,
                timeout: span(settings.timeout),
                retry: RetryPolicy {
                    base: span(settings.retry_base),
                    max_attempts: settings.retry_max_attempts,
                },
                test_mode: settings.test_mode,
            },
        });
        Ok(Self {
            worker: SyncWorker::new(metakocka.clone()),
            metakocka,
        })
    }
}
