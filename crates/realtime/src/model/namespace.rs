use auth::Role;

/// Where a client connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// `/`: stock, for everybody.
    Stock,
    /// `/customer`
    Customer,
    /// `/partner`
    Partner,
    /// `/admin`
    Admin,
}

impl Namespace {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Stock, Self::Customer, Self::Partner, Self::Admin];

    /// Its path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "/",
            Self::Customer => "/customer",
            Self::Partner => "/partner",
            Self::Admin => "/admin",
        }
    }

    /// The one at `path`.
    pub fn parse(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == path)
    }

    /// Who may connect; `None` is everybody.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Stock => None,
            Self::Customer => Some(Role::Customer),
            Self::Partner => Some(Role::Partner),
            Self::Admin => Some(Role::Admin),
        }
    }
}
