//! Each action has words.

use std::collections::BTreeSet;

use keystead::domain::audit_words::{WORDS, label};

/// The words of actions in the code: texts such as "key.revoked".
fn actions() -> BTreeSet<String> {
    let code = std::fs::read_to_string("src/domain/audit.rs").unwrap();
    let is_action = |text: &&str| {
        let part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        text.split_once('.')
            .is_some_and(|(noun, verb)| part(noun) && part(verb))
    };
    let texts = code.split('"').skip(1).step_by(2);
    texts.filter(is_action).map(str::to_owned).collect()
}

#[test]
fn every_action_that_is_recorded_has_words_of_its_own_and_no_word_is_left_over() {
    let known: BTreeSet<String> = WORDS.iter().map(|(word, _)| (*word).to_owned()).collect();
    assert!(known.len() > 50);
    assert_eq!(known, actions());
    assert_eq!(known.len(), WORDS.len());
    for (word, said) in WORDS {
        let label = label(said);
        assert!(label.starts_with(char::is_uppercase), "{word}");
        assert!(!label.contains(['{', '.', '_']), "{word}: {label}");
    }
}
