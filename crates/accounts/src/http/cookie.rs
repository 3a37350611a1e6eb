//! The refresh token as a cookie: the admin panel cannot read it, and only `/api/auth` gets it.

use auth::ClientScheme;
use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;

use crate::model::RefreshSecret;

const NAME: &str = "lockstep_refresh";

/// The token that a request brought; `None` also where it is none of ours.
pub(super) fn read(headers: &HeaderMap) -> Option<RefreshSecret> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == NAME)
        .and_then(|(_, value)| RefreshSecret::parse(value))
}

/// Keeps `token` for `age`.
pub(super) fn keep(
    token: &RefreshSecret,
    age: TimeDelta,
    scheme: ClientScheme,
) -> Option<HeaderValue> {
    set(token.expose(), age.num_seconds(), scheme)
}

/// Takes the cookie away.
pub(super) fn clear(scheme: ClientScheme) -> Option<HeaderValue> {
    set("", 0, scheme)
}

fn set(value: &str, age: i64, scheme: ClientScheme) -> Option<HeaderValue> {
    let secure = match scheme {
        ClientScheme::Https => "; Secure",
        ClientScheme::Http => "",
    };
    let cookie =
        format!("{NAME}={value}; HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age={age}{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let token = RefreshSecret::generate();
        let mut headers = HeaderMap::new();
        assert!(read(&headers).is_none());
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; c"));
        let ours = format!("theme=dark; lockstep_refresh={}; x=y", token.expose());
        headers.append(header::COOKIE, HeaderValue::from_str(&ours).unwrap());
        assert_eq!(read(&headers).unwrap().hash(), token.hash());
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_it() {
        let token = RefreshSecret::generate();
        let cookie = keep(&token, TimeDelta::days(30), ClientScheme::Https).unwrap();
        let expected = format!(
            "lockstep_refresh={}; HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=2592000; Secure",
            token.expose()
        );
        assert_eq!(cookie, expected.as_str());
        assert!(
            !clear(ClientScheme::Http)
                .unwrap()
                .to_str()
                .unwrap()
                .contains("Secure")
        );
    }
}
