//! The hosts of an operator's own network to which calls may go.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;

use url::Url;

use super::authority::without_root;

/// Names and addresses of hosts, as URLs write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateHosts(BTreeSet<String>);

impl PrivateHosts {
    /// Reads a list that is separated by commas.
    ///
    /// # Errors
    /// What is no host.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = text.split(',').map(str::trim);
        let hosts = named.filter(|host| !host.is_empty()).map(as_in_urls);
        hosts.collect::<Result<_, _>>().map(Self)
    }

    /// True when the operator named this host of a URL.
    pub fn contains(&self, host: &str) -> bool {
        self.0.contains(without_root(host).unwrap_or_default())
    }
}

fn as_in_urls(host: &str) -> Result<String, String> {
    let refused = || format!("{host} is no host; use names or addresses without a port");
    let written = match host.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) if host.contains(['/', '@', '?', '#', '\\', ':']) => return Err(refused()),
        Err(_) => host.to_owned(),
    };
    let url = Url::parse(&format!("http://{written}/")).map_err(|_| refused())?;
    let host = url.host_str().and_then(without_root);
    host.map(str::to_owned).ok_or_else(refused)
}
