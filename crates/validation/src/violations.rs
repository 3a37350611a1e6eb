use std::fmt::Display;

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field as the client spells it.
    pub field: String,
    /// What is wrong, for a person.
    pub error: String,
}

/// Everything that is wrong with a request, gathered before it is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the request is not valid")]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// One violation.
    pub fn one(field: impl Into<String>, error: impl Display) -> Self {
        let mut violations = Self::default();
        violations.add(field, error);
        violations
    }

    /// Notes what is wrong with `field`.
    pub fn add(&mut self, field: impl Into<String>, error: impl Display) {
        self.0.push(Violation {
            field: field.into(),
            error: error.to_string(),
        });
    }

    /// The parsed value; `None`, and a note, where it was refused.
    pub fn check<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }

    /// The parsed value of a field that must be there.
    pub fn require<V, T, E: Display>(
        &mut self,
        field: &str,
        value: Option<V>,
        parse: impl FnOnce(V) -> Result<T, E>,
    ) -> Option<T> {
        if value.is_none() {
            self.add(field, "is required");
        }
        value.and_then(|value| self.check(field, parse(value)))
    }

    /// `value()`, whose parts are all there if nothing was noted; otherwise all that was noted.
    pub fn finish<T>(self, value: impl FnOnce() -> Option<T>) -> Result<T, Self> {
        if self.0.is_empty() {
            value().ok_or(self)
        } else {
            Err(self)
        }
    }

    /// What was noted, in the order of the checks.
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut violations = Violations::default();
        let a = violations.check("a", "7".parse::<u8>());
        violations.check("b", "x".parse::<u8>());
        violations.require("c", None::<&str>, str::parse::<u8>);
        assert_eq!(a, Some(7));
        let fields: Vec<_> = violations
            .finish(|| a)
            .unwrap_err()
            .into_vec()
            .into_iter()
            .map(|v| v.field)
            .collect();
        assert_eq!(fields, ["b", "c"]);
    }
}
