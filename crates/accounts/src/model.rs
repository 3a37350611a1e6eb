mod account;
mod organization;
mod password;
mod secret;
mod service_token;
mod session;
mod strikes;

pub use account::{
    Account, AccountChange, AccountFilter, AccountUpdate, Name, NewAccount, Phone, Profile,
    Registration,
};
pub use organization::{Member, MemberRole, NewOrganization, Organization, UnknownMemberRole, Who};
pub use password::{Password, PasswordError, PasswordHash};
pub use secret::{RefreshSecret, SecretHash, ServiceSecret};
pub use service_token::{NewServiceToken, ServiceToken, ServiceTokenId};
pub use session::{Family, FamilyId, Presented, RefreshToken, Renewal, SignedIn};
pub(crate) use strikes::{Arrivals, Strikes};
