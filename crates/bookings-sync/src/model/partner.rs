use std::{fmt, str::FromStr};

use auth::AccountId;
use chrono::{DateTime, Utc};
use validation::{Money, Text};

use super::BookingId;
use crate::error::PartnerError;

/// How far we know that a partner is who they say they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KycStatus {
    /// No document yet.
    NotSubmitted,
    /// A document waits for an admin.
    Pending,
    /// An admin said yes: bookings may be assigned.
    Approved,
    /// An admin said no.
    Rejected,
}

/// A text that names no such state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of not_submitted, pending, approved, rejected")]
pub struct UnknownKycStatus;

impl KycStatus {
    /// All states.
    pub const ALL: [Self; 4] = [
        Self::NotSubmitted,
        Self::Pending,
        Self::Approved,
        Self::Rejected,
    ];

    /// Its name in answers and filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSubmitted => "not_submitted",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for KycStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KycStatus {
    type Err = UnknownKycStatus;

    fn from_str(text: &str) -> Result<Self, UnknownKycStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownKycStatus)
    }
}

/// The paper that shows who a partner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KycDocument {
    /// `passport`, `id_card`, …
    pub document_type: Text<200>,
    /// The number on it.
    pub document_number: Text<200>,
    /// Where a picture of it is.
    pub document_url: Text<2000>,
}

/// What an admin says of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KycDecision {
    /// It will do.
    Approve,
    /// It will not, and why.
    Reject(Option<Text<4000>>),
}

/// Somebody who does the work.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// Their account.
    pub id: AccountId,
    /// Their name.
    pub name: String,
    /// Their address for mail.
    pub email: String,
    /// Their phone.
    pub phone: Option<String>,
    /// What they do.
    pub services: Vec<Text<200>>,
    /// How customers rate them, 1 to 5; nobody has yet.
    pub rating: Option<f64>,
    /// How far we know them.
    pub kyc_status: KycStatus,
    /// The document that was sent in last.
    pub kyc_document: Option<KycDocument>,
    /// Why it was rejected.
    pub kyc_reason: Option<Text<4000>>,
    /// When it was sent in.
    pub kyc_submitted_at: Option<DateTime<Utc>>,
    /// When an admin decided.
    pub kyc_decided_at: Option<DateTime<Utc>>,
    /// When they registered.
    pub created_at: DateTime<Utc>,
    /// When this was changed last.
    pub updated_at: DateTime<Utc>,
}

impl Partner {
    /// Somebody new, of whom no document is known.
    pub fn register(
        id: AccountId,
        (name, email, phone): (String, String, Option<String>),
        services: Vec<Text<200>>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            name,
            email,
            phone,
            services,
            rating: None,
            kyc_status: KycStatus::NotSubmitted,
            kyc_document: None,
            kyc_reason: None,
            kyc_submitted_at: None,
            kyc_decided_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Sends in a document. An approved partner needs none.
    pub fn submit(&self, document: KycDocument, now: DateTime<Utc>) -> Result<Self, PartnerError> {
        if self.kyc_status == KycStatus::Approved {
            return Err(PartnerError::AlreadyApproved);
        }
        Ok(Self {
            kyc_status: KycStatus::Pending,
            kyc_document: Some(document),
            kyc_reason: None,
            kyc_submitted_at: Some(now),
            kyc_decided_at: None,
            updated_at: now,
            ..self.clone()
        })
    }

    /// Decides on the document that was sent in. A decision may be revised.
    pub fn decide(&self, decision: KycDecision, now: DateTime<Utc>) -> Result<Self, PartnerError> {
        if self.kyc_status == KycStatus::NotSubmitted {
            return Err(PartnerError::NothingSubmitted);
        }
        let (kyc_status, kyc_reason) = match decision {
            KycDecision::Approve => (KycStatus::Approved, None),
            KycDecision::Reject(reason) => (KycStatus::Rejected, reason),
        };
        Ok(Self {
            kyc_status,
            kyc_reason,
            kyc_decided_at: Some(now),
            updated_at: now,
            ..self.clone()
        })
    }
}

/// What a partner earned by one completed booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earning {
    /// Which booking.
    pub booking_id: BookingId,
    /// Its number.
    pub booking_number: String,
    /// How much.
    pub amount: Money,
    /// When the booking was completed.
    pub earned_at: DateTime<Utc>,
}
