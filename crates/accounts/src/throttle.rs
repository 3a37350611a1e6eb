use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use auth::ClientAddress;
use chrono::TimeDelta;
use clock::Clock;
use moka::sync::Cache;
use validation::Email;

use crate::model::{Arrivals, Strikes};

/// Keys that are remembered at most; those used least go first.
const CAPACITY: u64 = 100_000;
/// Guessing one account's password slowly is what waits are for.
const EMAIL_MEMORY: TimeDelta = TimeDelta::hours(24);
/// Behind one address there may be many honest people who mistype.
const ADDRESS_MEMORY: TimeDelta = TimeDelta::hours(1);
/// An address may fail as often as this many e-mail addresses.
const EMAILS_PER_ADDRESS: u32 = 10;

/// How often one may fail or register. 0: as often as one likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// Failures after which an e-mail address has to wait; an address that ten times as many came from.
    pub login_failures: u32,
    /// Registrations a minute from one address.
    pub registrations_per_minute: u32,
}

impl ThrottleLimits {
    /// The limits for `RATE_LIMIT_LOGIN_FAILURES`: 0 lets one register as often as one likes, too.
    pub fn after_failures(login_failures: u32) -> Self {
        Self {
            login_failures,
            registrations_per_minute: if login_failures == 0 { 0 } else { 20 },
        }
    }
}

impl Default for ThrottleLimits {
    fn default() -> Self {
        Self::after_failures(5)
    }
}

/// Makes guessing slow, for known and unknown e-mail addresses alike. Each node counts for itself.
#[derive(Clone, Debug)]
pub struct LoginThrottle {
    limits: ThrottleLimits,
    clock: Arc<dyn Clock>,
    emails: Counters<String, Strikes>,
    addresses: Counters<IpAddr, Strikes>,
    registrations: Counters<IpAddr, Arrivals>,
}

/// How an attempt ended that was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Succeeded,
    Failed,
}

/// One counter a key. What nobody has asked for in a day is forgotten.
type Counters<K, V> = Cache<K, Arc<Mutex<V>>>;

fn counters<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static>() -> Counters<K, V> {
    Cache::builder()
        .max_capacity(CAPACITY)
        .time_to_idle(Duration::from_hours(24))
        .build()
}

impl LoginThrottle {
    /// Counts up to `limits`.
    pub fn new(limits: ThrottleLimits, clock: Arc<dyn Clock>) -> Self {
        Self {
            limits,
            clock,
            emails: counters(),
            addresses: counters(),
            registrations: counters(),
        }
    }

    /// How long an attempt has to wait; an attempt that has to changes nothing.
    pub(crate) fn check(&self, email: &Email, address: ClientAddress) -> Result<(), TimeDelta> {
        if self.limits.login_failures == 0 {
            return Ok(());
        }
        let now = self.clock.now();
        let wait = |strikes: Option<Arc<Mutex<Strikes>>>| {
            strikes.and_then(|s| locked(&s, |s| s.wait(now)))
        };
        let (email, address) = (
            self.emails.get(&email.key()),
            self.addresses.get(&network(address)),
        );
        wait(email).max(wait(address)).map_or(Ok(()), Err)
    }

    /// Counts how an attempt ended. One that ends while others have to wait is refused as if it had begun now: a
    /// thousand guesses at once learn no more than the first few.
    pub(crate) fn settle(
        &self,
        email: &Email,
        address: ClientAddress,
        attempt: Attempt,
    ) -> Result<(), TimeDelta> {
        self.check(email, address)?;
        let limit = self.limits.login_failures;
        match attempt {
            Attempt::Succeeded => self.emails.invalidate(&email.key()),
            Attempt::Failed if limit == 0 => {}
            Attempt::Failed => {
                let now = self.clock.now();
                let by_email = self.emails.get_with(email.key(), Arc::default);
                locked(&by_email, |strikes| strikes.fail(now, limit, EMAIL_MEMORY))?;
                let by_address = self.addresses.get_with(network(address), Arc::default);
                let limit = limit.saturating_mul(EMAILS_PER_ADDRESS);
                locked(&by_address, |strikes| {
                    strikes.fail(now, limit, ADDRESS_MEMORY)
                })?;
            }
        }
        Ok(())
    }

    /// Counts a registration, or says how long it has to wait.
    pub(crate) fn admit_registration(&self, address: ClientAddress) -> Result<(), TimeDelta> {
        let limit = usize::try_from(self.limits.registrations_per_minute).unwrap_or(usize::MAX);
        if limit == 0 {
            return Ok(());
        }
        let arrivals = self.registrations.get_with(network(address), Arc::default);
        locked(&arrivals, |arrivals| {
            arrivals.admit(self.clock.now(), limit)
        })
    }
}

