//! What works again in a database that was put back to an older state: what a server kept of changes that stopped something
//! is held against the database as it is.

use super::stops::{powers_of, token_word};
use crate::db::change_log::{self, Position};
use crate::db::groups::Group;
use crate::db::restores::Decision;
use crate::db::stops::KeyNow;
use crate::db::tenants::Tenant;
use crate::db::verifiers::Verifier;
use crate::db::{Conn, change_marks, restores, stops};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::key::State;
use crate::domain::scope::Scopes;
use crate::domain::stop::{Counts, KeyState, Stop, TenantState, Thing, last_of_each};
use crate::domain::time::Timestamp;

/// A group that grants more than it did.
#[derive(Debug)]
pub struct Widened {
    /// The change that is lost.
    pub stop: Stop,
    /// As it is.
    pub group: Group,
    /// What its tenant is called.
    pub tenant_name: String,
    /// What it grants when it grants no more than it did.
    pub left: Scopes,
}

/// What was lost, and what of it works again.
#[derive(Debug, Default)]
pub struct Report {
    /// Keys that work, or may be switched on again, with what became of each.
    pub keys: Vec<(KeyState, Stop, KeyNow)>,
    /// Groups that grant more than they did.
    pub groups: Vec<Widened>,
    /// Tenants whose keys are accepted.
    pub tenants: Vec<(TenantState, Stop, Tenant)>,
    /// Verifiers that may ask.
    pub verifiers: Vec<(Stop, Verifier)>,
    /// Verifiers with the token that they had before another one.
    pub rotated: Vec<(Stop, Verifier)>,
    /// Other changes that are lost, of which no more is known.
    pub others: Vec<Stop>,
    /// The last of the changes that are lost; also of those that were decided on.
    pub end: Option<Position>,
    /// The last decision that covers some of them.
    pub decided: Option<Decision>,
    /// A number that none of the lost changes has.
    pub next_epoch: i64,
}

impl Report {
    /// How much works again.
    pub fn counts(&self) -> Counts {
        Counts {
            keys: self.keys.len(),
            groups: self.groups.len(),
            tenants: self.tenants.len(),
            verifiers: self.verifiers.len(),
        }
    }

    /// True while somebody has to decide.
    pub fn is_undecided(&self) -> bool {
        !self.counts().is_nothing()
    }

    /// Why a server answers nothing, in a line.
    pub fn refusal(&self) -> String {
        let first = self.first().map_or(0, |first| first.rev);
        let more = match &self.decided {
            Some(_) => "; what was decided for another server does not cover it",
            None => "",
        };
        format!(
            "the database was put back to a state from before change {first}, and what was stopped since works again in \
             it: {}{more}; run `keystead restore` here to see it, and then with --stop-again or --accept",
            self.counts()
        )
    }

    /// The first of the changes that stopped what works again.
    pub fn first(&self) -> Option<&Stop> {
        let keys = self.keys.iter().map(|(_, stop, _)| stop);
        let groups = self.groups.iter().map(|group| &group.stop);
        let tenants = self.tenants.iter().map(|(_, stop, _)| stop);
        let verifiers = self.verifiers.iter().map(|(stop, _)| stop);
        let all = keys.chain(groups).chain(tenants).chain(verifiers);
        all.min_by_key(|stop| stop.rev)
    }

    fn take(&mut self, conn: &mut Conn, stop: Stop, now: &Now<'_>) -> Result<()> {
        match &stop.thing {
            Thing::Key { id, state, powers } => {
                if let Some(key) = now.works_again(conn, *id, *state, powers)? {
                    self.keys.push((*state, stop, key));
                }
            }
            Thing::Group { id, scopes } => {
                let had = Scopes::parse(scopes).unwrap_or_default();
                let group = stops::group(conn, *id)?;
                if let Some(group) = group.filter(|group| !had.cover(&group.scopes)) {
                    let tenant = stops::tenant(conn, group.tenant_id)?;
                    self.groups.push(Widened {
                        left: both(&had, &group.scopes),
                        tenant_name: tenant.map(|tenant| tenant.name).unwrap_or_default(),
                        stop,
                        group,
                    });
                }
            }
            Thing::Tenant { id, state } if *state != TenantState::Active => {
                let tenant = stops::tenant(conn, *id)?;
                let works = |tenant: &Tenant| {
                    tenant.suspended_at.is_none() && tenant.deletion_begun_at.is_none()
                };
                if let Some(tenant) = tenant.filter(works) {
                    self.tenants.push((*state, stop, tenant));
                }
            }
            Thing::Verifier { id, revoked, token } => {
                let verifier = stops::verifier(conn, *id)?;
                let works = |verifier: &Verifier| verifier.revoked_at.is_none();
                match verifier.filter(works) {
                    Some(verifier) if *revoked => self.verifiers.push((stop, verifier)),
                    Some(verifier) if *token != token_word(&verifier) => {
                        self.rotated.push((stop, verifier));
                    }
                    _ => {}
                }
            }
            Thing::Other { .. } => self.others.push(stop),
            Thing::Tenant { .. } | Thing::Head => {}
        }
        Ok(())
    }
}

