use async_trait::async_trait;
use auth::OrganizationId;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use metakocka::{ErpAccess, TestCompany};
use outbound::{Reach, RemoteUrl};
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use simulators::metakocka::{Company, Server, Simulator};
use tokio::sync::OnceCell;

/// The simulated Metakocka of test mode: one on this machine, begun when it is first asked for, with a company for each
/// organization. It forgets everything with the process.
#[derive(Default)]
pub(crate) struct TestCompanies(OnceCell<Simulation>);

struct Simulation {
    simulator: Simulator,
    server: Server,
    /// Nobody else on this machine knows it.
    key: SecretString,
    known: std::sync::Mutex<std::collections::HashSet<OrganizationId>>,
}

impl TestCompanies {
    async fn simulation(&self) -> Option<&Simulation> {
        let begun = self.0.get_or_try_init(|| async {
            let simulator = Simulator::default();
            let server = simulator.serve().await?;
            let key: [u8; 24] = rand::rng().random();
            let key = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(key));
            Ok::<_, std::io::Error>(Simulation {
                simulator,
                server,
                key,
                known: std::sync::Mutex::default(),
            })
        });
        match begun.await {
            Ok(simulation) => Some(simulation),
            Err(error) => {
                tracing::error!(%error, "the simulated Metakocka of test mode cannot listen");
                None
            }
        }
    }
}

#[async_trait]
impl TestCompany for TestCompanies {
    async fn access(&self, organization: &OrganizationId) -> Option<ErpAccess> {
        let simulation = self.simulation().await?;
        let is_new = simulation
            .known
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(organization.clone());
        if is_new {
            let key = simulation.key.expose_secret();
            // Whoever tries it out has articles of their own.
            let company = Company::new(organization.as_str(), key)
                .with(|settings| settings.sells_anything = true);
            simulation.simulator.open(company);
        }
        Some(ErpAccess {
            base_url: RemoteUrl::parse(&simulation.server.url(), Reach::Everywhere).ok()?,
            company_id: organization.to_string(),
            secret_key: simulation.key.clone(),
        })
    }
}
