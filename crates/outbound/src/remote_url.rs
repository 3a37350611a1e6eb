use std::fmt;

use url::{Host, Url};

use crate::{Forbidden, Reach};

/// The longest address, in characters.
const LONGEST: usize = 500;

/// Where a server is: `http` or `https`, a host, perhaps a port and a path; without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RemoteUrl(String);

/// Why a text is no address of a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteUrlError {
    /// Not the address of a web server.
    #[error("must be an http or https URL such as https://server.example, at most 500 characters")]
    Malformed,
    /// A password in an address ends up in logs.
    #[error("must not hold a user name or a password")]
    Credentials,
    /// It would be lost when a path is put behind it.
    #[error("must end with its path, without ? or #")]
    Trailing,
    /// It names an address that may not be called.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

impl RemoteUrl {
    /// Reads an address, which may be called within `reach`.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, RemoteUrlError> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return Err(RemoteUrlError::Malformed);
        }
        let url = Url::parse(text).map_err(|_| RemoteUrlError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RemoteUrlError::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RemoteUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(RemoteUrlError::Trailing);
        }
        match url.host().ok_or(RemoteUrlError::Malformed)? {
            Host::Domain(_) => {}
            Host::Ipv4(address) => reach.check(address.into())?,
            Host::Ipv6(address) => reach.check(address.into())?,
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The address, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of `path`, which begins with a slash, on this server.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, RemoteUrlError> {
        RemoteUrl::parse(text, Reach::Everywhere).map(|url| url.to_string())
    }

    #[test]
    fn an_address_loses_its_last_slash_and_keeps_its_path() {
        assert_eq!(
            parse(" https://Server.example/ ").unwrap(),
            "https://server.example"
        );
        assert_eq!(
            parse("http://10.0.0.1:8080/api/").unwrap(),
            "http://10.0.0.1:8080/api"
        );
        let url = RemoteUrl::parse("https://a.example/x", Reach::Everywhere).unwrap();
        assert_eq!(url.join("/api/users"), "https://a.example/x/api/users");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("https://a.example/{}", "x".repeat(500));
        for text in [
            "",
            "server.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "http://",
            &long,
        ] {
            assert_eq!(parse(text), Err(RemoteUrlError::Malformed), "{text}");
        }
        assert_eq!(
            parse("https://a:b@c.example"),
            Err(RemoteUrlError::Credentials)
        );
        assert_eq!(
            parse("https://c.example/?a=b"),
            Err(RemoteUrlError::Trailing)
        );
        assert_eq!(parse("https://c.example/#a"), Err(RemoteUrlError::Trailing));
    }

    #[test]
    fn every_spelling_of_a_forbidden_address_is_refused() {
        for host in [
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "[fe80::1]",
            "[::ffff:169.254.169.254]",
        ] {
            let outcome = parse(&format!("http://{host}/latest"));
            assert!(
                matches!(outcome, Err(RemoteUrlError::Forbidden(_))),
                "{host}"
            );
        }
        let private = RemoteUrl::parse("http://127.0.0.1", Reach::PublicOnly);
        assert!(matches!(private, Err(RemoteUrlError::Forbidden(_))));
    }
}
