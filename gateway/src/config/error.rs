/// Why the gateway does not start: one line that names the variable and says what it wants.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {wants}")]
pub struct StartError {
    /// The environment variable to change.
    pub variable: &'static str,
    /// What it wants, without any secret.
    pub wants: String,
}

impl StartError {
    /// An error of `variable`; line breaks in `wants` become spaces.
    pub fn new(variable: &'static str, wants: impl AsRef<str>) -> Self {
        let words: Vec<_> = wants.as_ref().split_whitespace().collect();
        Self {
            variable,
            wants: words.join(" "),
        }
    }

    /// An error of `variable` with what `error` and all its sources say.
    pub(crate) fn because(variable: &'static str, error: &dyn std::error::Error) -> Self {
        let mut reason = error.to_string();
        let mut next = error.source();
        while let Some(source) = next {
            let source_says = source.to_string();
            if !reason.ends_with(&source_says) {
                reason = format!("{reason}: {source_says}");
            }
            next = source.source();
        }
        Self::new(variable, reason)
    }
}
