use super::{Source, Status};

/// A user of a location in brief: as much of it as tells whether a server says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its e-mail in lower case.
    pub email_key: String,
    /// See [`Profile::fingerprint`](super::Profile::fingerprint).
    pub fingerprint: i64,
    /// Whether it may work.
    pub status: Status,
    /// Where it came from.
    pub source: Source,
    /// Its `id_user` on the server.
    pub remote_id: Option<String>,
}

/// All users of a location in brief: as they were at the revision, or as they became while they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The number that counts the changes of these users.
    pub revision: i64,
    /// Who they are, in no order.
    pub users: Vec<Outline>,
}
