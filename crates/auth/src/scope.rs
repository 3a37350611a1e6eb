use std::{fmt, str::FromStr};

/// What a service token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Change products, stock and reservations.
    StockWrite,
    /// Read every booking.
    BookingsRead,
    /// Change and sync bookings, as an admin does.
    BookingsWrite,
    /// Sync the sales documents of the organization that the token is bound to.
    MetakockaSync,
    /// Read `/metrics`.
    MetricsRead,
}

/// A text that names no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of stock:write, bookings:read, bookings:write, metakocka:sync, metrics:read")]
pub struct UnknownScope;

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 5] = [
        Self::StockWrite,
        Self::BookingsRead,
        Self::BookingsWrite,
        Self::MetakockaSync,
        Self::MetricsRead,
    ];

    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StockWrite => "stock:write",
            Self::BookingsRead => "bookings:read",
            Self::BookingsWrite => "bookings:write",
            Self::MetakockaSync => "metakocka:sync",
            Self::MetricsRead => "metrics:read",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownScope)
    }
}

/// A scope as a type, for [`Scoped`](crate::Scoped).
pub trait RequiredScope: Send + Sync + 'static {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! required_scopes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl RequiredScope for $name {
            const SCOPE: Scope = Scope::$name;
        }
    )+};
}

required_scopes!(
    /// Asks for [`Scope::StockWrite`].
    StockWrite,
    /// Asks for [`Scope::BookingsRead`].
    BookingsRead,
    /// Asks for [`Scope::BookingsWrite`].
    BookingsWrite,
    /// Asks for [`Scope::MetakockaSync`].
    MetakockaSync,
    /// Asks for [`Scope::MetricsRead`].
    MetricsRead,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!("stock:all".parse::<Scope>(), Err(UnknownScope));
    }
}
