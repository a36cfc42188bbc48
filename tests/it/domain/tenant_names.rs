//! When two tenants have the same name.

use keystead::domain::text_form::tenant_name_key as name_key;

#[test]
fn case_unicode_form_and_spaces_make_no_difference() {
    for (one, other) in [
        ("Acme", "aCME"),
        ("Stra\u{df}e", "STRASSE"),
        ("Caf\u{e9}", "CAFE\u{301}"),
        ("\u{ff21}cme", "acme"),
        (
            "\u{39f}\u{394}\u{39f}\u{3a3}",
            "\u{3bf}\u{3b4}\u{3bf}\u{3c2}",
        ),
        ("Acme  Ltd", "acme\u{a0}ltd"),
    ] {
        assert_eq!(name_key(one), name_key(other), "{one} and {other}");
    }
    assert_ne!(name_key("Acme"), name_key("Acm\u{e9}"));
}
