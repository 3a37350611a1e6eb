//! The object graph: the only place that makes repositories and services.

mod documents;
mod realtime;
mod shop;
mod user_directory;

use std::{sync::Arc, time::Duration};

use ::realtime::Realtime;
use accounts::{
    AccessTokens, AccountRepository, Accounts, AccountsAuthenticator, AccountsParts, LoginThrottle,
    PasswordCost, PasswordHasher, SeaAccountRepository, SeaOrganizationRepository,
    SeaServiceTokenRepository, SeaSessionRepository, ThrottleLimits,
};
use auth::Authenticator;
use axum::Router;
use bookings_sync::{Bookings, Partners, SeaBookingRepository, SeaPartnerRepository};
use chrono::TimeDelta;
use clock::{Clock, SystemClock};
use database::{Backend, Database};
use outbox::{Listener, Retention, Tail};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use self::realtime::Neighbours;
pub(crate) use self::{documents::Documents, shop::Shop, user_directory::UserDirectory};
use crate::{
    app::App,
    config::{Config, StartError, TokenLifetimes},
    health::Health,
    layers::{AnonymousLimit, Layers, TimeLimits},
    providers::{AccountDirectory, PartnerProfiles},
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
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) realtime: Realtime,
    pub(crate) users: UserDirectory,
    pub(crate) documents: Documents,
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

fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl Parts {
    /// All parts, over a database with the schema.
    pub(crate) async fn new(database: Database, config: &Config) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let shop = Shop::new(&database, &clock);
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
        let authenticator: Arc<dyn Authenticator> =
            Arc::new(AccountsAuthenticator::new(accounts.clone(), &database));
        let neighbours = Neighbours {
            authenticator: Arc::clone(&authenticator),
            bookings: bookings.clone(),
            partners: partners.clone(),
            stock: shop.stock.clone(),
        };
        let realtime = realtime::realtime(&database, &clock, neighbours, config);
        let tail = tail(&database, &shop, &realtime).await?;
        let users = UserDirectory::new(&database, &clock, config, realtime.progress())?;
        let documents = Documents::new(&database, &clock, &accounts, config, realtime.progress())?;
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
            authenticator,
            realtime,
            users,
            documents,
            health,
        })
    }
}

/// What hands recorded events on, to stock's cache and to the sockets.
async fn tail(
    database: &Database,
    shop: &Shop,
    realtime: &Realtime,
) -> Result<Arc<Tail>, StartError> {
    let listeners: Vec<Arc<dyn Listener>> = vec![Arc::new(shop.shown.clone()), realtime.listener()];
    let tail = Tail::start(database.clone(), listeners).await;
    let tail = tail.map_err(|error| StartError::because("DATABASE_URL", &error))?;
    realtime.begin_at(tail.position());
    Ok(Arc::new(tail))
}

impl App {
    /// Connects, brings the schema up to date, makes the first admin, and starts the workers.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let database = start::database(&config.storage).await?;
        let parts = Parts::new(database, config).await?;
        start::first_admin(&parts.accounts, config.first_admin.as_ref()).await?;
        if parts.database.backend() == Backend::Sqlite {
            // Nobody else uses an embedded database: a run under way is one of a process that is gone.
            parts.users.schedules.interrupt_all().await;
        }
        Ok(Self::assemble(parts, config))
    }

    pub(crate) fn assemble(parts: Parts, config: &Config) -> Self {
        Self::assemble_with(parts, config, Router::new())
    }

    /// The gateway with further routes, which stand in no document.
    pub(crate) fn assemble_with(parts: Parts, config: &Config, further: Router) -> Self {
        let workers = Workers::new(CancellationToken::new());
        let anonymous_limit = config
            .rate_limits
            .anonymous_per_minute
            .map(|limit| Arc::new(AnonymousLimit::new(limit)));
        let layers = Layers {
            clock: Arc::clone(&parts.clock),
            authenticator: Arc::clone(&parts.authenticator),
            trusted_proxies: config.trusted_proxies.clone().into(),
            cors_allowed_origins: config.cors_allowed_origins.clone(),
            time_limits: TimeLimits::default(),
            anonymous_limit: anonymous_limit.clone(),
        };
        let (routes, _) = router::routes(&parts);
        let stock = parts.shop.stock.clone();
        let retention = Arc::new(Retention::new(
            parts.database.clone(),
            Arc::clone(&parts.clock),
        ));
        workers::start_all(&workers, &parts, &retention, anonymous_limit);
        Self {
            front: layers.wrap(routes.merge(further), Some(stock)),
            workers,
            realtime: parts.realtime,
            database: parts.database,
            grace: config.shutdown_grace,
        }
    }
}
