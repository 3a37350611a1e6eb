#![doc = include_str!("../README.md")]

mod address;
mod authenticator;
mod caller;
mod extract;
mod layer;
mod scope;
mod wire;

pub use address::{ClientAddress, ClientScheme};
pub use authenticator::{AuthError, Authenticator};
pub use caller::{
    Account, AccountId, Actor, Caller, Identity, Organization, OrganizationId, Role, ServiceToken,
};
pub use extract::{Admin, OrganizationMember, Scoped, Session};
pub use layer::{Authentication, authenticate, identify};
pub use scope::{
    BookingsRead, BookingsWrite, MetakockaSync, MetricsRead, RequiredScope, Scope, StockWrite,
};
