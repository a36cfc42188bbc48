//! The decision: may this key do this, now, from here?

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::Guard;

use super::checks::{self, Attempt};
use super::entry::{Entry, Grants};
use super::index::Index;
use super::key_lookup::{KeyLookup, Place};
use super::limiter::Allowance;
use super::moves::Holder;
use super::records::{Facts, Record, kept_method, kept_path, kept_scope, kept_user_agent};
use super::shares::Subject;
use super::table::Held;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// The question whether a key may be used.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The text that was presented as a key.
    pub key: &'a KeyLookup<'a>,
    /// Where the caller is, as far as it is known.
    pub address: Option<IpAddr>,
    /// The scope that the operation needs.
    pub scope: Option<&'a str>,
    /// The present.
    pub now: Timestamp,
    /// The revision that the answer has to go by, or a later one; 0 for any.
    pub at_least: i64,
    /// The request in which the key was presented.
    pub facts: Facts<'a>,
}

/// The answer, with the key it is about when there is one.
#[derive(Debug)]
pub struct Verdict {
    /// The answer.
    pub code: Code,
    found: Option<(Held<Entry>, Guard<Arc<Grants>>)>,
    /// What the key's rate limit has left, when it has one and every other check passed.
    pub allowance: Option<Allowance>,
}

impl Verdict {
    /// The key as it was when it was decided upon, and what its group gave it then.
    pub fn key(&self) -> Option<(&Entry, &Grants)> {
        let (held, grants) = self.found.as_ref()?;
        Some((held.get()?, grants))
    }
}

/// Decides, counts the answer and records it. `None` when the index may lack a change or its lease ran out, so that nobody
/// can tell, and while it lacks one that the question insists on: the server then answers 503.
pub fn decide(index: &Index, question: &Question<'_>) -> Option<Verdict> {
    let certainty = index.certainty()?;
    // Before the key is looked up, which is then found as that revision left it or later.
    if index.rev() < question.at_least {
        return None;
    }
    let found = match question.key.digest() {
        Some(_) => index.find(question.key).ok_or(Code::NotFound),
        None => Err(Code::Malformed),
    };
    let (stranger, found) = match found {
        Ok((held, place)) => {
            let grants = held.get().map(|entry| entry.group.grants());
            (Code::NotFound, grants.map(|grants| (held, place, grants)))
        }
        // The key may be good all the same: kept under a pepper that this server lacks.
        Err(Code::NotFound) if index.lacks_pepper() => return None,
        Err(code) => (code, None),
    };
    let entry = found
        .as_ref()
        .and_then(|(held, place, grants)| Some((held.get()?, place, grants)));
    let (code, entry, allowance) = match entry {
        Some((entry, place, grants)) => {
            let (code, allowance) = check(index, (entry, grants), place, question);
            (code, Some((entry, grants)), allowance)
        }
        None => (stranger, None, None),
    };
    // Last, when nothing is looked at any more.
    if !index.still(certainty) {
        return None;
    }
    index.metrics().decided(code);
    if let Some((entry, grants)) = entry {
        if let Some((held, ..)) = &found {
            index.usage().count(held, code, question.now);
        }
        if entry.is_observed() && code == Code::Valid {
            let caller = (entry.key_id, question.address);
            let callers = index.usage().callers();
            callers.note(caller, entry.tenant_id(), question.now);
        }
        if let Some(ring) = index.usage().ring() {
            let subject = Subject {
                key: entry.key_id,
                tenant: entry.tenant_id(),
                code,
            };
            ring.push(&subject, || record((entry, grants), code, question));
        }
    } else {
        index.strangers().add(question.facts.id, code);
    }
    Some(Verdict {
        code,
        found: found.map(|(held, _, grants)| (held, grants)),
        allowance,
    })
}

/// Puts a known key through its checks. Also notes which of two secrets it came with, and offers it to be moved when it
/// was found under an older pepper.
fn check(
    index: &Index,
    (entry, grants): (&Entry, &Grants),
    place: &Place,
    question: &Question<'_>,
) -> (Code, Option<Allowance>) {
    entry.bring_rest_near();
    let mut attempt = Attempt {
        entry,
        grants,
        address: question.address,
        scope: question.scope,
        now: question.now,
        servers: index.servers(),
        allowance: None,
    };
    let code = checks::first_failure(&mut attempt);
    if let Some(secret) = entry.secret() {
        let program = question.facts.user_agent;
        let rotations = index.rotations();
        rotations.note(secret, question.now, question.address, program);
    }
    // Nothing is wrong with a key that only asks too often.
    if matches!(code, Code::Valid | Code::RateLimited) {
        let holder = Holder::Key(entry.tenant_id(), entry.key_id);
        index.moves().offer(holder, place);
    }
    (code, attempt.allowance)
}

fn record((entry, grants): (&Entry, &Grants), code: Code, question: &Question<'_>) -> Record {
    let Facts {
        id,
        method,
        path,
        user_agent,
    } = question.facts;
    Record {
        id,
        at: question.now,
        key_id: entry.key_id,
        tenant_id: entry.tenant_id(),
        // Whichever changed last.
        rev: entry.rev.max(grants.rev),
        last4: question.key.text().as_bytes().last_chunk().copied(),
        code,
        address: question.address,
        method: kept_method(method),
        path: kept_path(path),
        scope: question.scope.map(kept_scope),
        user_agent: kept_user_agent(user_agent),
    }
}
