use auth::OrganizationId;
use chrono::{DateTime, Utc};
use validation::{Id, Text};

use super::{Content, Mode};

/// The kind of a [`DocumentId`].
#[derive(Clone, Copy, Debug)]
pub enum Document {}

/// The id of a sales document, unique within its organization.
pub type DocumentId = Id<Document>;

/// A sales document of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesDocument {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its id.
    pub id: DocumentId,
    /// One made in test mode shows in test mode only.
    pub mode: Mode,
    /// What both sides keep of it.
    pub content: Content,
    /// What the CRM calls its state; Metakocka's is taken over when it is pulled, ours is not sent.
    pub status: Text<50>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i64,
}
