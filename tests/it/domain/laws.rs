//! Laws that hold for any scopes and at any time, against models that are too simple to be wrong.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use keystead::domain::environment::Environment;
use keystead::domain::key::{Draft, Input, State, expiry_of_instant, expiry_of_last_day};
use keystead::domain::key_text::{KeySecret, is_well_formed};
use keystead::domain::scope::Scopes;
use keystead::domain::time::{Timestamp, rfc3339};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::support::noon;

const CASES: usize = 20_000;

/// Scopes of few words, so that they often meet.
fn scopes(random: &mut StdRng) -> Scopes {
    let count = random.random_range(0..5);
    let words: Vec<String> = (0..count)
        .map(|_| {
            let resource = ["a", "b", "c", "*"][random.random_range(0..4)];
            let action = ["read", "write", "*"][random.random_range(0..3)];
            format!("{resource}:{action}")
        })
        .collect();
    Scopes::parse(&words.join(" ")).unwrap()
}

/// Everything that can be asked for: the known words, and one that no scope names.
fn universe() -> Vec<(&'static str, &'static str)> {
    let resources = ["a", "b", "c", "else"];
    let actions = ["read", "write", "else"];
    resources
        .iter()
        .flat_map(|resource| actions.iter().map(move |action| (*resource, *action)))
        .collect()
}

/// What scopes grant, one by one.
fn granted(scopes: &Scopes) -> BTreeSet<(&'static str, &'static str)> {
    let mut granted = universe();
    granted.retain(|(resource, action)| {
        scopes.list().iter().any(|scope| {
            [
                format!("{resource}:{action}"),
                format!("{resource}:*"),
                format!("*:{action}"),
                "*:*".to_owned(),
            ]
            .contains(scope)
        })
    });
    granted.into_iter().collect()
}

#[test]
fn scopes_allow_and_cover_what_they_grant_and_nothing_else() {
    let mut random = StdRng::seed_from_u64(7);
    let (mut covering, mut refused) = (0, 0);
    for _ in 0..CASES {
        let (one, other, third) = (
            scopes(&mut random),
            scopes(&mut random),
            scopes(&mut random),
        );
        for (resource, action) in universe() {
            let wanted = format!("{resource}:{action}");
            let expected = granted(&one).contains(&(resource, action));
            assert_eq!(one.allow(&wanted), expected, "{one:?} and {wanted}");
        }
        let covers = granted(&other).is_subset(&granted(&one));
        assert_eq!(one.cover(&other), covers, "{one:?} and {other:?}");
        assert!(one.cover(&one), "{one:?}");
        if one.cover(&other) && other.cover(&third) {
            assert!(one.cover(&third), "{one:?} and {third:?}");
        }
        assert_eq!(Scopes::parse(one.text()).unwrap(), one);
        covering += usize::from(covers);
        refused += usize::from(!covers);
    }
    assert!(covering.min(refused) > CASES / 10, "{covering} {refused}");
}

fn draft(expiry: Result<Option<Timestamp>, String>, now: Timestamp) -> Option<Draft> {
    let input = Input {
        name: "ERP",
        environment: "live",
        ..Input::default()
    };
    input.check(now, expiry).ok()
}

#[test]
fn a_key_passes_through_its_states_in_one_direction() {
    let mut random = StdRng::seed_from_u64(11);
    for _ in 0..CASES {
        let end = random
            .random_bool(0.7)
            .then(|| noon() + TimeDelta::seconds(random.random_range(-50..50)));
        let (revoked, disabled) = (random.random_bool(0.2), random.random_bool(0.3));
        let mut ended = false;
        for second in -60..60 {
            let now = noon() + TimeDelta::seconds(second);
            let state = State::at(now, revoked, disabled, end);
            let is_past = end.is_some_and(|end| now >= end);
            let expected = match (revoked, is_past, disabled) {
                (true, _, _) => State::Revoked,
                (false, true, _) => State::Expired,
                (false, false, true) => State::Disabled,
                (false, false, false) => State::Active,
            };
            assert_eq!(state, expected, "{now} {end:?}");
            let is_over = matches!(state, State::Revoked | State::Expired);
            assert!(is_over || !ended, "a key came back at {now}");
            ended = is_over;
        }
    }
}

#[test]
fn an_expiration_lies_ahead_and_at_most_ten_years_away() {
    let mut random = StdRng::seed_from_u64(13);
    let furthest = TimeDelta::days(3_653);
    for _ in 0..CASES {
        let micros = random.random_range(-1_000_000_000..400_000_000_000_000_i64);
        let at = noon() + TimeDelta::microseconds(micros);
        let read = expiry_of_instant(&rfc3339(at));
        assert_eq!(read, Ok(Some(at)));
        let kept = draft(read, noon()).map(|draft| draft.expires_at);
        let expected = at > noon() && at <= noon() + furthest;
        assert_eq!(kept, expected.then_some(Some(at)), "{at}");
        // A date is its last day: the key works until the next one begins.
        let day = at.format("%Y-%m-%d").to_string();
        let end = expiry_of_last_day(&day).unwrap().unwrap();
        let rest = end - at;
        assert!(
            rest > TimeDelta::zero() && rest <= TimeDelta::days(1),
            "{at}"
        );
    }
}

#[test]
fn only_the_text_of_a_key_passes_for_one() {
    let mut random = StdRng::seed_from_u64(17);
    for _ in 0..CASES / 10 {
        let secret = KeySecret::generate("ks", Environment::Live).unwrap();
        let text = secret.expose();
        assert!(is_well_formed(text));
        let mut letters: Vec<char> = text.chars().collect();
        let (from, to) = (random.random_range(8..46), random.random_range(8..46));
        let letter = letters.remove(from);
        letters.insert(to, letter);
        let moved: String = letters.into_iter().collect();
        assert_eq!(is_well_formed(&moved), moved == text, "{moved}");
    }
}
