//! When two texts are the same to people, whichever way they are typed.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::invisible;

/// A text as it is looked for: capital letters and the way in which Unicode writes a letter make no difference (canonical
/// caseless matching, Unicode section 3.13, in NFC), nor does what nobody sees. "H₂O" is not "H2O".
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    let mut small = String::with_capacity(text.len());
    for letter in letters.chars().filter(|letter| !invisible::is_one(*letter)) {
        fold(letter, &mut small);
    }
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(&small)
        .into_owned()
}

/// By way of capital letters, so that "ß" and "ss" are one, and of small ones before, for the capital "ß"; letter by letter,
/// as a sigma at the end is no other one. That is Unicode's folding, but for the "ı", which is no "i".
fn fold(letter: char, into: &mut String) {
    if letter == 'ı' {
        into.push(letter);
    } else {
        let capital = letter.to_lowercase().flat_map(char::to_uppercase);
        into.extend(capital.flat_map(char::to_lowercase));
    }
}

/// What two names have in common that are one within a tenant: as [`folded`], and the number of spaces makes no difference
/// either.
pub fn name_key(name: &str) -> String {
    with_single_spaces(&folded(name))
}

/// The same for tenants, of which one must not look like another: signs that are another form of a letter or digit are that
/// one too (NFKC), so that "H₂O" is "H2O".
pub fn tenant_name_key(name: &str) -> String {
    let letters = DecomposingNormalizerBorrowed::new_nfkd().normalize(name);
    let small: String = letters
        .chars()
        .filter(|letter| !invisible::is_one(*letter))
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect();
    with_single_spaces(&ComposingNormalizerBorrowed::new_nfkc().normalize(&small))
}

fn with_single_spaces(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// An e-mail address as it is kept: in small letters, in NFC.
pub fn email(typed: &str) -> String {
    let small = typed.trim().to_lowercase();
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(&small)
        .into_owned()
}

/// The ways in which an address may have been kept, which was not in one form before: as typed, in NFC, in NFD.
pub fn email_spellings(typed: &str) -> Vec<String> {
    let exact = typed.trim().to_lowercase();
    if exact.is_ascii() {
        return vec![exact];
    }
    let apart = DecomposingNormalizerBorrowed::new_nfd()
        .normalize(&exact)
        .into_owned();
    let mut all = vec![exact, email(typed), apart];
    all.dedup();
    all
}
