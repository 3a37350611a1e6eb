use std::net::{IpAddr, SocketAddr};

use auth::{ClientAddress, ClientScheme};
use axum::{extract::Request, http::HeaderMap};
use ipnet::IpNet;

/// The other end of the connection. The server puts it into the request's extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerAddress(pub(crate) SocketAddr);

/// Puts the address and the scheme of the client into the request's extensions.
pub(super) fn resolve(request: &mut Request, trusted: &[IpNet]) {
    if let Some(PeerAddress(peer)) = request.extensions().get().copied() {
        let address = client(peer, request.headers(), trusted);
        let peer = peer.ip().to_canonical();
        let scheme = scheme(peer, request.headers(), trusted);
        request.extensions_mut().insert(ClientAddress(address));
        // Plain HTTP is what is taken for granted where nothing is said.
        if scheme == ClientScheme::Https {
            request.extensions_mut().insert(scheme);
        }
    }
}

/// The address of the client behind `peer`.
pub(super) fn client(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    client_behind(peer.ip().to_canonical(), headers, trusted)
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// The right-most address that no trusted proxy vouches for: what stands left of it anybody could have written.
fn client_behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for entry in forwarded_for(headers).into_iter().rev() {
        if !is_trusted(client, trusted) {
            break;
        }
        match entry {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// The entries of all `X-Forwarded-For` headers in order; `None` for one that is no address.
fn forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = headers.get_all("x-forwarded-for").into_iter();
    values
        .flat_map(|value| {
            value
                .to_str()
                .unwrap_or("unreadable")
                .split(',')
                .map(address)
        })
        .collect()
}

/// `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || {
        text.trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok()
    };
    text.parse::<SocketAddr>()
        .ok()
        .map(|socket| socket.ip())
        .or_else(bare)
        .map(|address| address.to_canonical())
}

fn scheme(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> ClientScheme {
    let first = headers
        .get("x-forwarded-proto")
        .and_then(|value| value.to_str().ok()?.split(',').next());
    match first {
        Some(scheme)
            if is_trusted(peer, trusted) && scheme.trim().eq_ignore_ascii_case("https") =>
        {
            ClientScheme::Https
        }
        _ => ClientScheme::Http,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn resolved(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect();
        client(
            SocketAddr::new(peer.parse().unwrap(), 1),
            &headers,
            &trusted,
        )
        .to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_peer_is_the_client() {
        assert_eq!(resolved("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        assert_eq!(
            resolved("9.9.9.9", &["1.1.1.1"], &["10.0.0.0/8"]),
            "9.9.9.9"
        );
        assert_eq!(resolved("::ffff:9.9.9.9", &[], &[]), "9.9.9.9");
    }

    #[test]
    fn behind_trusted_proxies_the_right_most_untrusted_address_is_the_client() {
        let trusted = &["10.0.0.0/8", "fd00::/8"];
        assert_eq!(
            resolved("10.0.0.1", &["6.6.6.6, 7.7.7.7, 10.0.0.2"], trusted),
            "7.7.7.7"
        );
        assert_eq!(
            resolved("::ffff:10.0.0.1", &["6.6.6.6", "7.7.7.7"], trusted),
            "7.7.7.7"
        );
        assert_eq!(
            resolved("fd00::1", &["[2001:db8::1]:4711"], trusted),
            "2001:db8::1"
        );
        assert_eq!(resolved("10.0.0.1", &["7.7.7.7:4711"], trusted), "7.7.7.7");
    }

    #[test]
    fn what_cannot_be_read_ends_the_chain() {
        let trusted = &["10.0.0.0/8"];
        assert_eq!(
            resolved("10.0.0.1", &["6.6.6.6, unknown, 10.0.0.2"], trusted),
            "10.0.0.2"
        );
        assert_eq!(resolved("10.0.0.1", &[""], trusted), "10.0.0.1");
        assert_eq!(
            resolved("10.0.0.1", &["10.0.0.3, 10.0.0.2"], trusted),
            "10.0.0.3"
        );
    }

    #[test]
    fn only_a_trusted_proxy_can_say_that_the_client_came_encrypted() {
        let headers = HeaderMap::from_iter([(
            "x-forwarded-proto".parse().unwrap(),
            HeaderValue::from_static("https"),
        )]);
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(
            scheme([10, 0, 0, 1].into(), &headers, &trusted),
            ClientScheme::Https
        );
        assert_eq!(
            scheme([9, 0, 0, 1].into(), &headers, &trusted),
            ClientScheme::Http
        );
    }
}
