use std::collections::HashSet;

use super::{
    Change, ChangeKind, Counts, DirectoryUser, Doubt, DoubtKind, Image, InvalidRow, Lists, Outline,
    Reading, RemoteUser, RemoteUsersByEmail, Roster, Source, Status, Totals, UserId,
};

/// Holds what a server said against the users of its location: first all of them in brief, then those one by one of whom
/// there is more to say.
#[derive(Debug)]
pub struct Comparison {
    /// Active users of the server; taken away when they are met.
    remote: RemoteUsersByEmail,
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
    /// Begins with what the server said.
    pub fn new(reading: Reading) -> Self {
        let Reading {
            users: remote,
            invalid,
            mut doubts,
        } = reading;
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

    /// Looks over the users of the location, and gives the keys of those to meet, in their order: who changes, and the
    /// first of those who do not.
    pub fn look_over(&mut self, roster: &Roster) -> Vec<String> {
        let (mut to_meet, mut same) = (Vec::new(), Vec::new());
        for user in &roster.users {
            self.base.add(user.fingerprint);
            self.active += u64::from(user.status == Status::Active);
            match self.remote.find(&user.email_key) {
                Some(remote) if is_same(user, remote) => same.push(user.email_key.as_str()),
                None if self.is_nothing_to(user) => {}
                _ => to_meet.push(user.email_key.as_str()),
            }
        }
        if same.len() > Lists::LONGEST {
            same.select_nth_unstable(Lists::LONGEST);
            for key in same.drain(Lists::LONGEST..) {
                self.remote.take(key);
                self.counts.unchanged += 1;
            }
        }
        to_meet.append(&mut same);
        to_meet.sort_unstable();
        to_meet.into_iter().map(str::to_owned).collect()
    }

    /// Somebody inactive whom the server does not know either.
    fn is_nothing_to(&self, user: &Outline) -> bool {
        let is_lost = user
            .remote_id
            .as_ref()
            .is_some_and(|id| self.lost.contains(id));
        user.status == Status::Inactive && !is_lost
    }

    /// Holds a local user against the server's.
    pub fn meet(&mut self, user: DirectoryUser) {
        match self.remote.take(&user.email.key()) {
            Some(remote) => self.both(user, &remote),
            None => self.missing(&user),
        }
    }

    fn both(&mut self, user: DirectoryUser, remote: &RemoteUser) {
        let remote_id = remote.remote_id().map(str::to_owned);
        let remote_id = remote_id.or_else(|| user.remote_id.clone());
        let profile = remote.profile();
        let kind = if user.status == Status::Inactive {
            self.counts.reactivated += 1;
            ChangeKind::Reactivated
        } else if user.profile != profile {
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
        let who = (user.email.as_str(), user.source);
        let after = Image::new(who, profile, Status::Active, remote_id);
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
            let who = (user.email.as_str(), user.source);
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
        for user in std::mem::take(&mut self.remote).into_rest() {
            self.counts.added += 1;
            let who = (user.email(), Source::Sync);
            let remote_id = user.remote_id().map(str::to_owned);
            let after = Image::new(who, user.profile(), Status::Active, remote_id);
            self.changes.push(Change {
                kind: ChangeKind::New,
                user_id: UserId::generate(),
                email: user.email().to_owned(),
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

/// Whether the server says of a user what is known already, and nothing is to be noted.
fn is_same(user: &Outline, remote: &RemoteUser) -> bool {
    let is_known = match (remote.remote_id(), user.remote_id.as_deref()) {
        (Some(theirs), ours) => ours == Some(theirs),
        // Users by hand have to be told from those that the server does not know.
        (None, ours) => ours.is_some() || user.source == Source::Sync,
    };
    is_known
        && user.status == Status::Active
        && user.fingerprint == remote.fingerprint(&user.email_key, user.source)
}

#[cfg(test)]
mod tests;
