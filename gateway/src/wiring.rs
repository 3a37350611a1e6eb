//! The object graph: the only file that makes repositories and services.

use std::{sync::Arc, time::Duration};

use accounts::{
    AccessTokens, AccountRepository, Accounts, AccountsAuthenticator, AccountsParts, LoginThrottle,
    PasswordCost, PasswordHasher, SeaAccountRepository, SeaOrganizationRepository,
    SeaServiceTokenRepository, SeaSessionRepository, ThrottleLimits,
};
use bookings_sync::{Bookings, Partners, SeaBookingRepository, SeaPartnerRepository};
use chrono::TimeDelta;
use clock::{Clock, SystemClock};
use database::Database;
use outbox::{Retention, Tail};
use secrecy::SecretString;
use stock::{
    Combiner, CommandQueue, Expiry, ProductRepository, QueueLimits, SeaProductRepository,
    SeaStockRepository, ShownProducts, Stock, StockParts, StockRepository, ValidationNews,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    config::{Config, StartError, TokenLifetimes},
    health::Health,
    layers::{AnonymousLimit, Layers, TimeLimits},
    providers::{AccountDirectory, PartnerProfiles, StockSockets},
    router, start, telemetry,
    workers::{self, Workers},
};

/// What the routes and the workers are made of.
pub(crate) struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) accounts: Accounts,
    pub(crate) partners: Partners,
    pub(crate) profiles: PartnerProfiles,
    pub(crate) bookings: Bookings,
    pub(crate) shop: Shop,
    pub(crate) health: Health,
}

/// The accounts' share of the configuration.
pub(crate) struct AccountSettings {
    pub(crate) jwt_secret: SecretString,
    pub(crate) lifetimes: TokenLifetimes,
    pub(crate) throttle: ThrottleLimits,
    pub(crate) password_cost: PasswordCost,
}

impl AccountSettings {
    fn of(config: &Config) -> Self {
        let failures = config
            .rate_limits
            .login_failures
            .map_or(0, std::num::NonZeroU32::get);
        Self {
            jwt_secret: config.secrets.jwt_secret.clone(),
            lifetimes: config.token_lifetimes,
            throttle: ThrottleLimits::after_failures(failures),
            password_cost: PasswordCost::RECOMMENDED,
        }
    }
}

/// The domains that know people, which need each other.
pub(crate) struct People {
    pub(crate) accounts: Accounts,
    directory: Arc<AccountDirectory>,
    partners: Partners,
    profiles: PartnerProfiles,
}

impl People {
    /// The people in `database`.
    pub(crate) fn new(
        database: &Database,
        clock: &Arc<dyn Clock>,
        settings: AccountSettings,
    ) -> Self {
        let kept: Arc<dyn AccountRepository> =
            Arc::new(SeaAccountRepository::new(database.clone()));
        let directory = Arc::new(AccountDirectory::new(Arc::clone(&kept)));
        let partners = Partners::new(
            Arc::new(SeaPartnerRepository::new(database.clone())),
            Arc::<AccountDirectory>::clone(&directory),
            Arc::clone(clock),
        );
        let profiles = PartnerProfiles::new(partners.clone());
        let AccountSettings {
            jwt_secret,
            lifetimes,
            throttle,
            password_cost,
        } = settings;
        let accounts = Accounts::new(AccountsParts {
            accounts: kept,
            sessions: Arc::new(SeaSessionRepository::new(database.clone())),
            service_tokens: Arc::new(SeaServiceTokenRepository::new(database.clone())),
            organizations: Arc::new(SeaOrganizationRepository::new(database.clone())),
            newcomers: Arc::new(profiles.clone()),
            passwords: PasswordHasher::new(password_cost),
            access_tokens: AccessTokens::new(
                &jwt_secret,
                span(lifetimes.access),
                Arc::clone(clock),
            ),
            throttle: LoginThrottle::new(throttle, Arc::clone(clock)),
            refresh_token_ttl: span(lifetimes.refresh),
            clock: Arc::clone(clock),
        });
        Self {
            accounts,
            directory,
            partners,
            profiles,
        }
    }
}

