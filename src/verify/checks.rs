//! The checks that a known key goes through, in their order: one table, by which requests are decided and explained.

use std::net::IpAddr;
use std::num::NonZeroU32;

use super::entry::{Entry, Grants};
use super::limiter::Allowance;
use crate::domain::address_list::AddressList;
use crate::domain::key_snapshot::KeySnapshot;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;
use crate::domain::zone::Zone;

/// A key that was presented, on its way through the checks.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The key.
    pub entry: &'a Entry,
    /// What its group gives it.
    pub grants: &'a Grants,
    /// Where the caller is, as far as it is known.
    pub address: Option<IpAddr>,
    /// The scope that the operation needs.
    pub scope: Option<&'a str>,
    /// The present.
    pub now: Timestamp,
    /// Servers that share the key's rate limit.
    pub servers: NonZeroU32,
    /// What the key's rate limit has left, once this request was counted against it.
    pub allowance: Option<Allowance>,
}

/// A request that was decided, and what its key was like at that moment.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// The key.
    pub key: &'a KeySnapshot,
    /// The last four characters of the secret that was presented.
    pub last4: &'a str,
    /// Where the caller was; empty: not known.
    pub address: &'a str,
    /// The scope that was asked for; empty: none.
    pub scope: &'a str,
    /// When it was decided.
    pub at: Timestamp,
    /// In which whoever is told reads times.
    pub zone: Zone,
}

/// What people are told of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found, if the request passed.
    pub passed: String,
    /// What was found, if it was refused.
    pub failed: String,
    /// What would have passed.
    pub needed: String,
}

