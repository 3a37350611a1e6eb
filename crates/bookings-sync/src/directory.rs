use std::error::Error;

use async_trait::async_trait;
use auth::AccountId;

/// Knows who the people are. The accounts domain provides it.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Directory: Send + Sync {
    /// Whether there is a customer with this id.
    async fn is_customer(&self, id: &AccountId) -> Result<bool, DirectoryError>;

    /// The partner's account; `None` if there is none, or it is somebody else's.
    async fn find_partner(&self, id: &AccountId) -> Result<Option<PartnerAccount>, DirectoryError>;
}

/// What an account says of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerAccount {
    /// The account.
    pub id: AccountId,
    /// Their name.
    pub name: String,
    /// Their address for mail.
    pub email: String,
    /// Their phone.
    pub phone: Option<String>,
}

/// The accounts cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the directory of accounts failed")]
pub struct DirectoryError {
    /// Whether asking later makes sense.
    pub is_unavailable: bool,
    /// Why.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}
