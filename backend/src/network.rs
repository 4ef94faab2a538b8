//! The network that an address belongs to: what limits count by.
//!
//! One customer has one IPv4 address, or a whole IPv6 /64 (RFC 6177) and often a /48. Counting single IPv6 addresses
//! would give a guesser 2^64 of them.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A network by its first address and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network of an address: the address itself if it is IPv4, its /64 if it is IPv6. An IPv4 address mapped into
    /// IPv6 counts as IPv4.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self { first: address.into(), prefix: 32 },
            IpAddr::V6(address) => Self::of_v6(address, 64),
        }
    }

    /// The wider network around it: a /24 of IPv4, a /48 of IPv6. Its limits must be wider too, because strangers may share
    /// it.
    #[must_use]
    pub fn wide(self) -> Self {
        match self.first {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self { first: Ipv4Addr::new(a, b, c, 0).into(), prefix: 24 }
            }
            IpAddr::V6(address) => Self::of_v6(address, 48),
        }
    }

    /// The network as the key of a limit.
    pub fn key(self) -> String {
        self.to_string()
    }

    /// The wider network as the key of a limit.
    pub fn wide_key(self) -> String {
        self.wide().to_string()
    }

    /// `prefix` is between 1 and 128.
    fn of_v6(address: Ipv6Addr, prefix: u8) -> Self {
        let first = Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - u32::from(prefix))));
        Self { first: first.into(), prefix }
    }
}

/// `203.0.113.9`, `203.0.113.0/24` or `2001:db8:1:2::/64`.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            32 if self.first.is_ipv4() => write!(f, "{}", self.first),
            prefix => write!(f, "{}/{prefix}", self.first),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn of(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9", "203.0.113.0/24")]
    #[case("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0/24")]
    #[case("::ffff:cb00:7109", "203.0.113.9", "203.0.113.0/24")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48")]
    #[case("2001:db8:1:2::", "2001:db8:1:2::/64", "2001:db8:1::/48")]
    #[case("::1", "::/64", "::/48")]
    fn an_address_counts_to_its_network(#[case] address: &str, #[case] key: &str, #[case] wide: &str) {
        assert_eq!((of(address).key(), of(address).wide_key()), (key.to_owned(), wide.to_owned()));
    }

    #[test]
    fn addresses_of_one_network_are_one_key() {
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("2001:db8:1:2::1").wide(), of("2001:db8:1:ffff::1").wide());
        assert_ne!(of("2001:db8:1::1").wide(), of("2001:db8:2::1").wide());
        assert_eq!(of("203.0.113.9"), of("::ffff:203.0.113.9"));
        assert_ne!(of("203.0.113.9"), of("203.0.113.10"));
    }
}
