//! Searching a directory of keys.

use chrono::TimeDelta;
use keystead::domain::environment::Environment;
use keystead::domain::id::{GroupId, KeyId, UserId};
use keystead::key_search::directory::{KeyDirectory, Listed};
use keystead::key_search::filter::{KeyFilter, Sort};

use crate::support::noon;

fn named(name: &str) -> Listed<'_> {
    Listed {
        id: KeyId::new(),
        name,
        description: "",
        hint: "ks_live_…9fQ2",
        group: GroupId::new(),
        group_name: "Full access",
        project: None,
        owner_words: "",
        owner: None,
        environment: Environment::Live,
        created_at: noon(),
        expires_at: None,
        disabled: false,
        revoked: false,
    }
}

#[test]
fn typed_and_stored_text_are_compared_alike() {
    for (name, typed) in [
        ("Reports...", "reports..."),
        ("Reports...", "reports…"),
        ("Reports…", "REPORTS..."),
        ("Reports...", ".."),
        ("ΟΔΟΣ", "οδος"),
        ("οδος", "ΟΔΟΣ"),
        ("ΟΔΟΣΑ", "ΟΔΟΣ"),
        ("İstanbul", "İSTANBUL"),
        ("Ådel", "åDEL"),
    ] {
        let mut keys = KeyDirectory::default();
        keys.put(&named(name));
        let filter = KeyFilter::parse(typed, "", "").unwrap();
        let found = keys.find(&filter, Sort::default(), None, 1, noon());
        assert_eq!(found.matching, 1, "{name} {typed}");
    }
}

/// What happens to a key, to whoever owns it, or to nobody.
fn change(keys: &mut KeyDirectory, key: &mut Listed<'_>, owner: UserId, turn: usize) {
    let day = TimeDelta::days(i64::try_from(turn).unwrap());
    match turn % 7 {
        0 => key.expires_at = Some(noon() + day),
        1 => key.revoked = !key.revoked,
        2 => key.disabled = !key.disabled,
        3 => key.owner = key.owner.is_none().then_some(owner),
        4 => return keys.set_used(key.id, noon() + day - TimeDelta::days(80)),
        5 => {
            return keys.set_rotating(if turn.is_multiple_of(2) {
                vec![key.id]
            } else {
                Vec::new()
            });
        }
        _ => {
            return keys.set_members(if turn.is_multiple_of(2) {
                vec![owner]
            } else {
                Vec::new()
            });
        }
    }
    keys.put(key);
}

#[test]
fn what_stands_around_a_list_is_that_of_the_moment() {
    let owner = UserId::new();
    let mut keys: Vec<Listed<'_>> = (0..5).map(|_| named("Key")).collect();
    let mut kept = KeyDirectory::default();
    for key in &keys {
        kept.put(key);
    }
    let (mut used, mut rotating, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..210 {
        let of = turn % keys.len();
        change(&mut kept, &mut keys[of], owner, turn);
        match turn % 7 {
            4 => used.push((of, turn)),
            5 => rotating = vec![(of, turn)],
            6 => members = vec![(of, turn)],
            _ => {}
        }
        // Time goes on, to the very instants at which something changes and past them; then it is put back.
        let days = TimeDelta::days(i64::try_from(turn * 37 % 200).unwrap());
        for later in [TimeDelta::zero(), days, days + TimeDelta::microseconds(1)] {
            let now = noon() + later;
            let mut anew = KeyDirectory::default();
            for key in &keys {
                anew.put(key);
            }
            for (of, turn) in used.iter().chain(&rotating).chain(&members) {
                change(&mut anew, &mut keys[*of].clone(), owner, *turn);
            }
            let filter = KeyFilter::default();
            let [is, was] = [&mut kept, &mut anew]
                .map(|keys| keys.find(&filter, Sort::default(), None, 1, now));
            assert_eq!(
                (is.totals, is.attention),
                (was.totals, was.attention),
                "turn {turn}, {later}"
            );
        }
    }
}
