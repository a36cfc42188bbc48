//! What verification knows of one key.

use std::net::IpAddr;
use std::sync::Arc;

use super::counters::Counters;
use super::limiter::Limiter;
use super::prefetch::prefetch;
use super::rotations::Secret;
use crate::domain::address_list::AddressList;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, TenantId};
use crate::domain::scope::Scopes;
use crate::domain::time::{Timestamp, from_micros};

/// An authorization group as keys share it.
#[derive(Debug)]
pub struct Group {
    /// Identifier.
    pub id: GroupId,
    /// The tenant whose group, and whose keys, these are.
    pub tenant_id: TenantId,
    /// Name.
    pub name: String,
    /// What it grants.
    pub scopes: Scopes,
}

/// What verification knows of one key. An entry never changes, save what it counts: a change puts a new one in place.
///
/// Among millions of keys nearly every entry that is asked for comes from memory, and waiting for that costs more than
/// the decision. So it is small, and what few keys have lies elsewhere.
#[derive(Debug, Clone)]
#[repr(C)]
pub struct Entry {
    /// The key.
    pub key_id: KeyId,
    /// Its authorization group, which is its tenant's.
    pub group: Arc<Group>,
    /// Name of the key.
    pub name: Box<str>,
    /// Counts against the key's rate limit, if it has one; carried over while the limit stays the same.
    pub limiter: Option<Arc<Limiter>>,
    /// End of its life.
    pub expiry: Expiry,
    /// What it has and few others do.
    pub special: Option<Box<Special>>,
    /// Counts since the last collection.
    pub counters: Counters,
    /// When it was issued, in seconds since 1970: four bytes do until 2106, and there are millions of entries.
    pub issued: u32,
    /// Live or test.
    pub environment: Environment,
    /// True while none of the tenant's keys is accepted.
    pub tenant_suspended: bool,
    /// Revoked for good.
    pub revoked: bool,
    /// Switched off for now.
    pub disabled: bool,
    /// The revision at which the key was as it stands here.
    pub rev: i64,
}

/// The end of a key's life in eight bytes, where an optional [`Timestamp`] takes twelve: microseconds since 1970, and
/// the last of all when there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry(i64);

impl From<Option<Timestamp>> for Expiry {
    fn from(end: Option<Timestamp>) -> Self {
        Self(end.map_or(i64::MAX, |end| end.timestamp_micros()))
    }
}

impl From<Expiry> for Option<Timestamp> {
    fn from(expiry: Expiry) -> Self {
        (expiry.0 != i64::MAX).then(|| from_micros(expiry.0))
    }
}

/// What few keys have.
#[derive(Debug, Clone, Default)]
pub struct Special {
    /// Allowed addresses, when they are enforced.
    pub ip_allowlist: Option<AddressList>,
    /// Its callers are noted, and none is refused for its address.
    pub observed: bool,
    /// Which of its secrets this is about, for a key that has or had two.
    pub secret: Option<Secret>,
}

impl Special {
    /// None when there is nothing special about the key.
    pub fn boxed(self) -> Option<Box<Self>> {
        let is_plain = self.ip_allowlist.is_none() && !self.observed && self.secret.is_none();
        (!is_plain).then(|| Box::new(self))
    }
}

impl Entry {
    /// The same key by the secret that it lost in a rotation.
    pub fn of_former(&self, secret: Secret) -> Self {
        let special = Special {
            secret: Some(secret),
            ..self.special.as_deref().cloned().unwrap_or_default()
        };
        Self {
            special: special.boxed(),
            ..self.clone()
        }
    }

    /// Its tenant.
    pub fn tenant_id(&self) -> TenantId {
        self.group.tenant_id
    }

    /// End of its life.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expiry.into()
    }

    /// True from the end of its life on.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expiry.0 <= now.timestamp_micros()
    }

    /// True when its allowlist has this address, or when it has none that is enforced.
    pub fn allows(&self, address: Option<IpAddr>) -> bool {
        let special = self.special.as_ref();
        let list = special.and_then(|special| special.ip_allowlist.as_ref());
        list.is_none_or(|list| list.allows(address))
    }

    /// True when its callers are noted.
    pub fn is_observed(&self) -> bool {
        let special = self.special.as_ref();
        special.is_some_and(|special| special.observed)
    }

    /// Which of its secrets this is about, for a key that has or had two.
    pub fn secret(&self) -> Option<&Secret> {
        self.special.as_ref()?.secret.as_ref()
    }

    /// True for the old secret of a rotation.
    pub fn is_former(&self) -> bool {
        self.secret().is_some_and(|secret| secret.is_former)
    }

    /// True for a former secret whose time is over; the key itself may go on.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        let secret = self.secret();
        secret.is_some_and(|secret| secret.has_ended(now))
    }

    /// Asks for the memory that a decision and its answer will read beside the entry: all of it at once.
    pub fn bring_rest_near(&self) {
        if let Some(letter) = self.name.as_bytes().first() {
            prefetch(letter);
        }
        if let Some(limiter) = &self.limiter {
            limiter.bring_near();
        }
    }
}
