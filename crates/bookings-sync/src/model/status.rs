use std::{fmt, str::FromStr};

/// The state of a booking as customers and partners see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Nobody is to do it yet.
    Pending,
    /// A partner is asked.
    PartnerAssigned,
    /// The partner will do it.
    PartnerAccepted,
    /// The partner is at it.
    InProgress,
    /// Done.
    Completed,
    /// Called off.
    Cancelled,
}

/// The state of a booking as the admin panel sees it: the same state in coarser words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssignedStatus {
    /// [`Status::Pending`]
    Unassigned,
    /// [`Status::PartnerAssigned`]
    Assigned,
    /// [`Status::PartnerAccepted`] or [`Status::InProgress`]
    Confirm,
    /// [`Status::Completed`]
    Completed,
    /// [`Status::Cancelled`]
    Cancelled,
}

/// A text that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {0}")]
pub struct UnknownStatus(&'static str);

impl Status {
    /// All states, in the order of the work.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::PartnerAssigned,
        Self::PartnerAccepted,
        Self::InProgress,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The state in the words of the admin panel.
    pub fn assigned_status(self) -> AssignedStatus {
        match self {
            Self::Pending => AssignedStatus::Unassigned,
            Self::PartnerAssigned => AssignedStatus::Assigned,
            Self::PartnerAccepted | Self::InProgress => AssignedStatus::Confirm,
            Self::Completed => AssignedStatus::Completed,
            Self::Cancelled => AssignedStatus::Cancelled,
        }
    }

    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::PartnerAssigned => "PARTNER_ASSIGNED",
            Self::PartnerAccepted => "PARTNER_ACCEPTED",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether the work is over, one way or the other.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }

    /// Whether the partner who has the booking may move it on to `next`: accept, begin, complete; reject; cancel.
    pub fn partner_may_move_to(self, next: Self) -> bool {
        match (self, next) {
            (Self::PartnerAssigned, Self::PartnerAccepted | Self::Pending)
            | (Self::PartnerAccepted, Self::InProgress)
            | (Self::InProgress, Self::Completed) => true,
            (from, Self::Cancelled) => !from.is_final(),
            _ => false,
        }
    }

    /// Whether the customer may move an own booking to `next`: only call it off.
    pub fn customer_may_move_to(self, next: Self) -> bool {
        next == Self::Cancelled && !self.is_final()
    }
}

impl AssignedStatus {
    /// All states, in the order of the work.
    pub const ALL: [Self; 5] = [
        Self::Unassigned,
        Self::Assigned,
        Self::Confirm,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The first state that is called so.
    pub fn first_status(self) -> Status {
        match self {
            Self::Unassigned => Status::Pending,
            Self::Assigned => Status::PartnerAssigned,
            Self::Confirm => Status::PartnerAccepted,
            Self::Completed => Status::Completed,
            Self::Cancelled => Status::Cancelled,
        }
    }

    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unassigned => "unassigned",
            Self::Assigned => "assigned",
            Self::Confirm => "confirm",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for AssignedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        let names =
            "PENDING, PARTNER_ASSIGNED, PARTNER_ACCEPTED, IN_PROGRESS, COMPLETED, CANCELLED";
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownStatus(names))
    }
}

impl FromStr for AssignedStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        let names = "unassigned, assigned, confirm, completed, cancelled";
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownStatus(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_vocabularies_agree() {
        for assigned in AssignedStatus::ALL {
            assert_eq!(assigned.first_status().assigned_status(), assigned);
            assert_eq!(assigned.as_str().parse(), Ok(assigned));
            let first = Status::ALL
                .into_iter()
                .find(|status| status.assigned_status() == assigned);
            assert_eq!(first, Some(assigned.first_status()));
        }
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("pending".parse::<Status>().is_err());
        assert!("ASSIGNED".parse::<AssignedStatus>().is_err());
    }

    #[test]
    fn partners_move_along_the_workflow_and_nowhere_else() {
        use Status::{Cancelled, Completed, InProgress, PartnerAccepted, PartnerAssigned, Pending};
        let allowed = [
            (PartnerAssigned, PartnerAccepted),
            (PartnerAssigned, Pending),
            (PartnerAccepted, InProgress),
            (InProgress, Completed),
            (Pending, Cancelled),
            (PartnerAssigned, Cancelled),
            (PartnerAccepted, Cancelled),
            (InProgress, Cancelled),
        ];
        for from in Status::ALL {
            for to in Status::ALL {
                assert_eq!(
                    from.partner_may_move_to(to),
                    allowed.contains(&(from, to)),
                    "{from} to {to}"
                );
                let cancels = to == Cancelled && !matches!(from, Completed | Cancelled);
                assert_eq!(from.customer_may_move_to(to), cancels, "{from} to {to}");
            }
        }
    }
}
