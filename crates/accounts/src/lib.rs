#![doc = include_str!("../README.md")]

mod access_tokens;
mod authenticator;
mod error;
mod http;
mod model;
mod newcomers;
mod passwords;
mod repository;
mod service;
#[cfg(test)]
mod testing;
mod throttle;

pub use access_tokens::{AccessTokens, SigningError};
pub use authenticator::AccountsAuthenticator;
pub use error::AccountsError;
pub use http::{RegisterRequest, SignedInBody, UserBody, router, signed_in};
pub use model::{
    Account, AccountChange, AccountFilter, AccountUpdate, Family, FamilyId, Member, MemberRole,
    Name, NewAccount, NewOrganization, NewServiceToken, Organization, Password, PasswordError,
    PasswordHash, Phone, Presented, Profile, RefreshSecret, RefreshToken, Registration, Renewal,
    SecretHash, ServiceSecret, ServiceToken, ServiceTokenId, SignedIn, UnknownMemberRole, Who,
};
pub use newcomers::{NewcomerError, Newcomers};
pub use passwords::{HashingError, PasswordCost, PasswordHasher};
pub use repository::{
    AccountRepository, OrganizationRepository, Renewed, RepositoryError, SeaAccountRepository,
    SeaOrganizationRepository, SeaServiceTokenRepository, SeaSessionRepository,
    ServiceTokenRepository, SessionRepository,
};
pub use service::{Accounts, AccountsParts};
pub use throttle::{LoginThrottle, ThrottleLimits};
