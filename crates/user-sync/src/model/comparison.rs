use std::collections::{HashMap, HashSet};

use super::{
    Change, ChangeKind, Counts, DirectoryUser, Doubt, DoubtKind, Image, InvalidRow, Lists, Reading,
    RemoteUser, Source, Status, Totals, UserId,
};

/// Holds what a server said against the users of its location, one by one.
#[derive(Debug)]
pub struct Comparison {
    /// Active users of the server; taken away when they are met.
    remote: Vec<Option<RemoteUser>>,
    by_email: HashMap<String, usize>,
    invalid: Vec<InvalidRow>,
    /// Ids of invalid rows.
    lost: HashSet<String>,
    has_nameless_rows: bool,
    doubts: Vec<Doubt>,
    counts: Counts,
    active: u64,
    base: Totals,
    changes: Vec<Change>,
    unchanged: Vec<DirectoryUser>,
    known_lost: HashSet<String>,
    deletes_nameless: bool,
}

/// What came out of a comparison.
#[derive(Debug)]
pub struct Compared {
    /// How many.
    pub counts: Counts,
    /// How many local users were active.
    pub active: u64,
    /// The local users.
    pub base: Totals,
    /// Why the server may not be trusted.
    pub doubts: Vec<Doubt>,
    /// Every change, the first of the unchanged ones, every invalid row.
    pub lists: Lists,
}

impl Comparison {
    /// Begins with what the server said. A user that stands there twice is one: the active row counts, else the first.
    pub fn new(reading: Reading) -> Self {
        let Reading {
            users,
            invalid,
            mut doubts,
        } = reading;
        let mut by_email: HashMap<String, usize> = HashMap::with_capacity(users.len());
        let mut remote: Vec<Option<RemoteUser>> = Vec::with_capacity(users.len());
        for user in users {
            // Those that are not active there are as good as absent.
            if !user.is_active {
                continue;
            }
            if let std::collections::hash_map::Entry::Vacant(entry) =
                by_email.entry(user.email.key())
            {
                entry.insert(remote.len());
                remote.push(Some(user));
            }
        }
        if remote.is_empty() {
            let sentence = "The server answered without any active user";
            doubts.push(Doubt::new(DoubtKind::EmptyAnswer, sentence));
        }
        let lost = invalid.iter().filter_map(|row| row.remote_id.clone());
        let total = remote.len() as u64;
        Self {
            lost: lost.collect(),
            has_nameless_rows: invalid.iter().any(|row| row.remote_id.is_none()),
            counts: Counts {
                invalid: invalid.len() as u64,
                total,
                ..Counts::default()
            },
            remote,
            by_email,
            invalid,
            doubts,
            active: 0,
            base: Totals::default(),
            changes: Vec::new(),
            unchanged: Vec::new(),
            known_lost: HashSet::new(),
            deletes_nameless: false,
        }
    }

    /// Holds a local user against the server's.
    pub fn meet(&mut self, user: DirectoryUser) {
        self.base.add(user.fingerprint());
        self.active += u64::from(user.status == Status::Active);
        let place = self.by_email.get(&user.email.key()).copied();
        match place.and_then(|place| self.remote[place].take()) {
            Some(remote) => self.both(user, remote),
            None => self.missing(&user),
        }
    }

    fn both(&mut self, user: DirectoryUser, remote: RemoteUser) {
        let remote_id = remote.remote_id.or_else(|| user.remote_id.clone());
        let kind = if user.status == Status::Inactive {
            self.counts.reactivated += 1;
            ChangeKind::Reactivated
        } else if user.profile != remote.profile {
            self.counts.updated += 1;
            ChangeKind::Updated
        } else {
            self.counts.unchanged += 1;
            // Users by hand have to be told from those that the server does not know.
            let is_new_here = user.source == Source::Manual && user.remote_id.is_none();
            if user.remote_id != remote_id || is_new_here {
                let after = Image {
                    remote_id,
                    ..Image::of(&user)
                };
                self.change(ChangeKind::Linked, &user, after);
            }
            if self.unchanged.len() < Lists::LONGEST {
                self.unchanged.push(user);
            }
            return;
        };
        let who = (&user.email, user.source);
        let after = Image::new(who, remote.profile, Status::Active, remote_id);
        self.change(kind, &user, after);
    }

    fn missing(&mut self, user: &DirectoryUser) {
        let lost = user.remote_id.as_ref().filter(|id| self.lost.contains(*id));
        if let Some(id) = lost.cloned() {
            self.known_lost.insert(id);
        } else if user.status == Status::Inactive {
            return;
        } else if user.source == Source::Sync {
            self.counts.deleted += 1;
            self.deletes_nameless |= user.remote_id.is_none();
            let who = (&user.email, user.source);
            let (profile, remote_id) = (user.profile.clone(), user.remote_id.clone());
            let after = Image::new(who, profile, Status::Inactive, remote_id);
            return self.change(ChangeKind::Deleted, user, after);
        }
        let after = Image::of(user);
        self.change(ChangeKind::Kept, user, after);
    }

    fn change(&mut self, kind: ChangeKind, user: &DirectoryUser, after: Image) {
        self.changes.push(Change {
            kind,
            user_id: user.id.clone(),
            email: user.email.as_str().to_owned(),
            before: Some(Image::of(user)),
            after,
            excluded: false,
        });
    }

    /// All local users were met: who is left on the server is new.
    pub fn finish(mut self) -> Compared {
        for user in std::mem::take(&mut self.remote).into_iter().flatten() {
            self.counts.added += 1;
            let who = (&user.email, Source::Sync);
            let after = Image::new(who, user.profile, Status::Active, user.remote_id);
            self.changes.push(Change {
                kind: ChangeKind::New,
                user_id: UserId::generate(),
                email: user.email.as_str().to_owned(),
                before: None,
                after,
                excluded: false,
            });
        }
        // A row that cannot be told whose it is may be that of somebody who seems to be gone.
        let has_strangers = self.lost.len() > self.known_lost.len();
        let unidentified = self.has_nameless_rows || (has_strangers && self.deletes_nameless);
        if unidentified {
            let sentence = "Rows without an e-mail may be users who seem to be gone";
            self.doubts
                .push(Doubt::new(DoubtKind::UnidentifiedRows, sentence));
        }
        Compared {
            counts: self.counts,
            active: self.active,
            base: self.base,
            doubts: self.doubts,
            lists: Lists {
                changes: self.changes,
                unchanged: self.unchanged,
                invalid: self.invalid,
            },
        }
    }
}

#[cfg(test)]
mod tests;
