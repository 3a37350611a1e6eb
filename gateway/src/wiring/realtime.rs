//! Real time and what it needs of its neighbours.

use std::sync::Arc;

use accounts::SeaAccountRepository;
use auth::Authenticator;
use bookings_sync::{Bookings, Partners};
use clock::Clock;
use database::Database;
use realtime::{
    Realtime, RealtimeParts, SeaLiveRepository, SeaMessageRepository, SeaNotificationRepository,
};
use stock::Stock;

use crate::{
    config::Config,
    providers::{AccountPeople, DomainBureau, SocketDesk},
    reactions::Reactions,
};

/// The domains that real time asks.
pub(super) struct Neighbours {
    pub(super) authenticator: Arc<dyn Authenticator>,
    pub(super) bookings: Bookings,
    pub(super) partners: Partners,
    pub(super) stock: Stock,
}

/// Real time over `database`.
pub(super) fn realtime(
    database: &Database,
    clock: &Arc<dyn Clock>,
    neighbours: Neighbours,
    config: &Config,
) -> Realtime {
    let accounts = Arc::new(SeaAccountRepository::new(database.clone()));
    Realtime::new(RealtimeParts {
        database: database.clone(),
        clock: Arc::clone(clock),
        authenticator: neighbours.authenticator,
        messages: Arc::new(SeaMessageRepository::new(database.clone())),
        notifications: Arc::new(SeaNotificationRepository::new(database.clone())),
        live: Arc::new(SeaLiveRepository::new(database.clone())),
        people: Arc::new(AccountPeople::new(accounts.clone())),
        desk: Arc::new(SocketDesk::new(neighbours.bookings.clone())),
        bureau: Arc::new(DomainBureau {
            accounts,
            partners: neighbours.partners,
            bookings: neighbours.bookings,
            stock: neighbours.stock,
        }),
        herald: Arc::new(Reactions),
        redis_url: config.redis_url.as_ref().map(|redis| redis.url.clone()),
        events_per_second: config.rate_limits.socket_events_per_second,
    })
}
