//! The entry of a key in the index: all that a decision about the key needs.

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::counters::Counters;
use super::limiter::Limiter;
use super::prefetch::prefetch;
use super::rotations::Secret;
use crate::domain::address_list::AddressList;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, TenantId};
use crate::domain::scope::Scopes;
use crate::domain::time::{Timestamp, from_micros};

/// An authorization group as the keys of one project have it. All keys of the group in the same project share one value
/// of this type, so that a key's project takes no memory of its own, and that a change of the group, or of its tenant, reaches
/// a million keys at once.
#[derive(Debug)]
pub struct Group {
    /// Identifier.
    pub id: GroupId,
    /// The tenant that owns the group and its keys.
    pub tenant_id: TenantId,
    /// The project that these keys belong to; `None`: they are the whole tenant's.
    pub project_id: Option<ProjectId>,
    grants: ArcSwap<Grants>,
}

/// What the keys of a group are granted at some moment.
#[derive(Debug, Clone)]
pub struct Grants {
    /// Name of the group.
    pub name: String,
    /// The scopes that it grants.
    pub scopes: Scopes,
    /// True while the tenant is suspended: none of its keys is accepted then.
    pub tenant_suspended: bool,
    /// The revision of the change log from which this was made.
    pub rev: i64,
}

impl Group {
    /// A group whose keys have this.
    pub fn new(
        id: GroupId,
        tenant_id: TenantId,
        project_id: Option<ProjectId>,
        grants: Arc<Grants>,
    ) -> Self {
        Self {
            id,
            tenant_id,
            project_id,
            grants: ArcSwap::new(grants),
        }
    }

    /// What its keys have now. Whoever decides about a key reads it once.
    pub fn grants(&self) -> Guard<Arc<Grants>> {
        self.grants.load()
    }

    /// Gives its keys this from now on.
    pub fn set_grants(&self, grants: &Arc<Grants>) {
        self.grants.store(Arc::clone(grants));
    }
}

/// All that a decision about one key needs, with its group. Apart from its counters an entry never changes: when the key
/// changes, a new entry takes the place of the old one.
///
/// With millions of keys, most entries are not in the processor's cache when they are needed, and fetching one from
/// memory takes longer than the decision itself. So entries are small, and data that only few keys have is behind a
/// pointer, in [`Special`].
#[derive(Debug, Clone)]
#[repr(C)]
pub struct Entry {
    /// Identifier of the key.
    pub key_id: KeyId,
    /// The authorization group of the key; it also tells the tenant.
    pub group: Arc<Group>,
    /// Name of the key.
    pub name: Box<str>,
    /// Enforces the key's rate limit, if it has one. A new entry takes the limiter over while the limit stays the same.
    pub limiter: Option<Arc<Limiter>>,
    /// When the key expires.
    pub expiry: Expiry,
    /// Data that only few keys have.
    pub special: Option<Box<Special>>,
    /// Counts the answers about the key until they are collected for the database.
    pub counters: Counters,
    /// When the key was issued, in seconds since 1970. Four bytes are enough until 2106, and keep the entry small.
    pub issued: u32,
    /// Whether it is a live or a test key.
    pub environment: Environment,
    /// True when the key was revoked, which can't be undone.
    pub revoked: bool,
    /// True while the key is disabled. It can be enabled again.
    pub disabled: bool,
    /// The revision of the change log from which this entry was made.
    pub rev: i64,
}

/// When a key expires, in microseconds since 1970, or `i64::MAX` when it never does. This takes eight bytes, where an
/// optional [`Timestamp`] takes twelve.
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

/// Data that only few keys have.
#[derive(Debug, Clone, Default)]
pub struct Special {
    /// The addresses that may use the key, when its allowlist is enforced.
    pub ip_allowlist: Option<AddressList>,
    /// True when the allowlist is only observed: callers are noted, and none is refused because of its address.
    pub observed: bool,
    /// The secret that this entry is for, when the key was rotated: each secret of such a key has an entry.
    pub secret: Option<Secret>,
}

impl Special {
    /// Puts it behind a pointer, or gives `None` when the key has none of this data.
    pub fn boxed(self) -> Option<Box<Self>> {
        let is_plain = self.ip_allowlist.is_none() && !self.observed && self.secret.is_none();
        (!is_plain).then(|| Box::new(self))
    }
}

impl Entry {
    /// The entry of the same key for a secret that a rotation replaced.
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

    /// The tenant that owns the key.
    pub fn tenant_id(&self) -> TenantId {
        self.group.tenant_id
    }

    /// When the key expires, if it ever does.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expiry.into()
    }

    /// True from the very instant at which the key expires.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expiry.0 <= now.timestamp_micros()
    }

    /// True when the key may be used from this address: its allowlist has the address, or it has no enforced allowlist.
    pub fn allows(&self, address: Option<IpAddr>) -> bool {
        let special = self.special.as_ref();
        let list = special.and_then(|special| special.ip_allowlist.as_ref());
        list.is_none_or(|list| list.allows(address))
    }

    /// True when the allowlist is only observed.
    pub fn is_observed(&self) -> bool {
        let special = self.special.as_ref();
        special.is_some_and(|special| special.observed)
    }

    /// The secret that this entry is for, when the key was rotated.
    pub fn secret(&self) -> Option<&Secret> {
        self.special.as_ref()?.secret.as_ref()
    }

    /// True when this entry is for a secret that a rotation replaced.
    pub fn is_former(&self) -> bool {
        self.secret().is_some_and(|secret| secret.is_former)
    }

    /// True when this entry is for a replaced secret that is no longer accepted. The key itself may still be.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        let secret = self.secret();
        secret.is_some_and(|secret| secret.has_ended(now))
    }

    /// Tells the processor to fetch the memory behind the entry's pointers that the decision and its answer will read,
    /// so that they wait for all of it at once instead of one after the other.
    pub fn bring_rest_near(&self) {
        if let Some(letter) = self.name.as_bytes().first() {
            prefetch(letter);
        }
        if let Some(limiter) = &self.limiter {
            limiter.bring_near();
        }
    }
}
