//! The network that an address belongs to, as limits and comparisons tell networks apart.

use std::net::{IpAddr, Ipv6Addr};

/// The key of the network of `address`: an IPv4 address as it is, also if it is mapped into IPv6; of any other IPv6
/// address the first 64 bits, because one line has all addresses that begin with them.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9")]
    #[case("::ffff:203.0.113.9", "203.0.113.9")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    #[case("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    #[case("2001:db8:1:3::9", "2001:db8:1:3::/64")]
    #[case("::1", "::/64")]
    fn addresses_of_one_line_share_a_key(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(network(address.parse().unwrap()), expected);
    }
}