/// What a record, the first change first, tells of that the database has lost. Give it a snapshot.
///
/// # Errors
/// Those of the database.
pub fn look(conn: &mut Conn, record: Vec<Stop>, at: Timestamp) -> Result<Report> {
    let pruned = change_marks::pruned_to(conn)?;
    let missing = missing(conn, record, pruned)?;
    let decisions = restores::list(conn)?;
    let newest = decisions.last().map_or(0, |newest| newest.number);
    let mut report = Report {
        end: missing.iter().map(position).max_by_key(|end| end.rev),
        next_epoch: 1 + missing.iter().map(|stop| stop.epoch).fold(newest, i64::max),
        ..Report::default()
    };
    let open = missing.into_iter().filter(|stop| {
        let mut all = decisions.iter().rev();
        let decided = all.find(|decision| decision.covers(position(stop), stop.epoch));
        report.decided = decided.cloned().or(report.decided.take());
        decided.is_none()
    });
    let open: Vec<Stop> = open.collect();
    let ids = open.iter().filter_map(|stop| match &stop.thing {
        Thing::Key { id, .. } => Some(*id),
        _ => None,
    });
    let now = Now {
        at,
        keys: &stops::keys(conn, &ids.collect::<Vec<KeyId>>())?,
    };
    for stop in open {
        report.take(conn, stop, &now)?;
    }
    Ok(report)
}

/// Up to which change of a record the database is known to have all of them; 0 when that is not known of any.
///
/// # Errors
/// Those of the database.
pub fn known_to(conn: &mut Conn, record: &[Stop]) -> Result<i64> {
    let revs: Vec<i64> = record.iter().map(|stop| stop.rev).collect();
    let entries = stops::entries(conn, &revs)?;
    let known = record
        .iter()
        .filter(|stop| entries.get(&stop.rev) == Some(&stop.entry));
    Ok(known.map(|stop| stop.rev).max().unwrap_or_default())
}

fn position(stop: &Stop) -> Position {
    Position {
        rev: stop.rev,
        entry: stop.entry,
    }
}

/// The last change of each thing, where the database does not have that very one. An entry id is drawn anew for each, so the
/// number alone proves nothing.
fn missing(conn: &mut Conn, record: Vec<Stop>, pruned: i64) -> Result<Vec<Stop>> {
    let head = change_log::head(conn)?.rev;
    let of_each = last_of_each(record);
    let revs = of_each
        .iter()
        .map(|stop| stop.rev)
        .filter(|rev| *rev <= head);
    let entries = stops::entries(conn, &revs.collect::<Vec<i64>>())?;
    let mut missing = Vec::new();
    for stop in of_each {
        if stop.thing == Thing::Head {
            continue;
        }
        let is_here = match entries.get(&stop.rev) {
            Some(entry) => *entry == stop.entry,
            // It may be one of those that were removed because a later one tells more.
            None if stop.rev <= pruned => was_overtaken(conn, &stop)?,
            None => false,
        };
        if !is_here {
            missing.push(stop);
        }
    }
    Ok(missing)
}

/// True when a later change of the same thing is there, and for what can't be compared.
fn was_overtaken(conn: &mut Conn, stop: &Stop) -> Result<bool> {
    if matches!(stop.thing, Thing::Other { .. }) {
        return Ok(true);
    }
    let (_, id) = stop.key();
    let newest = change_log::newest_of(conn, &id)?;
    Ok(newest.is_some_and(|newest| newest >= stop.rev))
}

/// What is granted by each of both.
fn both(one: &Scopes, other: &Scopes) -> Scopes {
    let of = |mine: &Scopes, theirs: &Scopes| -> Vec<String> {
        let mine = mine.list().iter().filter(|scope| theirs.allow(scope));
        mine.cloned().collect()
    };
    let common = [of(one, other), of(other, one)].concat();
    Scopes::parse(&common.join(" ")).unwrap_or_default()
}

/// The keys of a record as they are.
struct Now<'a> {
    at: Timestamp,
    keys: &'a std::collections::HashMap<KeyId, KeyNow>,
}

impl Now<'_> {
    /// The key, if it can do more than what became of it. What is revoked or past its end is good for nothing; what is only
    /// switched off can be switched on again, by somebody who can't know that it had been revoked.
    fn works_again(
        &self,
        conn: &mut Conn,
        id: KeyId,
        was: KeyState,
        powers: &str,
    ) -> Result<Option<KeyNow>> {
        let Some(key) = self.keys.get(&id) else {
            return Ok(None);
        };
        let works = match (was, key.state(self.at)) {
            (_, State::Revoked | State::Expired) => false,
            (KeyState::Revoked, _) | (KeyState::Disabled, State::Active) => true,
            (_, State::Disabled) => false,
            (KeyState::Live, State::Active) => {
                let is = powers_of(conn, id)?;
                powers.is_empty() || is != powers
            }
        };
        Ok(works.then(|| key.clone()))
    }
}
