use std::collections::{HashMap, hash_map::Entry};

use validation::Email;

use super::{Doubt, Profile, Source, Status};

/// A user as the server knows it, in one piece of memory: there may be a million of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteUser {
    /// The fields, one behind the other; one that is missing is empty, for none is empty otherwise.
    text: Box<str>,
    /// Where each of them ends.
    ends: [u16; FIELDS],
    /// As a user of the directory who came from the server and is active.
    fingerprint: i64,
    is_active: bool,
}

const FIELDS: usize = 6;

impl RemoteUser {
    /// A user: its `id_user`, its address, what the server says of it, and whether `status_user` is not 0.
    pub fn new(remote_id: Option<&str>, email: &Email, profile: &Profile, is_active: bool) -> Self {
        let fields = [
            remote_id,
            Some(email.as_str()),
            profile.name.as_deref(),
            profile.phone.as_deref(),
            profile.role.as_deref(),
            profile.company.as_deref(),
        ];
        let fields = fields.map(Option::unwrap_or_default);
        let mut text = String::with_capacity(fields.iter().map(|field| field.len()).sum());
        let ends = fields.map(|field| {
            text.push_str(field);
            // Two hundred characters each are far below.
            u16::try_from(text.len()).unwrap_or(u16::MAX)
        });
        Self {
            text: text.into_boxed_str(),
            ends,
            fingerprint: profile.fingerprint(&email.key(), Status::Active, Source::Sync),
            is_active,
        }
    }

    fn field(&self, place: usize) -> Option<&str> {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        let range = usize::from(start)..usize::from(self.ends[place]);
        let field = self.text.get(range);
        field.filter(|field| !field.is_empty())
    }

    /// `id_user`.
    pub fn remote_id(&self) -> Option<&str> {
        self.field(0)
    }

    /// Where it is written to, or what it is called where nobody writes.
    pub fn email(&self) -> &str {
        self.field(1).unwrap_or_default()
    }

    /// What the server says of it.
    pub fn profile(&self) -> Profile {
        let field = |place| self.field(place).map(str::to_owned);
        Profile {
            name: field(2),
            phone: field(3),
            role: field(4),
            company: field(5),
        }
    }

    /// Whether `status_user` is not 0.
    pub fn is_active(&self) -> bool {
        self.is_active
    }

    /// What the fingerprint of the directory's user is who is the same and active.
    pub fn fingerprint(&self, email_key: &str, source: Source) -> i64 {
        match source {
            Source::Sync => self.fingerprint,
            Source::Manual => {
                let profile = self.profile();
                profile.fingerprint(email_key, Status::Active, source)
            }
        }
    }
}

/// The active users of a server by their addresses. A user that stands there twice is one: the first active row counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteUsersByEmail {
    /// Taken away when they are met.
    users: Vec<Option<RemoteUser>>,
    by_email: HashMap<String, usize>,
    valid: usize,
}

impl RemoteUsersByEmail {
    /// Takes a row of the server. Those that are not active there are as good as absent.
    pub fn add(&mut self, user: RemoteUser) {
        self.valid += 1;
        if !user.is_active {
            return;
        }
        if let Entry::Vacant(entry) = self.by_email.entry(user.email().to_lowercase()) {
            entry.insert(self.users.len());
            self.users.push(Some(user));
        }
    }

    /// How many valid rows there were.
    pub fn valid(&self) -> usize {
        self.valid
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The user of this address, unless it was taken.
    pub fn find(&self, email_key: &str) -> Option<&RemoteUser> {
        let place = self.by_email.get(email_key)?;
        self.users[*place].as_ref()
    }

    /// The same, taken away.
    pub fn take(&mut self, email_key: &str) -> Option<RemoteUser> {
        let place = self.by_email.get(email_key)?;
        self.users[*place].take()
    }

    /// Who was not taken, in the order of the server.
    pub fn into_rest(self) -> impl Iterator<Item = RemoteUser> {
        self.users.into_iter().flatten()
    }
}

impl FromIterator<RemoteUser> for RemoteUsersByEmail {
    fn from_iter<I: IntoIterator<Item = RemoteUser>>(users: I) -> Self {
        let mut by_email = Self::default();
        for user in users {
            by_email.add(user);
        }
        by_email
    }
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
    /// Its users.
    pub users: RemoteUsersByEmail,
    /// Rows that are none.
    pub invalid: Vec<InvalidRow>,
    /// Why it may not be all.
    pub doubts: Vec<Doubt>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_keeps_every_field_apart() {
        let profile = Profile {
            name: Some("Željko".to_owned()),
            phone: None,
            role: Some("admin".to_owned()),
            company: None,
        };
        let email = Email::parse("Ann@B").unwrap();
        let user = RemoteUser::new(Some("7"), &email, &profile, true);
        assert_eq!((user.remote_id(), user.email()), (Some("7"), "Ann@B"));
        assert_eq!(user.profile(), profile);
        let user = RemoteUser::new(None, &email, &Profile::default(), true);
        assert_eq!((user.remote_id(), user.email()), (None, "Ann@B"));
        assert_eq!(user.profile(), Profile::default());
    }

    #[test]
    fn a_fingerprint_is_that_of_the_same_user_in_the_directory() {
        let profile = Profile {
            name: Some("A".to_owned()),
            ..Profile::default()
        };
        let user = RemoteUser::new(None, &Email::parse("Ann@B").unwrap(), &profile, true);
        for source in [Source::Sync, Source::Manual] {
            let kept = profile.fingerprint("ann@b", Status::Active, source);
            assert_eq!(user.fingerprint("ann@b", source), kept);
        }
    }
}
