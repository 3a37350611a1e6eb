use validation::Email;

use super::{Doubt, Profile};

/// A user as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteUser {
    /// `id_user`.
    pub remote_id: Option<String>,
    /// Where it is written to, or what it is called where nobody writes.
    pub email: Email,
    /// What the server says of it.
    pub profile: Profile,
    /// `status_user` is not 0.
    pub is_active: bool,
}

/// A row that is no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRow {
    /// Its place among all rows, from 1.
    pub row: u64,
    /// `id_user`, where it has one: a user that is known by it stays as it is.
    pub remote_id: Option<String>,
    /// What is wrong with it.
    pub error: String,
}

/// All that a server said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its users, in its order; one may stand there twice.
    pub users: Vec<RemoteUser>,
    /// Rows that are none.
    pub invalid: Vec<InvalidRow>,
    /// Why it may not be all.
    pub doubts: Vec<Doubt>,
}
