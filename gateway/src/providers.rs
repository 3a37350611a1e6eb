//! What one domain needs and another has.

mod directory;
mod partner_profiles;
mod stock_sockets;

pub(crate) use self::{
    directory::AccountDirectory, partner_profiles::PartnerProfiles, stock_sockets::StockSockets,
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
