//! Which keys of a directory a filter lets through at an instant.

use chrono::TimeDelta;

use super::filter::{Expiration, KeyFilter, Need};
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, UserId};
use crate::domain::key::State;
use crate::domain::time::{EXPIRING_SOON_DAYS, Timestamp};

/// Days without an accepted request after which an active key needs attention.
pub const UNUSED_DAYS: i64 = 90;

/// All of a key but its words. Instants are microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) id: KeyId,
    pub(super) group: GroupId,
    pub(super) project: Option<ProjectId>,
    pub(super) owner: Option<UserId>,
    /// A member or a text looks after it.
    pub(super) is_owned: bool,
    pub(super) environment: Environment,
    pub(super) created: i64,
    /// `i64::MAX` for never.
    pub(super) expires: i64,
    /// 0 for never.
    pub(super) used: i64,
    pub(super) disabled: bool,
    pub(super) revoked: bool,
    /// Two of its secrets work.
    pub(super) rotating: bool,
    /// Where its words end.
    pub(super) end: usize,
}

impl Entry {
    /// A revoked key no longer changes its secret.
    pub(super) fn is_rotating(&self) -> bool {
        self.rotating && !self.revoked
    }
}

/// A filter at an instant.
pub(super) struct Sieve<'a> {
    filter: &'a KeyFilter,
    now: i64,
    soon: i64,
    stale: i64,
}

impl<'a> Sieve<'a> {
    pub(super) fn new(filter: &'a KeyFilter, now: Timestamp) -> Self {
        Self {
            filter,
            now: now.timestamp_micros(),
            soon: (now + TimeDelta::days(EXPIRING_SOON_DAYS)).timestamp_micros(),
            stale: (now - TimeDelta::days(UNUSED_DAYS)).timestamp_micros(),
        }
    }

    pub(super) fn state(&self, of: &Entry) -> State {
        match of {
            Entry { revoked: true, .. } => State::Revoked,
            Entry { expires, .. } if *expires <= self.now => State::Expired,
            Entry { disabled: true, .. } => State::Disabled,
            _ => State::Active,
        }
    }

    pub(super) fn is_soon(&self, of: &Entry) -> bool {
        of.expires > self.now && of.expires <= self.soon
    }

    pub(super) fn is_unused(&self, of: &Entry) -> bool {
        of.created < self.stale && of.used < self.stale
    }

    /// The instant that it tells apart from others.
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// When the state of a key, or what it needs, may be another, if nobody changes it.
    pub(super) fn changes_at(&self, of: &Entry) -> i64 {
        let (until_soon, until_stale) = (self.soon - self.now, self.now - self.stale + 1);
        let instants = [
            of.expires,
            of.expires.saturating_sub(until_soon),
            of.created + until_stale,
            of.used + until_stale,
        ];
        let to_come = instants.into_iter().filter(|at| *at > self.now);
        to_come.min().unwrap_or(i64::MAX)
    }

    /// Everything but words and status.
    pub(super) fn admits(&self, entry: &Entry) -> bool {
        let fits = match self.filter.expiration {
            Expiration::Any => true,
            Expiration::Valid => entry.expires > self.now && !entry.revoked,
            Expiration::Soon => self.is_soon(entry) && !entry.revoked,
            Expiration::Expired => entry.expires <= self.now,
        };
        let of_group = self.filter.group.is_none_or(|group| group == entry.group);
        let wanted = self.filter.project;
        let of_project = wanted.is_none_or(|project| Some(project) == entry.project);
        let of_owner = (self.filter.owner).is_none_or(|owner| Some(owner) == entry.owner);
        let of_environment = self
            .filter
            .environment
            .is_none_or(|environment| environment == entry.environment);
        fits && of_group
            && of_project
            && of_owner
            && of_environment
            && match self.filter.need {
                None => true,
                Some(Need::Unused) => self.is_unused(entry) && self.state(entry) == State::Active,
                Some(Need::Rotating) => entry.is_rotating(),
                Some(Need::Ownerless) => self.state(entry) == State::Active && !entry.is_owned,
            }
    }
}
