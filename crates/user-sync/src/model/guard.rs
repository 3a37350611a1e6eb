/// What kind of doubt it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoubtKind {
    /// A server that had users has none.
    EmptyAnswer,
    /// Too large a share would be deactivated.
    LargeDeletion,
    /// Two pages hold the same.
    RepeatedPages,
    /// The number of rows is not what `total` says.
    WrongTotal,
    /// It said something else each time it was read.
    Unsettled,
    /// Rows without e-mail and id may be users that would be deactivated.
    UnidentifiedRows,
}

impl DoubtKind {
    const ALL: [Self; 6] = [
        Self::EmptyAnswer,
        Self::LargeDeletion,
        Self::RepeatedPages,
        Self::WrongTotal,
        Self::Unsettled,
        Self::UnidentifiedRows,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmptyAnswer => "empty_answer",
            Self::LargeDeletion => "large_deletion",
            Self::RepeatedPages => "repeated_pages",
            Self::WrongTotal => "wrong_total",
            Self::Unsettled => "unsettled",
            Self::UnidentifiedRows => "unidentified_rows",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it only matters where somebody would be deactivated.
    fn is_about_deletions(self) -> bool {
        match self {
            Self::EmptyAnswer | Self::LargeDeletion | Self::UnidentifiedRows => true,
            Self::RepeatedPages | Self::WrongTotal | Self::Unsettled => false,
        }
    }
}

/// A reason not to trust what a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Of which kind.
    pub kind: DoubtKind,
    /// For a person.
    pub sentence: String,
}

impl Doubt {
    /// A doubt that says `sentence`.
    pub fn new(kind: DoubtKind, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { kind, sentence }
    }
}

/// Whether a plan may be carried out without being allowed to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Users who would be deactivated.
    pub deleted: u64,
    /// Active users of the location now.
    pub active: u64,
    /// Why it is blocked; empty where it is not.
    pub reasons: Vec<Doubt>,
}

impl Verdict {
    /// More than this share of the active users, and more than [`Self::FEW`], is large.
    pub const LIMIT: f64 = 0.2;
    /// So few are never a large share.
    pub const FEW: u64 = 5;

    /// Judges that `deleted` of `active` users are to be deactivated because of an answer with `doubts`.
    pub fn of(deleted: u64, active: u64, doubts: &[Doubt]) -> Self {
        let matters = |doubt: &&Doubt| deleted > 0 || !doubt.kind.is_about_deletions();
        let mut reasons: Vec<_> = doubts.iter().filter(matters).cloned().collect();
        // Whole numbers: a fifth is a fifth.
        if deleted > Self::FEW && deleted * 5 > active {
            let sentence = format!("{deleted} of {active} active users would be deactivated");
            reasons.push(Doubt::new(DoubtKind::LargeDeletion, sentence));
        }
        Self {
            deleted,
            active,
            reasons,
        }
    }

    /// Whether it is blocked.
    pub fn is_blocked(&self) -> bool {
        !self.reasons.is_empty()
    }

    /// The share of the active users that would be deactivated.
    #[expect(clippy::cast_precision_loss, reason = "a share is for people")]
    pub fn deleted_share(&self) -> f64 {
        if self.active == 0 {
            return 0.0;
        }
        self.deleted as f64 / self.active as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_blocked(deleted: u64, active: u64) -> bool {
        Verdict::of(deleted, active, &[]).is_blocked()
    }

    #[test]
    fn more_than_a_fifth_and_more_than_five_is_large() {
        assert!(!is_blocked(5, 5), "so few are never large");
        assert!(!is_blocked(6, 30), "a fifth is not more than a fifth");
        assert!(is_blocked(6, 29));
        assert!(is_blocked(7, 30));
        assert!(!is_blocked(0, 0));
    }

    #[test]
    fn half_an_answer_blocks_whatever_it_would_change() {
        let doubts = |kind| [Doubt::new(kind, "")];
        assert!(Verdict::of(0, 3, &doubts(DoubtKind::WrongTotal)).is_blocked());
        assert!(Verdict::of(0, 3, &doubts(DoubtKind::RepeatedPages)).is_blocked());
        assert!(!Verdict::of(0, 3, &doubts(DoubtKind::EmptyAnswer)).is_blocked());
        assert!(Verdict::of(1, 3, &doubts(DoubtKind::EmptyAnswer)).is_blocked());
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in DoubtKind::ALL {
            assert_eq!(DoubtKind::parse(kind.as_str()), Some(kind));
        }
    }
}
