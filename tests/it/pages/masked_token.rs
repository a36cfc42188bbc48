//! The token of forms, written differently each time.

use keystead::web::masked_token::{mask, unmask};

#[test]
fn a_token_looks_different_each_time_and_is_the_same_underneath() {
    let token = "0123456789abcdef".repeat(4);
    let pages = [mask(&token), mask(&token)].map(Result::unwrap_or_default);
    assert_ne!(pages[0], pages[1]);
    for page in pages {
        assert!(!page.contains(&token[..8]) && page.len() == 128);
        assert_eq!(unmask(&page), token);
    }
}

#[test]
fn what_is_no_masked_token_stays_as_it_is() {
    for text in ["", "x", &"a".repeat(64), &"ä".repeat(64), &"g".repeat(128)] {
        assert_eq!(unmask(text), text);
    }
}
