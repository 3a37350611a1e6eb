//! What one domain needs and another has.

mod booking_desk;
mod bureau;
mod directory;
mod document_progress;
mod organization_admins;
mod partner_profiles;
mod people;
mod stock_sockets;
mod sync_progress;
mod test_companies;

pub(crate) use self::{
    booking_desk::SocketDesk, bureau::DomainBureau, directory::AccountDirectory,
    document_progress::DocumentProgress, organization_admins::OrganizationAdmins,
    partner_profiles::PartnerProfiles, people::AccountPeople, stock_sockets::StockSockets,
    sync_progress::SyncProgress, test_companies::TestCompanies,
};

use accounts::{Account, Phone};
use bookings_sync::PartnerAccount;

/// An account of a partner, as bookings see it.
fn partner_account(account: &Account) -> PartnerAccount {
    PartnerAccount {
        id: account.id.clone(),
        name: account.name.to_string(),
        email: account.email.to_string(),
        phone: account.phone.clone().map(Phone::into_string),
    }
}
