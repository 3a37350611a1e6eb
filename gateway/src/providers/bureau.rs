use std::sync::Arc;

use accounts::{AccountFilter, AccountRepository};
use api_error::ApiError;
use async_trait::async_trait;
use auth::Role;
use bookings_sync::{Bookings, KycStatus, Partners};
use realtime::{Bureau, Figures};
use serde_json::json;
use stock::Stock;
use validation::Page;

use super::people::refused;

/// The dashboard's figures; each domain counts its own.
pub(crate) struct DomainBureau {
    /// Counts people.
    pub(crate) accounts: Arc<dyn AccountRepository>,
    /// Counts those who do the work.
    pub(crate) partners: Partners,
    /// Counts the work.
    pub(crate) bookings: Bookings,
    /// Counts products.
    pub(crate) stock: Stock,
}

impl DomainBureau {
    async fn accounts_of(&self, role: Role) -> Result<u64, ApiError> {
        let filter = AccountFilter {
            role: Some(role),
            ..AccountFilter::default()
        };
        let (_, total) = self.accounts.list(&filter, one()).await.map_err(refused)?;
        Ok(total)
    }

    async fn partners_in(&self, status: KycStatus) -> Result<u64, ApiError> {
        let (_, total) = self.partners.list(Some(status), None, one()).await?;
        Ok(total)
    }
}

/// The smallest page: only how many there are in all matters.
fn one() -> Page {
    Page::new(Some(1), Some(1)).unwrap_or_default()
}

#[async_trait]
impl Bureau for DomainBureau {
    async fn count(&self) -> Result<Figures, ApiError> {
        let (by_status, revenue) = self.bookings.figures().await?;
        let by_status = by_status.into_iter();
        let revenue = revenue.into_iter().map(
            |money| json!({"amount": money.amount_json(), "currency": money.currency().code()}),
        );
        let (products, out_of_stock) = self.stock.figures().await?;
        Ok(Figures {
            bookings_by_status: by_status
                .map(|(status, count)| (status.as_str().to_owned(), count))
                .collect(),
            customers: self.accounts_of(Role::Customer).await?,
            partners: self.accounts_of(Role::Partner).await?,
            active_partners: self.partners_in(KycStatus::Approved).await?,
            pending_kyc: self.partners_in(KycStatus::Pending).await?,
            revenue: revenue.collect(),
            products,
            out_of_stock,
        })
    }
}
