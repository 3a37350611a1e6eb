//! The servers of others: three of users and a Metakocka, simulated on free ports of this machine.

use std::io;

use simulators::{
    metakocka::{Company, Product, Server, Simulator},
    users::{self, User, UserServer},
};

/// The company's number at Metakocka.
pub(super) const ERP_COMPANY: &str = "1600";
/// Its key there.
pub(super) const ERP_KEY: &str = "demo-secret-key";

/// The number of the location Dev.
const DEV: i64 = 8;
/// The number of the location Test.
pub(super) const TEST: i64 = 7;
/// The number of the location Prod.
const PROD: i64 = 1;
/// How many users its server has.
const PRODUCTION: u32 = 800;

/// A location whose users come from a server of its own.
#[derive(Debug)]
pub(super) struct Site {
    /// The location's number.
    pub(super) id: i64,
    pub(super) name: &'static str,
    pub(super) server: UserServer,
}

/// All of them. They end when it is dropped.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) sites: [Site; 3],
    pub(super) erp: Server,
}

impl Outside {
    /// Starts them.
    pub(super) async fn start() -> io::Result<Self> {
        Ok(Self {
            sites: [
                Site::start(DEV, "Dev", users::dev()).await?,
                Site::start(TEST, "Test", users::test_before()).await?,
                Site::start(PROD, "Prod", production()).await?,
            ],
            erp: erp().await?,
        })
    }

    /// The location of a name, whatever its case.
    pub(super) fn site(&self, name: &str) -> Option<&Site> {
        let mut sites = self.sites.iter();
        sites.find(|site| site.name.eq_ignore_ascii_case(name))
    }

    /// The users are those of today, and the servers a little slow, so that there is something to see.
    pub(super) fn begin(&self) {
        for site in &self.sites {
            site.server.set_users(site.users());
            site.server.behave(|behavior| {
                behavior.sign_in_ms = 300;
                behavior.page_ms = 500;
            });
        }
    }

    /// Nothing goes wrong any more.
    pub(super) fn heal(&self) {
        for site in &self.sites {
            site.server.heal();
            site.server.set_users(site.users());
        }
        self.erp.heal();
    }
}

impl Site {
    async fn start(id: i64, name: &'static str, users: Vec<User>) -> io::Result<Self> {
        let server = UserServer::start(users).await?;
        Ok(Self { id, name, server })
    }

    /// Whom its server has today.
    fn users(&self) -> Vec<User> {
        match self.id {
            DEV => users::dev(),
            TEST => users::test(),
            _ => production(),
        }
    }
}

/// The server of those who work for real: enough of them for several pages.
fn production() -> Vec<User> {
    let mut all = users::production();
    let others = users::people(PRODUCTION);
    all.extend(others.into_iter().filter(|one| one.id != 1));
    all
}

async fn erp() -> io::Result<Server> {
    let mut company = Company::new(ERP_COMPANY, ERP_KEY).with(|settings| {
        settings.call_ms = 60;
        settings.sells_anything = true;
    });
    company
        .products
        .extend(super::shop::articles().map(|(code, name)| Product {
            code: code.to_owned(),
            name: name.to_owned(),
            unit: "kos".to_owned(),
            service: false,
        }));
    let simulator = Simulator::default();
    simulator.open(company);
    simulator.serve().await
}