/// Stock, and what works for it beside the requests.
pub(crate) struct Shop {
    pub(crate) stock: Stock,
    pub(crate) sockets: StockSockets,
    pub(crate) combiner: Arc<Combiner>,
    pub(crate) expiry: Arc<Expiry>,
    pub(crate) news: ValidationNews,
    shown: ShownProducts,
}

impl Shop {
    /// The stock in `database`.
    pub(crate) fn new(database: &Database, clock: &Arc<dyn Clock>) -> Self {
        let units: Arc<dyn StockRepository> = Arc::new(SeaStockRepository::new(database.clone()));
        let products: Arc<dyn ProductRepository> =
            Arc::new(SeaProductRepository::new(database.clone()));
        let shown = ShownProducts::new(Arc::clone(&products));
        let news = ValidationNews::new(Arc::clone(&units), Arc::clone(clock));
        let (queue, combiner) =
            CommandQueue::new(&units, Arc::clone(clock), QueueLimits::default());
        let stock = Stock::new(StockParts {
            units: Arc::clone(&units),
            products,
            queue,
            shown: shown.clone(),
            news: news.clone(),
            clock: Arc::clone(clock),
        });
        Self {
            stock,
            sockets: StockSockets::default(),
            combiner: Arc::new(combiner),
            expiry: Arc::new(Expiry::new(units, Arc::clone(clock))),
            news,
            shown,
        }
    }
}

fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl Parts {
    /// All parts, over a database with the schema.
    pub(crate) async fn new(database: Database, config: &Config) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let shop = Shop::new(&database, &clock);
        let tail = Tail::start(database.clone(), vec![Arc::new(shop.shown.clone())]).await;
        let tail = Arc::new(tail.map_err(|error| StartError::because("DATABASE_URL", &error))?);
        let People {
            accounts,
            directory,
            partners,
            profiles,
        } = People::new(&database, &clock, AccountSettings::of(config));
        let bookings = Bookings::new(
            Arc::new(SeaBookingRepository::new(database.clone())),
            partners.clone(),
            directory,
            Arc::clone(&clock),
        );
        let health = Health {
            database: database.clone(),
            redis: config.redis_url.clone(),
            tail: Arc::clone(&tail),
            clock: Arc::clone(&clock),
            metrics: telemetry::metrics(),
        };
        Ok(Self {
            database,
            clock,
            tail,
            accounts,
            partners,
            profiles,
            bookings,
            shop,
            health,
        })
    }
}

impl App {
    /// Connects, brings the schema up to date, makes the first admin, and starts the workers.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let database = start::database(&config.storage).await?;
        let parts = Parts::new(database, config).await?;
        start::first_admin(&parts.accounts, config.first_admin.as_ref()).await?;
        Ok(Self::assemble(parts, config))
    }

    pub(crate) fn assemble(parts: Parts, config: &Config) -> Self {
        let workers = Workers::new(CancellationToken::new());
        let anonymous_limit = config
            .rate_limits
            .anonymous_per_minute
            .map(|limit| Arc::new(AnonymousLimit::new(limit)));
        let layers = Layers {
            clock: Arc::clone(&parts.clock),
            authenticator: Arc::new(AccountsAuthenticator::new(
                parts.accounts.clone(),
                &parts.database,
            )),
            trusted_proxies: config.trusted_proxies.clone().into(),
            cors_allowed_origins: config.cors_allowed_origins.clone(),
            time_limits: TimeLimits::default(),
            anonymous_limit: anonymous_limit.clone(),
        };
        let (routes, _) = router::routes(&parts);
        let retention = Arc::new(Retention::new(
            parts.database.clone(),
            Arc::clone(&parts.clock),
        ));
        workers::start_all(&workers, &parts, &retention, anonymous_limit);
        Self {
            router: layers.wrap(routes),
            workers,
            database: parts.database,
            grace: config.shutdown_grace,
        }
    }
}
