//! When two texts are the same to people, and what nobody sees in them.

use keystead::domain::text_form::{folded, name_key, tenant_name_key};
use keystead::domain::validate;

#[test]
fn texts_compare_without_case_unicode_form_and_what_nobody_sees() {
    for (one, other) in [
        ("Gr\u{f6}\u{df}e", "GRO\u{308}SSE"),
        ("GR\u{d6}\u{1e9e}E", "gr\u{f6}\u{df}e"),
        ("\u{212b}ngstr\u{f6}m", "\u{e5}ngstro\u{308}m"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
        ("\u{fb01}le", "FILE"),
        ("\u{1f80}", "\u{1f00}\u{399}"),
        ("o\u{323}\u{308}", "o\u{308}\u{323}"),
        ("\u{645}\u{6cc}\u{200c}\u{62e}", "\u{645}\u{6cc}\u{62e}"),
    ] {
        assert_eq!(folded(one), folded(other), "{one} and {other}");
        assert_eq!(name_key(one), name_key(other), "{one} and {other}");
        let (for_tenants, same) = (tenant_name_key(one), tenant_name_key(other));
        assert_eq!(for_tenants, same, "{one} and {other}");
        assert_eq!(folded(&folded(one)), folded(one), "{one}");
    }
    assert_ne!(folded("Gro\u{df}e"), folded("Gr\u{f6}\u{df}e"));
    assert_eq!(name_key("one  name"), name_key("One\u{a0}name"));
}

#[test]
fn signs_that_look_like_others_are_the_same_in_names_of_tenants_alone() {
    for (one, other) in [
        ("H\u{2082}O", "H2O"),
        ("\u{ff21}cme", "Acme"),
        ("m\u{b2}", "m2"),
        ("\u{131}s\u{131}", "isi"),
    ] {
        assert_ne!(name_key(one), name_key(other), "{one} and {other}");
        assert_ne!(folded(one), folded(other), "{one} and {other}");
        let (one, other) = (tenant_name_key(one), tenant_name_key(other));
        assert_eq!(one, other);
    }
}

#[test]
fn names_keep_what_scripts_and_emoji_need_and_nothing_else_that_is_invisible() {
    for good in [
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        "\u{915}\u{94d}\u{200d}\u{937}",
        "\u{d28}\u{d4d}\u{200d}\u{d28}",
        "team \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{1f469}\u{1f3fd}\u{200d}\u{1f4bb} ops",
        "\u{2764}\u{fe0f}\u{200d}\u{1f525}",
        "\u{31}\u{fe0f}\u{20e3} first",
        "\u{845b}\u{e0100}\u{98fe}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    ] {
        assert_eq!(
            validate::name(good, 80, "a name").as_deref(),
            Ok(good),
            "{good:?}"
        );
        assert_eq!(validate::lines(good, 80).as_deref(), Ok(good), "{good:?}");
    }
    for bad in [
        "\u{200d}ab",
        "ab\u{200c}",
        "a\u{200c}\u{200c}b",
        "a\u{200d} b",
        "a\u{200c}-b",
        "a\u{200b}b",
        "a\u{ad}b",
        "a\u{34f}b",
        "a\u{61c}b",
        "a\u{115f}b",
        "\u{3164}\u{3164}",
        "a\u{17b4}b",
        "a\u{180e}b",
        "a\u{2060}b",
        "a\u{2064}b",
        "a\u{206f}b",
        "a\u{fe0f}b",
        "a\u{feff}b",
        "a\u{ffa0}b",
        "a\u{fff9}b",
        "a\u{1d173}b",
        "a\u{e0001}b",
        "a\u{e0067}\u{e007f}b",
        "a\u{e0100}b",
    ] {
        assert!(validate::name(bad, 80, "a name").is_err(), "{bad:?}");
        assert!(validate::lines(bad, 80).is_err(), "{bad:?}");
    }
    // Nobody needs them in an address or a secret.
    assert!(validate::email("a\u{200d}b@acme.test").is_err());
    assert!(!validate::is_plain("a\u{200d}b"));
}
