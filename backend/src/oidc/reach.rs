//! Which addresses of platforms this server connects to. A platform must not have us send requests into our own network.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::{net::lookup_host, time::timeout};
use url::{Host, Url};

/// How long the look-up of a typed name may take. One that is not found is checked again when something is sent.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);

/// The addresses that are reached.
#[derive(Clone, Debug)]
pub struct Reach {
    /// `None`: all addresses, as development needs. Else public ones, and these networks.
    private: Option<Arc<[IpNet]>>,
}

impl Reach {
    pub const fn everywhere() -> Self {
        Self { private: None }
    }

    pub fn public_and(networks: &[IpNet]) -> Self {
        Self { private: Some(networks.into()) }
    }

    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let Some(networks) = &self.private else { return true };
        is_public(address) || networks.iter().any(|network| network.contains(&address))
    }

    /// False if the host of the URL is an address that is not reached. Names pass; [`Resolve`] decides about them.
    pub fn permits_host(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.permits(address.into()),
            Some(Host::Ipv6(address)) => self.permits(address.into()),
            Some(Host::Domain(_)) | None => true,
        }
    }

    /// Like [`Self::permits_host`], but also looks a name up. One that is not found passes.
    pub async fn permits_now(&self, url: &Url) -> bool {
        let Some(Host::Domain(name)) = url.host() else { return self.permits_host(url) };
        if self.private.is_none() {
            return true;
        }
        match timeout(LOOKUP_TIMEOUT, lookup_host((name, 0))).await {
            Ok(Ok(mut found)) => found.all(|address| self.permits(address.ip())),
            Ok(Err(_)) | Err(_) => true,
        }
    }
}

/// Looks names up for each connection, so that a name that changes its address leads nowhere.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !reach.permits(address.ip())) {
                return Err("the name leads to a private address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// False for addresses of this machine, of private networks, and for what is no address of one machine.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The registry of RFC 6890: what is not globally reachable. Networks for documentation lead nowhere and pass.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_benchmark = a == 198 && (18..20).contains(&b);
    let is_special = a == 0 || a >= 224 || [a, b, c] == [192, 0, 0];
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || is_shared
        || is_benchmark
        || is_special)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // An IPv4 address inside: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), IPv4-compatible (RFC 4291).
    let [.., high, low] = segments;
    let inner = match segments {
        [0x64, 0xff9b, ..] | [0, 0, 0, 0, 0, 0, _, _] => Some((high, low)),
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    let inner = inner.map(|(high, low)| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    let is_site_local = segments[0] & 0xffc0 == 0xfec0;
    !(address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || is_site_local
        || inner.is_some_and(|inner| !is_public_v4(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("127.0.0.1", false)]
    #[case("127.8.8.8", false)]
    #[case("10.1.2.3", false)]
    #[case("172.16.0.1", false)]
    #[case("192.168.1.1", false)]
    #[case("169.254.169.254", false)]
    #[case("100.64.0.1", false)]
    #[case("198.18.0.1", false)]
    #[case("192.0.0.1", false)]
    #[case("0.0.0.0", false)]
    #[case("224.0.0.1", false)]
    #[case("255.255.255.255", false)]
    #[case("103.10.20.30", true)]
    #[case("100.128.0.1", true)]
    #[case("::1", false)]
    #[case("::", false)]
    #[case("::127.0.0.1", false)]
    #[case("::ffff:10.1.2.3", false)]
    #[case("64:ff9b::10.1.2.3", false)]
    #[case("64:ff9b::103.10.20.30", true)]
    #[case("2002:7f00:1::", false)]
    #[case("fd00::1", false)]
    #[case("fe80::1", false)]
    #[case("fec0::1", false)]
    #[case("ff02::1", false)]
    #[case("2001:d00::1", true)]
    fn only_public_addresses_are_reached(#[case] address: &str, #[case] is_public: bool) {
        let address = address.parse().unwrap();
        assert_eq!(Reach::public_and(&[]).permits(address), is_public);
        assert!(Reach::everywhere().permits(address));
    }

    #[test]
    fn the_operator_may_allow_a_network() {
        let reach = Reach::public_and(&["10.1.0.0/16".parse().unwrap()]);
        let at = |address: &str| reach.permits(address.parse().unwrap());
        assert!(at("10.1.2.3") && at("::ffff:10.1.2.3") && !at("10.2.2.3") && !at("127.0.0.1"));
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert!(!reach.permits_host(&url("https://127.0.0.1/")) && !reach.permits_host(&url("https://[::1]/")));
        assert!(reach.permits_host(&url("https://10.1.2.3/")) && reach.permits_host(&url("https://localhost/")));
    }

    #[tokio::test]
    async fn a_name_is_what_it_leads_to() {
        let reach = Reach::public_and(&[]);
        let url = "https://localhost/".parse().unwrap();
        assert!(!reach.permits_now(&url).await && Reach::everywhere().permits_now(&url).await);
        assert!(reach.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
