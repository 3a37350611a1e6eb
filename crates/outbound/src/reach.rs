use std::{net::IpAddr, sync::LazyLock};

use ipnet::IpNet;

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All but link-local ones.
    Everywhere,
    /// Public ones only.
    PublicOnly,
}

/// An address that may not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address {0} may not be called")]
pub struct Forbidden(pub IpAddr);

/// Of one machine and its cable: there clouds tell whoever asks what a machine may do.
static LINK_LOCAL: LazyLock<Vec<IpNet>> = LazyLock::new(|| nets(&["169.254.0.0/16", "fe80::/10"]));

/// What the public internet does not carry (IANA's registries of special-purpose addresses).
static NOT_PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    nets(&[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/127",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2002::/16",
        "fc00::/7",
        "ff00::/8",
    ])
});

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

impl Reach {
    /// Refuses `address` where it may not be called.
    pub fn check(self, address: IpAddr) -> Result<(), Forbidden> {
        // ::ffff:169.254.169.254 is 169.254.169.254.
        let plain = address.to_canonical();
        let is_in = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&plain));
        let is_forbidden = is_in(&LINK_LOCAL) || (self == Self::PublicOnly && is_in(&NOT_PUBLIC));
        if is_forbidden {
            return Err(Forbidden(address));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(reach: Reach, address: &str) -> bool {
        reach.check(address.parse().unwrap()).is_ok()
    }

    #[test]
    fn every_network_is_one() {
        assert_eq!((LINK_LOCAL.len(), NOT_PUBLIC.len()), (2, 17));
    }

    #[test]
    fn link_local_is_never_called() {
        for address in ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254"] {
            assert!(!allows(Reach::Everywhere, address), "{address}");
            assert!(!allows(Reach::PublicOnly, address), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_called_unless_only_public_ones_may_be() {
        let private = [
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "0.0.0.0",
            "100.100.0.1",
            "::1",
            "::",
            "fd00::1",
            "::ffff:10.0.0.1",
        ];
        for address in private {
            assert!(allows(Reach::Everywhere, address), "{address}");
            assert!(!allows(Reach::PublicOnly, address), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_called() {
        for address in ["1.1.1.1", "172.32.0.1", "2606:4700::1111"] {
            assert!(allows(Reach::PublicOnly, address), "{address}");
        }
    }
}
