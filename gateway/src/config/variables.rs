use std::{collections::HashMap, io::ErrorKind, ops::RangeInclusive, path::Path};

use secrecy::SecretString;

use super::{Source, StartError};

/// Where variables come from: the environment, and behind it `.env`.
#[derive(Debug, Default)]
pub struct Environment {
    file: HashMap<String, String>,
}

impl Environment {
    /// The environment of the process, with `file` behind it where there is such a file.
    pub fn load(file: &Path) -> Result<Self, StartError> {
        let unusable = |line: String| {
            StartError::new(".env", format!("wants lines of the form NAME=value{line}"))
        };
        let pairs = match dotenvy::from_path_iter(file) {
            Ok(pairs) => pairs,
            Err(dotenvy::Error::Io(error)) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(dotenvy::Error::Io(error)) => {
                return Err(StartError::new(".env", format!("cannot be read: {error}")));
            }
            Err(_) => return Err(unusable(String::new())),
        };
        // The text of a line may be a secret: only its number is told.
        let pairs = pairs
            .enumerate()
            .map(|(n, pair)| pair.map_err(|_| unusable(format!(" (entry {})", n + 1))));
        Ok(Self {
            file: pairs.collect::<Result<_, _>>()?,
        })
    }

    /// The value of `name`; the environment goes before the file, also with an empty value.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn get(&self, name: &str) -> Option<String> {
        std::env::var(name)
            .ok()
            .or_else(|| self.file.get(name).cloned())
    }
}

/// Reads variables and refuses what cannot be used. An empty one counts as unset.
pub(super) struct Variables<'a>(pub(super) Source<'a>);

impl Variables<'_> {
    /// The value as it is.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// The value without white space around it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// The value as it is, never to be shown.
    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.raw(name).map(SecretString::from)
    }

    /// What `parse` makes of the value; an error that says `wants` where that is nothing.
    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        wants: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StartError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        parse(&text)
            .map(Some)
            .ok_or_else(|| StartError::new(name, format!("wants {wants}")))
    }

    /// Every entry of a list that is separated by commas; blank entries do not count.
    pub(super) fn list<T>(
        &self,
        name: &'static str,
        wants: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, StartError> {
        let all = |text: &str| {
            let entries = text
                .split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty());
            entries.map(&parse).collect::<Option<Vec<_>>>()
        };
        Ok(self.parse(name, wants, all)?.unwrap_or_default())
    }

    /// A whole number within `range`.
    pub(super) fn number(
        &self,
        name: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Result<u32, StartError> {
        let wants = format!("a whole number from {} to {}", range.start(), range.end());
        let number = self.parse(name, &wants, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })?;
        Ok(number.unwrap_or(default))
    }

    /// `true` or `false`, also as `1` or `0`.
    pub(super) fn flag(&self, name: &'static str, default: bool) -> Result<bool, StartError> {
        let flag = self.parse(name, "true or false", |text| {
            match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            }
        })?;
        Ok(flag.unwrap_or(default))
    }

    /// Two variables that only make sense together.
    pub(super) fn pair(
        &self,
        names: [&'static str; 2],
    ) -> Result<Option<(String, SecretString)>, StartError> {
        let missing = |name, other| {
            Err(StartError::new(
                name,
                format!("is needed where {other} is set"),
            ))
        };
        match (self.text(names[0]), self.secret(names[1])) {
            (Some(first), Some(second)) => Ok(Some((first, second))),
            (None, None) => Ok(None),
            (Some(_), None) => missing(names[1], names[0]),
            (None, Some(_)) => missing(names[0], names[1]),
        }
    }
}
