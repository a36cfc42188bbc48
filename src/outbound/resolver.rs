//! Names are resolved once for a call, and it goes to one of the addresses that were looked at here.

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::domain::public_address::is_public;

/// The host has an address outside of the public internet.
#[derive(Debug)]
pub struct NotPublic;

impl std::fmt::Display for NotPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the host is not in the public internet")
    }
}

impl std::error::Error for NotPublic {}

/// Refuses a host of which any address is private, unless the operator named it.
#[derive(Debug)]
pub struct PublicResolver {
    may_be_private: bool,
    system: DefaultResolver,
}

impl PublicResolver {
    /// For one call.
    pub fn new(may_be_private: bool) -> Self {
        Self {
            may_be_private,
            system: DefaultResolver::default(),
        }
    }
}

impl Resolver for PublicResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let resolved = match self.system.resolve(uri, config, timeout) {
            // What the system says of a name that it does not know.
            Err(ureq::Error::Io(_)) => return Err(ureq::Error::HostNotFound),
            other => other?,
        };
        let is_wrong = !self.may_be_private && resolved.iter().any(|at| !is_public(at.ip()));
        if is_wrong {
            return Err(ureq::Error::Other(Box::new(NotPublic)));
        }
        Ok(resolved)
    }
}