fn locked<T, R>(counter: &Mutex<T>, work: impl FnOnce(&mut T) -> R) -> R {
    work(&mut counter.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whoever has one IPv6 address has the 2^64 beside it.
fn network(ClientAddress(address): ClientAddress) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        IpAddr::V4(address) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use clock::{FixedClock, SystemClock};

    use super::*;

    fn throttle(login_failures: u32) -> (LoginThrottle, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let limits = ThrottleLimits {
            login_failures,
            registrations_per_minute: 2 * login_failures,
        };
        (
            LoginThrottle::new(limits, Arc::<FixedClock>::clone(&clock)),
            clock,
        )
    }

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    fn address(text: &str) -> ClientAddress {
        ClientAddress(text.parse().unwrap())
    }

    fn seconds(count: i64) -> Result<(), TimeDelta> {
        Err(TimeDelta::seconds(count))
    }

    #[test]
    fn an_email_waits_whatever_its_case_and_another_does_not() {
        let (throttle, clock) = throttle(2);
        let here = address("10.0.0.1");
        for _ in 0..2 {
            throttle
                .settle(&email("a@b.c"), here, Attempt::Failed)
                .unwrap();
        }
        assert_eq!(throttle.check(&email("A@B.C"), here), seconds(30));
        assert_eq!(throttle.check(&email("d@b.c"), here), Ok(()));
        clock.advance(TimeDelta::seconds(29));
        assert_eq!(
            throttle.settle(&email("a@b.c"), here, Attempt::Failed),
            seconds(1)
        );
        clock.advance(TimeDelta::seconds(1));
        throttle
            .settle(&email("a@b.c"), here, Attempt::Failed)
            .unwrap();
        assert_eq!(throttle.check(&email("a@b.c"), here), seconds(60));
    }

    #[test]
    fn an_address_waits_after_ten_times_as_many() {
        let (throttle, _) = throttle(2);
        for i in 0..20 {
            assert_eq!(
                throttle.check(&email(&format!("{i}@b.c")), address("10.0.0.1")),
                Ok(())
            );
            throttle
                .settle(
                    &email(&format!("{i}@b.c")),
                    address("10.0.0.1"),
                    Attempt::Failed,
                )
                .unwrap();
        }
        assert_eq!(
            throttle.check(&email("new@b.c"), address("::ffff:10.0.0.1")),
            seconds(30)
        );
        assert_eq!(
            throttle.check(&email("new@b.c"), address("10.0.0.2")),
            Ok(())
        );
    }

    #[test]
    fn a_good_login_resets_the_email() {
        let (throttle, _) = throttle(2);
        for _ in 0..3 {
            throttle
                .settle(&email("a@b.c"), address("10.0.0.1"), Attempt::Failed)
                .unwrap();
            throttle
                .settle(&email("a@b.c"), address("10.0.0.1"), Attempt::Succeeded)
                .unwrap();
        }
        assert_eq!(throttle.check(&email("a@b.c"), address("10.0.0.1")), Ok(()));
    }

    #[test]
    fn a_right_guess_among_many_at_once_is_not_told() {
        let (throttle, _) = throttle(1);
        throttle
            .settle(&email("a@b.c"), address("10.0.0.1"), Attempt::Failed)
            .unwrap();
        assert_eq!(
            throttle.settle(&email("a@b.c"), address("10.0.0.1"), Attempt::Succeeded),
            seconds(30)
        );
        assert_eq!(
            throttle.check(&email("a@b.c"), address("10.0.0.1")),
            seconds(30)
        );
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let (throttle, _) = throttle(1);
        throttle.admit_registration(address("2001:db8::1")).unwrap();
        throttle.admit_registration(address("2001:db8::2")).unwrap();
        assert!(throttle.admit_registration(address("2001:db8::3")).is_err());
        assert!(
            throttle
                .admit_registration(address("2001:db8:0:1::1"))
                .is_ok()
        );
    }

    #[test]
    fn zero_turns_it_off() {
        let (throttle, _) = throttle(0);
        for _ in 0..100 {
            throttle
                .settle(&email("a@b.c"), address("10.0.0.1"), Attempt::Failed)
                .unwrap();
            throttle.admit_registration(address("10.0.0.1")).unwrap();
        }
        assert_eq!(throttle.check(&email("a@b.c"), address("10.0.0.1")), Ok(()));
    }
}
