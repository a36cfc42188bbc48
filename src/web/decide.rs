//! Decides about a presented key, for the API and the gateways alike.

use super::client::Incoming;
use super::refused::Refused;
use crate::domain::pepper::SecretDigests;
use crate::domain::role::{Actor, Who};
use crate::domain::verdict::Code;
use crate::domain::verdict::Need;
use crate::domain::{self, Error};
use crate::verify::{Allowance, Entry, Facts, Grants, KeyLookup, Question, Verdict, decision};

/// A key that is accepted, save perhaps for the scope.
#[derive(Debug)]
pub struct Decided(Verdict);

impl Decided {
    /// The key, and what its group gives it: there always is one.
    pub fn key(&self) -> Option<(&Entry, &Grants)> {
        self.0.key()
    }

    /// True when it has the scope that was asked for.
    pub fn has_scope(&self) -> bool {
        self.0.code == Code::Valid
    }

    /// What its rate limit has left, if it has one.
    pub fn allowance(&self) -> Option<Allowance> {
        self.0.allowance
    }
}

/// Decides about the key that was [presented](super::presented::presented); `facts` are those of the operation it is presented for.
///
/// # Errors
/// `Missing`, `Invalid`, `Malformed`, `Limited`, or 503 when the index is not certain. A missing scope is left to the caller.
pub fn decide(
    incoming: &Incoming<'_>,
    presented: domain::Result<Option<KeyLookup<'_>>>,
    scope: Option<&str>,
    facts: Facts<'_>,
) -> Result<Decided, Refused> {
    let key = presented?.ok_or(Refused::Missing)?;
    let question = Question {
        key: &key,
        address: incoming.address(),
        scope,
        now: incoming.now,
        at_least: 0,
        facts,
    };
    let verdict = decision::decide(incoming.state.index(), &question)
        .ok_or_else(|| Error::Unavailable("the index is not certain".into()))?;
    match (verdict.code.need(), verdict.allowance) {
        (Need::Nothing | Need::Scope, _) => Ok(Decided(verdict)),
        (Need::Patience, Some(allowance)) => Err(Refused::Limited(allowance)),
        (Need::Patience | Need::WorkingKey, _) => Err(match verdict.code {
            Code::Malformed => Refused::Malformed,
            code => Refused::Invalid(code == Code::Expired),
        }),
    }
}

/// The key itself acts, by this secret of it.
pub fn holder(
    (entry, grants): (&Entry, &Grants),
    secret: SecretDigests,
    incoming: &Incoming<'_>,
) -> Actor {
    Actor {
        who: Who::Key {
            id: entry.key_id,
            name: entry.name.to_string(),
            scopes: grants.scopes.clone(),
            project: entry.group.project_id,
            is_former: entry.is_former(),
            secret,
        },
        tenant: entry.tenant_id(),
        now: incoming.now,
        address: incoming.address(),
        request_id: incoming.id.to_string(),
    }
}
