//! The text of keys and verifiers' tokens: nothing but what `KeySecret` could have made is accepted, and no input makes
//! it stumble.

use keystead::domain::key_text::{appears_in, is_verifier_token, is_well_formed};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Holds for arbitrary bytes, and for a key or token made of them.
pub fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    judge(&text);
    let key = key_of(data);
    assert!(passes(&key), "{key:?} is refused");
    judge(&key);
    for (before, after) in [
        ("", " "),
        ("\"", "\","),
        ("é", "é"),
        ("key=", "\n"),
        ("-", "-"),
        ("/key_", ""),
        ("", "_old"),
        ("_live_", "x"),
    ] {
        assert!(
            appears_in(&format!("{before}{key}{after}")),
            "{before}{key}{after}"
        );
    }
    refuses_slips(&key, data);
}

fn judge(text: &str) {
    assert_eq!(
        is_well_formed(text),
        fits(text, &["live", "test"]),
        "{text:?}"
    );
    assert_eq!(
        is_verifier_token(text),
        fits(text, &["verifier"]),
        "{text:?}"
    );
    let parts: Vec<&str> = text.split('_').collect();
    let found = parts.windows(3).any(|three| {
        let body = three[2].chars().take_while(char::is_ascii_alphanumeric);
        ["live", "test", "verifier"].contains(&three[1]) && body.count() >= 32
    });
    assert_eq!(appears_in(text), found, "{text:?}");
}

/// The shape of a key and its check, written a second time: from the left, and with the CRC bit by bit.
fn fits(text: &str, kinds: &[&str]) -> bool {
    let parts: Vec<&str> = text.split('_').collect();
    let [brand, kind, rest] = parts[..] else {
        return false;
    };
    let letters = |part: &str, good: fn(char) -> bool| part.chars().all(good);
    (2..=12).contains(&brand.len())
        && brand.starts_with(|c: char| c.is_ascii_lowercase())
        && letters(brand, |c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && kinds.contains(&kind)
        && rest.len() == 38
        && letters(rest, |c| c.is_ascii_alphanumeric())
        && check(&text.as_bytes()[..text.len() - 6]) == text[text.len() - 6..]
}

/// CRC-32 (IEEE 802.3) in six base62 digits.
fn check(head: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in head {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    let mut value = !crc as usize;
    let mut digits = [0; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[value % 62];
        value /= 62;
    }
    String::from_utf8(digits.to_vec()).unwrap()
}

/// A key or a verifier's token whose brand and body follow the data.
fn key_of(data: &[u8]) -> String {
    let at = |place: usize| usize::from(data.get(place).copied().unwrap_or(place as u8));
    let mut key = char::from(b'a' + (at(1) % 26) as u8).to_string();
    for place in 0..1 + at(0) % 11 {
        // Digits and lower-case letters: the first ten of the alphabet and the last twenty-six.
        let index = at(2 + place) % 36;
        key.push(char::from(
            ALPHABET[if index < 10 { index } else { index + 26 }],
        ));
    }
    key.push_str(["_live_", "_test_", "_verifier_"][at(13) % 3]);
    key.extend((0..32).map(|place| char::from(ALPHABET[at(14 + place) % 62])));
    let check = check(key.as_bytes());
    key + &check
}

/// One wrong, missing, doubled or swapped character, at places that the data choose.
fn refuses_slips(key: &str, data: &[u8]) {
    for pair in data.rchunks_exact(2).take(8) {
        let place = usize::from(pair[0]) % key.len();
        let mut wrong = key.as_bytes().to_vec();
        wrong[place] = pair[1];
        let (mut missing, mut doubled, mut swapped) = (
            key.as_bytes().to_vec(),
            key.as_bytes().to_vec(),
            key.as_bytes().to_vec(),
        );
        missing.remove(place);
        doubled.insert(place, pair[1]);
        swapped.swap(place, (place + 1) % key.len());
        for slip in [wrong, missing, doubled, swapped] {
            let slip = String::from_utf8_lossy(&slip);
            judge(&slip);
            let one_character = slip.len() == key.len() && differences(&slip, key) == 1;
            assert!(
                !one_character || !passes(&slip),
                "{slip:?} passes for {key:?}"
            );
        }
    }
}

fn passes(text: &str) -> bool {
    is_well_formed(text) || is_verifier_token(text)
}

fn differences(one: &str, other: &str) -> usize {
    one.bytes()
        .zip(other.bytes())
        .filter(|(a, b)| a != b)
        .count()
}
