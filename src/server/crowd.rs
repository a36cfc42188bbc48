//! How many connections there may be: in all, and of one address.
//!
//! Looked at when a connection begins or ends, never with a request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::forwarded::TrustedProxies;
use crate::web::connection_counts::{Cause, ConnectionCounts};

/// The connections of all workers.
pub struct Crowd {
    /// How many there are, and why they ended.
    pub counts: Arc<ConnectionCounts>,
    trusted: TrustedProxies,
    per_address: usize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// The place of a connection, which is free again when this is dropped.
pub struct Place {
    crowd: Arc<Crowd>,
    address: Option<IpAddr>,
}

impl Crowd {
    /// At most `per_address` of one address, save of trusted proxies and of this machine, behind which many ask.
    pub fn new(counts: Arc<ConnectionCounts>, trusted: TrustedProxies, per_address: usize) -> Self {
        Self {
            counts,
            trusted,
            per_address,
            by_address: Mutex::default(),
        }
    }

    /// True when somebody has to give way to a new connection.
    pub fn is_full(&self) -> bool {
        self.counts.open() >= self.counts.most()
    }

    /// A place for a connection of `peer`, unless that has too many.
    pub fn enter(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Place> {
        let address = peer
            .map(|peer| peer.to_canonical())
            .filter(|peer| !peer.is_loopback() && !self.trusted.trusts(*peer))
            .map(home);
        if let Some(address) = address {
            let mut by_address = self
                .by_address
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let count = by_address.entry(address).or_default();
            if *count >= self.per_address {
                self.counts.note_end(Cause::Address);
                return None;
            }
            *count += 1;
        }
        self.counts.add();
        Some(Place {
            crowd: Arc::clone(self),
            address,
        })
    }
}

/// How an address is counted: whoever has one of IPv6 has its whole /64.
fn home(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.counts.remove();
        let Some(address) = self.address else {
            return;
        };
        let by_address = &self.crowd.by_address;
        let mut by_address = by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&address);
            }
        }
    }
}
