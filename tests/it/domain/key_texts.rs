//! The text of keys.

use std::collections::HashSet;

use hmac::{Hmac, KeyInit, Mac};
use keystead::domain::environment::Environment;
use keystead::domain::key_text::{
    KeySecret, appears_in, is_brand, is_verifier_token, is_well_formed, may_hold_part,
};
use keystead::domain::pepper::Pepper;
use zeroize::Zeroizing;

const MANY: usize = 100_000;

fn generate(environment: Environment) -> String {
    KeySecret::generate("ks", environment)
        .unwrap()
        .expose()
        .to_owned()
}

#[test]
fn a_hundred_thousand_keys_are_different_and_of_one_shape() {
    let mut seen = HashSet::new();
    let mut counts = [0_u32; 128];
    for _ in 0..MANY {
        let key = generate(Environment::Live);
        let rest = key.strip_prefix("ks_live_").unwrap();
        assert_eq!(rest.len(), 38);
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert!(is_well_formed(&key), "{key}");
        rest[..32]
            .bytes()
            .for_each(|byte| counts[usize::from(byte)] += 1);
        assert!(seen.insert(key));
    }
    // Each of the 62 characters as often as the others: within six standard deviations of the mean.
    let mean = (MANY * 32) as f64 / 62.0;
    let used: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(used.len(), 62);
    assert!(
        used.iter()
            .all(|count| (f64::from(*count) - mean).abs() < 6.0 * mean.sqrt()),
        "{used:?}"
    );
}

#[test]
fn every_slip_of_one_character_is_noticed() {
    for environment in [Environment::Live, Environment::Test] {
        let key = generate(environment);
        for place in 0..key.len() {
            for other in (b'0'..=b'z').filter(|other| *other != key.as_bytes()[place]) {
                let mut slip = key.clone().into_bytes();
                slip[place] = other;
                let slip = String::from_utf8(slip).unwrap();
                assert!(!is_well_formed(&slip), "{slip} passes for {key}");
            }
        }
    }
}

#[test]
fn swapped_neighbours_cut_ends_and_foreign_characters_are_noticed() {
    let key = generate(Environment::Live);
    for place in 0..key.len() - 1 {
        let mut swapped = key.clone().into_bytes();
        swapped.swap(place, place + 1);
        let swapped = String::from_utf8(swapped).unwrap();
        assert!(swapped == key || !is_well_formed(&swapped), "{swapped}");
    }
    for length in 0..key.len() {
        assert!(!is_well_formed(&key[..length]));
        assert!(!is_well_formed(&key[key.len() - length..]));
    }
    for foreign in [
        format!("{key} "),
        format!(" {key}"),
        format!("{key}\u{200b}"),
        key.replace('_', "-"),
        key.to_uppercase(),
        "é".repeat(23),
    ] {
        assert!(!is_well_formed(&foreign), "{foreign:?}");
    }
}

#[test]
fn a_secret_does_not_print() {
    let secret = KeySecret::generate("ks", Environment::Live).unwrap();
    assert_eq!(format!("{secret:?}"), "[redacted]");
    let pepper = Pepper::new(1, &Zeroizing::new([7; 32]));
    assert_eq!(format!("{pepper:?}"), "Pepper(version 1, [redacted])");
}

#[test]
fn the_digest_is_hmac_sha256_under_the_pepper() {
    let bytes: [u8; 32] = std::array::from_fn(|place| place as u8);
    let ours = Pepper::new(1, &Zeroizing::new(bytes)).digest("ks_live_example");
    let mut theirs = Hmac::<sha2::Sha256>::new_from_slice(&bytes).unwrap();
    theirs.update(b"ks_live_example");
    assert_eq!(ours.as_slice(), theirs.finalize().into_bytes().as_slice());
}

#[test]
fn brands_are_short_lower_case_words() {
    for good in ["ks", "acme", "a1", "twelveletter"] {
        assert!(is_brand(good), "{good}");
    }
    for bad in ["", "k", "Ks", "1a", "thirteenletter", "a_b", "a-b", "é"] {
        assert!(!is_brand(bad), "{bad}");
    }
}

#[test]
fn a_key_is_found_whatever_it_touches() {
    let body = "0123456789ABCDEFabcdef0123456789";
    for text in [
        format!("key_ks_live_{body}"),
        format!("ks_test_{body}_old"),
        format!("/a/x_live_live_{body}23456789"),
        format!("é_verifier_{body}é"),
    ] {
        assert!(appears_in(&text), "{text}");
    }
    for text in [
        format!("ks_live_{}", &body[1..]),
        format!("live_{body}"),
        format!("ks_LIVE_{body}"),
        format!("ks_live_{}é", &body[1..]),
        format!("my_test_of_{body}"),
        "_live_".into(),
        String::new(),
    ] {
        assert!(!appears_in(&text), "{text}");
    }
}

#[test]
fn more_of_a_secret_than_pages_show_is_told_from_words() {
    for text in [
        "ks_live_A",
        "see ks_test_0 there",
        "ks_verifier_z",
        "x9Kq2",
        "from Zb7pLw on",
        "aBcde",
        "0197c1f0-0000-7000-8000-000000000000",
    ] {
        assert!(may_hold_part(text), "{text}");
    }
    for text in [
        "",
        "ks_live_",
        "ks_live_ Ab3F",
        "Ab3F",
        "_test_",
        "ERP integration",
        "PRODUCTION",
        "2026",
        "SAP ECC 6",
        "Größe",
    ] {
        assert!(!may_hold_part(text), "{text}");
    }
    for _ in 0..1_000 {
        let key = generate(Environment::Live);
        let body = &key[key.len() - 38..];
        assert!(
            may_hold_part(&body[..16]) && may_hold_part(&body[16..]),
            "{key}"
        );
    }
}

#[test]
fn a_verifiers_token_is_no_key_and_a_key_is_no_verifiers_token() {
    for brand in ["ks", "live", "verifier", "twelveletter"] {
        let key = KeySecret::generate(brand, Environment::Live).unwrap();
        let token = KeySecret::generate_verifier(brand).unwrap();
        let (key, token) = (key.expose(), token.expose());
        assert!(token.starts_with(&format!("{brand}_verifier_")));
        assert!(is_well_formed(key) && !is_verifier_token(key), "{key}");
        assert!(
            is_verifier_token(token) && !is_well_formed(token),
            "{token}"
        );
        assert!(appears_in(&format!("see {token}.")));
        assert!(!is_verifier_token(&format!("{token}x")));
        assert!(!is_verifier_token(&token[..token.len() - 1]));
        let body = &token[brand.len() + 10..];
        assert!(!is_verifier_token(&format!("{brand}_live_verifier_{body}")));
        assert!(!is_verifier_token(&format!("verifier_{body}")));
    }
}
