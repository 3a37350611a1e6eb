use std::num::NonZeroU32;

use super::{StartError, variables::Variables};

/// How often somebody may do something. `None` is: as often as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests without a valid token, an address and minute.
    pub anonymous_per_minute: Option<NonZeroU32>,
    /// Failed sign-ins of one e-mail before it has to wait; ten times that for one address.
    pub login_failures: Option<NonZeroU32>,
    /// Events that one socket may send in a second; twice that at once.
    pub socket_events_per_second: Option<NonZeroU32>,
}

impl RateLimits {
    pub(super) fn read(variables: &Variables<'_>) -> Result<Self, StartError> {
        let limit = |name, default| {
            variables
                .number(name, default, 0..=1_000_000)
                .map(NonZeroU32::new)
        };
        Ok(Self {
            anonymous_per_minute: limit("RATE_LIMIT_ANONYMOUS_PER_MINUTE", 600)?,
            login_failures: limit("RATE_LIMIT_LOGIN_FAILURES", 5)?,
            socket_events_per_second: limit("RATE_LIMIT_SOCKET_EVENTS_PER_SECOND", 50)?,
        })
    }
}
