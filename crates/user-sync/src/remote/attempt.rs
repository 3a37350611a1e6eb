use std::{
    collections::{HashSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
};

use super::{Cause, RemoteError, shape::Page};
use crate::model::{Doubt, DoubtKind, InvalidRow, Reading, RemoteUsersByEmail};

/// The most rows that are kept.
const MOST: u64 = 1_000_000;

/// What came back while all pages were read once.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    users: RemoteUsersByEmail,
    invalid: Vec<InvalidRow>,
    /// Rows, also those that came twice.
    rows: u64,
    pages: u32,
    /// Those that have rows.
    full_pages: u32,
    /// What each page was, to know it again.
    seen_pages: HashSet<u64>,
    seen_rows: HashSet<u64>,
    /// The sum of all different rows.
    digest: u64,
    total: Option<u64>,
    total_changed: bool,
    repeats_page: bool,
    /// The server knows no pages and sent all it has.
    is_unpaged: bool,
}

/// Whether there is more to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// As many rows.
    Rows(usize),
    /// A page that was there before: what follows would be more of the same.
    Again,
}

/// What is left of an attempt to hold another one against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    digest: u64,
    rows: u64,
    total: Option<u64>,
}

impl Attempt {
    /// Takes a page, in the order of pages.
    pub(super) fn take(&mut self, page: Page) -> Result<Taken, RemoteError> {
        if self.pages == 0 {
            self.total = page.total;
        }
        self.pages += 1;
        self.total_changed |= page.total != self.total;
        let marks = page.rows.iter().map(|row| row.mark.unwrap_or_default());
        let hashes: Vec<_> = marks.collect();
        let mut whole = DefaultHasher::new();
        hashes.hash(&mut whole);
        if !hashes.is_empty() && !self.seen_pages.insert(whole.finish()) {
            self.repeats_page = true;
            return Ok(Taken::Again);
        }
        self.full_pages += u32::from(!hashes.is_empty());
        let rows = page.rows.len();
        for (row, hash) in page.rows.into_iter().zip(hashes) {
            self.rows += 1;
            if self.rows > MOST {
                return Err(RemoteError::Fetch(Cause::TooMany));
            }
            if !self.seen_rows.insert(hash) {
                continue;
            }
            self.digest = self.digest.wrapping_add(hash);
            match row.user {
                Ok(user) => self.users.add(user),
                Err(none) => self.invalid.push(none.at(self.rows)),
            }
        }
        Ok(Taken::Rows(rows))
    }

    /// The second page of a server without `total` was the first one, which was shorter than what was asked for: it
    /// knows no pages.
    pub(super) fn is_without_pages(&mut self) {
        self.repeats_page = false;
        self.is_unpaged = true;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether it is all, beyond doubt.
    pub(super) fn is_sound(&self) -> bool {
        let has_no_repeats = self.seen_rows.len() as u64 == self.rows;
        let is_all = match self.total {
            Some(total) => self.rows == total && !self.total_changed,
            // Rows that slipped away between two pages are missed by nobody.
            None => !self.total_changed && (self.is_unpaged || self.full_pages <= 1),
        };
        is_all && has_no_repeats && !self.repeats_page
    }

    /// Whether it is what another attempt found, so that what looked odd is how this server is.
    pub(super) fn confirms(&self, other: Trace) -> bool {
        let is_all = self.total.is_none_or(|total| self.rows == total);
        is_all && !self.repeats_page && !self.total_changed && self.trace() == other
    }

    /// What another attempt is held against.
    pub(super) fn trace(&self) -> Trace {
        Trace {
            digest: self.digest,
            rows: self.rows,
            total: self.total,
        }
    }

    /// What may be wrong with it.
    fn doubt(&self) -> Doubt {
        let rows = self.rows;
        if self.repeats_page {
            return Doubt::new(
                DoubtKind::RepeatedPages,
                "The server sent the same page twice",
            );
        }
        match self.total {
            Some(total) if self.rows != total => {
                let sentence = format!("The server says {total} users and sent {rows}");
                Doubt::new(DoubtKind::WrongTotal, sentence)
            }
            _ if self.total_changed => {
                let sentence = "The server changed its total while its pages were read";
                Doubt::new(DoubtKind::WrongTotal, sentence)
            }
            _ => Doubt::new(
                DoubtKind::Unsettled,
                "The server said something else each time it was read",
            ),
        }
    }

    /// What was read, with a doubt.
    pub(super) fn doubtful(self) -> Reading {
        let doubt = self.doubt();
        Reading {
            doubts: vec![doubt],
            ..self.whole()
        }
    }

    /// What was read.
    pub(super) fn whole(self) -> Reading {
        Reading {
            users: self.users,
            invalid: self.invalid,
            doubts: Vec::new(),
        }
    }
}
