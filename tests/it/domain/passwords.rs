//! Passwords.

use keystead::domain::password;

#[test]
fn fifteen_characters_of_any_kind_are_enough() {
    for good in [
        "correct horse battery staple",
        "pässwörter sind",
        "12345 67890 12345",
        &"long passphrase ".repeat(8),
    ] {
        assert!(password::check(good, &[], false).is_ok(), "{good}");
    }
    for bad in [
        "",
        "short",
        "fourteen chars",
        "aaaaaaaaaaaaaaaaaaaa",
        &"x y z a b ".repeat(40),
    ] {
        assert!(password::check(bad, &[], false).is_err(), "{bad}");
    }
}

#[test]
fn with_a_second_factor_eight_are_enough_but_no_common_ones() {
    let own = ["Ada Lovelace", "ada@analytical.example", "Engine & Sons"];
    for good in ["pl4nk-ob", "my cat sails to Acme", "Lovelace sails at dusk"] {
        assert!(password::check(good, &own, true).is_ok(), "{good}");
    }
    for bad in ["sevench", "PassWord1", "password123", "qwerty123456789"] {
        assert!(password::check(bad, &own, true).is_err(), "{bad}");
    }
    for bad in [
        "Lovelace-2026!",
        "keystead keystead",
        "ANALYTICAL ENGINE 1",
        "ada@analytical.example",
    ] {
        assert!(password::check(bad, &own, true).is_err(), "{bad}");
    }
    // The list is of passwords of any length.
    assert!(password::check("1qaz2wsx3edc4rfv", &[], false).is_err());
}

#[test]
fn only_the_password_fits_its_digest() {
    let digest = password::digest("correct horse battery staple").unwrap();
    assert!(digest.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(password::fits("correct horse battery staple", &digest).unwrap());
    assert!(!password::fits("correct horse battery stapl", &digest).unwrap());
    assert_ne!(
        digest,
        password::digest("correct horse battery staple").unwrap(),
        "each digest has its salt"
    );
}

#[test]
fn nobodys_digest_costs_the_same_and_fits_nothing() {
    let real = password::digest("correct horse battery staple").unwrap();
    let parts = |digest: &str| {
        digest
            .split('$')
            .take(4)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(parts(password::decoy()), parts(&real));
    assert!(!password::fits("because nobody has this password", password::decoy()).unwrap());
}

#[test]
fn a_password_fits_whichever_keyboard_it_was_typed_on() {
    let digest = password::digest("Gr\u{f6}\u{df}e z\u{e4}hlt hier doch").unwrap();
    for typed in [
        "Gro\u{308}\u{df}e za\u{308}hlt hier doch",
        "Gr\u{f6}\u{df}e\u{a0}z\u{e4}hlt\u{2003}hier\u{3000}doch",
    ] {
        assert!(password::fits(typed, &digest).unwrap(), "{typed}");
        assert_eq!(password::renewal(typed, &digest).unwrap(), None);
        let other = password::digest(typed).unwrap();
        assert!(password::fits("Gr\u{f6}\u{df}e z\u{e4}hlt hier doch", &other).unwrap());
    }
    for other in [
        "gr\u{f6}\u{df}e z\u{e4}hlt hier doch",
        "Gr\u{f6}sse z\u{e4}hlt hier doch",
        "Gr\u{f6}\u{df}e  z\u{e4}hlt hier doch",
    ] {
        assert!(!password::fits(other, &digest).unwrap(), "{other}");
    }
    // Its length is that of its one form.
    assert!(password::check(&"a\u{308}bcde".repeat(3), &[], false).is_ok());
    assert!(
        password::check(
            "a\u{308}o\u{308}u\u{308}e\u{301}i\u{302}n\u{303}wxy",
            &[],
            false
        )
        .is_err()
    );
}
