//! Numbers as people read them.

use keystead::web::numbers::{change, counted, grouped, share};

#[test]
fn thousands_are_set_apart() {
    assert_eq!(grouped(0), "0");
    assert_eq!(grouped(999), "999");
    assert_eq!(grouped(1_000), "1,000");
    assert_eq!(grouped(-1_234_567), "-1,234,567");
    assert_eq!(counted(1, "request", "requests"), "1 request");
    assert_eq!(counted(1_200, "request", "requests"), "1,200 requests");
}

#[test]
fn a_share_is_never_rounded_to_nothing_or_all() {
    assert_eq!(share(0, 10), "0%");
    assert_eq!(share(1, 100_000), "under 0.1%");
    assert_eq!(share(1, 80), "1.2%");
    assert_eq!(share(999_999, 1_000_000), "99%");
    assert_eq!(share(7, 7), "100%");
    assert_eq!(share(1, 0), "0%");
}

#[test]
fn changes_are_words() {
    assert_eq!(change(0, 0), "As many as in");
    assert_eq!(change(5, 0), "None in");
    assert_eq!(change(112, 100), "12% more than in");
    assert_eq!(change(0, 100), "100% fewer than in");
    assert_eq!(change(1_001, 1_000), "Slightly more than in");
    assert_eq!(change(1_000, 50), "20 times as many as in");
}