/// One check.
#[derive(Debug)]
pub struct Check {
    /// The verdict when it fails.
    pub code: Code,
    /// What has to be true, for people.
    pub question: &'static str,
    /// Tells people what was found in a request that was decided.
    pub explain: fn(&Past<'_>) -> Finding,
    fails: fn(&mut Attempt<'_>) -> bool,
}

/// The checks, first to last.
pub const CHECKS: [Check; Code::OF_KEYS.len() - 1] = [
    Check {
        code: Code::TenantSuspended,
        question: "The tenant is active",
        explain: tenant,
        fails: |attempt| attempt.grants.tenant_suspended,
    },
    Check {
        code: Code::Revoked,
        question: "The key is not revoked",
        explain: revocation,
        fails: |attempt| attempt.entry.revoked || attempt.entry.has_ended(attempt.now),
    },
    Check {
        code: Code::Disabled,
        question: "The key is switched on",
        explain: switch,
        fails: |attempt| attempt.entry.disabled,
    },
    Check {
        code: Code::Expired,
        question: "The key has not expired",
        explain: expiry,
        fails: |attempt| attempt.entry.is_expired(attempt.now),
    },
    Check {
        code: Code::IpDenied,
        question: "The caller's address is allowed",
        explain: address,
        fails: |attempt| !attempt.entry.allows(attempt.address),
    },
    Check {
        code: Code::InsufficientScope,
        question: "The key holds the scope",
        explain: scope,
        fails: |attempt| {
            let granted = &attempt.grants.scopes;
            attempt.scope.is_some_and(|scope| !granted.allow(scope))
        },
    },
    // The last one: a request that is refused for another reason must not count against the limit.
    Check {
        code: Code::RateLimited,
        question: "The key is within its rate limit",
        explain: rate_limit,
        fails: |attempt| {
            let limiter = attempt.entry.limiter.as_ref();
            attempt.allowance = limiter.map(|limiter| limiter.take(attempt.servers));
            let left = attempt.allowance;
            left.is_some_and(|left| left.retry_after.is_some())
        },
    },
];

/// Verdicts are listed and counted in the order of the checks.
const _: () = {
    let mut place = 0;
    while place < CHECKS.len() {
        let listed = CHECKS[place].code.index() == place + 1;
        assert!(listed, "the checks are not in the order of domain::verdict");
        place += 1;
    }
};

/// The verdict: that of the first check which fails.
pub fn first_failure(attempt: &mut Attempt<'_>) -> Code {
    // Constants, so that the compiler can make one chain of conditions of the table.
    for check in &CHECKS {
        if (check.fails)(attempt) {
            return check.code;
        }
    }
    Code::Valid
}

fn since(what: &str, when: Option<Timestamp>, zone: Zone) -> String {
    match when {
        Some(when) => format!("{what} since {}.", zone.day_and_time(when)),
        None => format!("{what}."),
    }
}

fn tenant(past: &Past<'_>) -> Finding {
    Finding {
        passed: "It was active.".into(),
        failed: since("It was suspended", past.key.tenant_suspended_at, past.zone),
        needed: "A tenant that is not suspended. Ask your operator.".into(),
    }
}

fn revocation(past: &Past<'_>) -> Finding {
    let key = past.key;
    // A former secret is refused as revoked from its end on, though the key itself goes on.
    let former = key.former_secret(past.last4);
    let Some(former) = former.filter(|_| key.revoked_at.is_none()) else {
        return Finding {
            passed: "It was not revoked.".into(),
            failed: since("It was revoked", key.revoked_at, past.zone),
            needed: "Another key: revoking is for good.".into(),
        };
    };
    let end = former.ends_at.map(|at| past.zone.day_and_time(at));
    let until = end.as_deref().unwrap_or("it fell quiet");
    let came = format!("It came with the former secret …{}", former.last4);
    Finding {
        passed: format!("{came}, which worked until {until}."),
        failed: format!("{came}, which ended at {}.", end.as_deref().unwrap_or("")),
        needed: format!("The secret that the key has now, {}.", key.hint),
    }
}

fn switch(past: &Past<'_>) -> Finding {
    Finding {
        passed: "It was on.".into(),
        failed: since("It was disabled", past.key.disabled_at, past.zone),
        needed: "The same key, enabled again.".into(),
    }
}

fn expiry(past: &Past<'_>) -> Finding {
    let end = past.key.expires_at.map(|at| past.zone.day_and_time(at));
    let at = past.zone.day_and_time(past.at);
    Finding {
        passed: match &end {
            Some(end) => format!("It works until {end}."),
            None => "It never expires.".into(),
        },
        failed: end.map_or_else(String::new, |end| {
            format!("It expired at {end}; the request came at {at}.")
        }),
        needed: "A key with a later expiration.".into(),
    }
}

fn address(past: &Past<'_>) -> Finding {
    let allowed = shortened(&past.key.ip_allowlist);
    let is_known = !past.address.is_empty();
    let caller = if is_known {
        format!("The caller was at {}", past.address)
    } else {
        "The caller's address was not known".into()
    };
    let in_list = format!("A caller in {allowed}");
    Finding {
        passed: if past.key.ip_allowlist_observed {
            observed(&caller, &allowed, past)
        } else if allowed.is_empty() {
            "Any address is allowed.".into()
        } else {
            format!("{caller}, which is in {allowed}.")
        },
        failed: if is_known {
            format!("{caller}, which is not in {allowed}.")
        } else {
            format!("{caller}; it has to be in {allowed}.")
        },
        needed: if is_known {
            format!("{in_list}, or the address added to the key's IP allowlist.")
        } else {
            format!("{in_list}.")
        },
    }
}

/// Addresses and ranges of an allowlist that are told; it may have hundreds.
const ADDRESSES: usize = 5;

fn shortened(list: &[String]) -> String {
    let (first, rest) = list.split_at(list.len().min(ADDRESSES));
    match rest.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// What an allowlist that is only observed did: nothing, and what it would have done.
fn observed(caller: &str, allowed: &str, past: &Past<'_>) -> String {
    let lines = past.key.ip_allowlist.iter().map(String::as_str);
    let would_pass = AddressList::parse(lines).is_ok_and(|list| list.allows_text(past.address));
    if would_pass {
        format!("{caller}. The IP allowlist is only observed; enforced, it would let this through.")
    } else {
        format!(
            "{caller}, which is not in {allowed}. The IP allowlist is only observed; enforced, it would refuse this."
        )
    }
}

fn scope(past: &Past<'_>) -> Finding {
    let (asked, group, granted) = (past.scope, &past.key.authorization_group, &past.key.scopes);
    Finding {
        passed: if asked.is_empty() {
            "No scope was asked for.".into()
        } else {
            format!("{asked} is granted by {granted}.")
        },
        failed: format!("{asked} was asked for; the group {group} grants {granted}."),
        needed: format!("A key whose authorization group grants {asked}."),
    }
}

fn rate_limit(past: &Past<'_>) -> Finding {
    let limit = past.key.rate_limit.as_ref();
    let its_limit = limit.map_or_else(
        || "its limit".into(),
        |limit| format!("its limit of {limit}"),
    );
    Finding {
        passed: match limit {
            Some(_) => format!("It was within {its_limit}."),
            None => "It has no limit.".into(),
        },
        failed: format!("It had used up {its_limit} at that moment."),
        needed: "Fewer requests at a time, or a higher rate limit.".into(),
    }
}
