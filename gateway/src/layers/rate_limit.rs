use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use api_error::ApiError;
use auth::{Authentication, ClientAddress};
use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};

/// Paths that whoever watches over the gateway may ask as often as they like; and sockets, which sign in behind the
/// request, and count what they send themselves.
const EXEMPT: [&str; 4] = ["/healthz", "/readyz", "/socket.io", "/socket.io/"];

/// Says of a request that it has been counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted;

/// How often somebody without a valid token may call, for each address.
#[derive(Debug)]
pub(crate) struct AnonymousLimit {
    limiter: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
    clock: DefaultClock,
}

impl AnonymousLimit {
    /// `per_minute` calls, which may also come all at once.
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        let clock = DefaultClock::default();
        let limiter = RateLimiter::dashmap_with_clock(Quota::per_minute(per_minute), clock.clone());
        Self { limiter, clock }
    }

    /// Forgets addresses that have their whole quota again.
    pub(crate) fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }

    /// Counts a call; when to come again where it is one too many.
    fn count(&self, address: IpAddr) -> Result<(), Duration> {
        let counted = self.limiter.check_key(&household(address));
        counted.map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

/// What one customer of a network provider has: an IPv4 address, or 64 bits of IPv6.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

impl AnonymousLimit {
    /// The refusal of a call that is over the limit, unless it comes with a valid token.
    pub(super) fn refusal(
        &self,
        request: &Request,
        authentication: &Authentication,
    ) -> Option<Response> {
        if matches!(authentication, Authentication::Known(_))
            || EXEMPT.contains(&request.uri().path())
            || request.extensions().get::<Counted>().is_some()
        {
            return None;
        }
        let nowhere = ClientAddress(Ipv6Addr::UNSPECIFIED.into());
        let address = request.extensions().get().copied().unwrap_or(nowhere);
        self.refusal_of(address.0)
    }

    /// The refusal of a stranger's call that is over the limit of their address.
    pub(super) fn refusal_of(&self, address: IpAddr) -> Option<Response> {
        let wait = self.count(address).err()?;
        Some(ApiError::rate_limited(wait).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_quota() {
        let limit = AnonymousLimit::new(NonZeroU32::new(2).unwrap());
        let [a, b]: [IpAddr; 2] = ["1.1.1.1".parse().unwrap(), "1.1.1.2".parse().unwrap()];
        assert!(limit.count(a).is_ok() && limit.count(a).is_ok());
        let wait = limit.count(a).unwrap_err();
        assert!(
            wait > Duration::from_secs(20) && wait <= Duration::from_secs(30),
            "{wait:?}"
        );
        assert!(limit.count(b).is_ok());
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let limit = AnonymousLimit::new(NonZeroU32::MIN);
        assert!(limit.count("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limit.count("2001:db8::2".parse().unwrap()).is_err());
        assert!(limit.count("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }

    #[test]
    fn addresses_that_may_call_again_are_forgotten() {
        let limit = AnonymousLimit::new(NonZeroU32::new(1_000_000).unwrap());
        for n in 0..1_000 {
            limit.count(IpAddr::V4(n.into())).unwrap();
        }
        // A call is made good after 60 µs.
        std::iter::repeat_with(|| limit.forget_idle())
            .take(1_000)
            .find(|()| limit.limiter.is_empty());
        assert!(limit.limiter.is_empty());
    }
}
