//! Settings: where they come from, and what is refused.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::process::{Outcome, Place};

const SECRET_URL: &str = "postgres://keystead:hunter2secret@db/keystead";

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Runs `check-config` with variables and a settings file.
fn check(place: &Place, args: &[&str], variables: &[(&str, &str)], file: &str) -> Outcome {
    write_private(&place.dir.join("keystead.toml"), file);
    let mut command = place.command(&[&["check-config"], args].concat());
    for name in ["LISTEN", "DATA_DIR", "DATABASE_URL"] {
        command.env_remove(format!("KEYSTEAD_{name}"));
    }
    command.envs(variables.iter().copied());
    place.finish(command, "")
}

fn line<'a>(outcome: &'a Outcome, name: &str) -> &'a str {
    let start = format!("{name} = ");
    let mut lines = outcome.done().out.lines();
    lines.find(|line| line.starts_with(&start)).unwrap()
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let place = Place::new();
    let file = "key_brand = \"filebrand\"\nworkers = 7\n";
    let variable = [("KEYSTEAD_KEY_BRAND", "envbrand")];
    let plain = check(&place, &[], &[], "");
    assert_eq!(line(&plain, "key_brand"), "key_brand = ks    # default");
    let with_file = check(&place, &[], &[], file);
    assert!(line(&with_file, "key_brand").starts_with("key_brand = filebrand "));
    assert_eq!(
        line(&with_file, "workers"),
        "workers = 7    # keystead.toml"
    );
    let with_both = check(&place, &[], &variable, file);
    assert_eq!(
        line(&with_both, "key_brand"),
        "key_brand = envbrand    # environment"
    );
    let with_all = check(&place, &["--key-brand", "flagbrand"], &variable, file);
    assert_eq!(
        line(&with_all, "key_brand"),
        "key_brand = flagbrand    # flag"
    );
}

#[test]
fn another_settings_file_can_be_named() {
    let place = Place::new();
    std::fs::write(place.dir.join("other.toml"), "key_brand = \"other\"").unwrap();
    let outcome = check(
        &place,
        &["--config", "other.toml"],
        &[],
        "key_brand = \"mine\"",
    );
    assert!(line(&outcome, "key_brand").starts_with("key_brand = other"));
    let missing = check(&place, &["--config", "missing.toml"], &[], "");
    assert!(missing.refusal().contains("missing.toml"));
}

#[test]
fn the_database_url_is_never_printed() {
    let place = Place::new();
    let by_variable = check(&place, &[], &[("KEYSTEAD_DATABASE_URL", SECRET_URL)], "");
    let by_file = check(
        &place,
        &[],
        &[],
        &format!("database_url = \"{SECRET_URL}\""),
    );
    for outcome in [by_variable, by_file] {
        assert!(line(&outcome, "database_url").contains("(hidden)"));
        assert!(!format!("{outcome:?}").contains("hunter2secret"));
    }
    let flag = check(&place, &["--database-url", SECRET_URL], &[], "");
    assert_eq!(flag.code, 2);
    assert!(!format!("{flag:?}").contains("hunter2secret"), "{flag:?}");
}

#[test]
fn a_secret_can_come_from_a_file() {
    let place = Place::new();
    let path = place.dir.join("url");
    write_private(&path, &format!("{SECRET_URL}\n"));
    let path = path.to_string_lossy().into_owned();
    let outcome = check(&place, &[], &[("KEYSTEAD_DATABASE_URL_FILE", &path)], "");
    assert!(line(&outcome, "database_url").contains("(hidden)"));
    let missing = [("KEYSTEAD_DATABASE_URL_FILE", "/nowhere/url")];
    assert!(
        check(&place, &[], &missing, "")
            .refusal()
            .contains("/nowhere/url")
    );
    let twice = [
        ("KEYSTEAD_DATABASE_URL_FILE", &*path),
        ("KEYSTEAD_DATABASE_URL", SECRET_URL),
    ];
    let refused = check(&place, &[], &twice, "");
    assert!(refused.refusal().contains("KEYSTEAD_DATABASE_URL"));
    // Only secrets come from files.
    let listen = check(&place, &[], &[("KEYSTEAD_LISTEN_FILE", &path)], "");
    assert!(listen.refusal().contains("KEYSTEAD_LISTEN_FILE"));
}

#[test]
fn a_key_or_variable_that_nobody_knows_is_refused_by_name() {
    let place = Place::new();
    let file = |text: &str| check(&place, &[], &[], text);
    assert!(file("brnad = \"ks\"").refusal().contains("brnad"));
    assert!(
        file("[server]\nlisten = \"x\"")
            .refusal()
            .contains("server")
    );
    assert!(file("key_brand = ").refusal().contains("keystead.toml"));
    assert!(file("key_brand = [1]").refusal().contains("key_brand"));
    for name in ["KEYSTEAD_BRNAD", "KEYSTEAD_", "KEYSTEAD_KEYSTEAD_KEY_BRAND"] {
        let outcome = check(&place, &[], &[(name, "ks")], "");
        assert!(outcome.refusal().contains(name));
    }
    assert_eq!(check(&place, &["--brnad", "ks"], &[], "").code, 2);
}

#[test]
fn a_value_that_makes_no_sense_is_refused_with_its_setting() {
    let place = Place::new();
    for (name, value) in [
        ("listen", "8080"),
        ("listen", "localhost"),
        ("key_brand", "K"),
        ("key_brand", "waytoolongbrand"),
        ("key_brand", "k_s"),
        ("workers", "0"),
        ("workers", "many"),
        ("session_idle_minutes", "61"),
        ("session_hours", "25"),
        ("session_hours", "-1"),
        ("insecure_cookie", "yes"),
        ("require_second_factor", "admins"),
        ("public_url", "keys.example.com"),
        ("public_url", "https://keys.example.com/path"),
        ("public_url", "https:keys.example.com"),
        ("public_url", "ftp://keys.example.com"),
        ("public_url", "https://user@keys.example.com"),
        ("database_url", "/var/lib/keystead.db"),
        ("trusted_proxies", "127.0.0.1;::1"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("trusted_proxies", "0.0.0.0/0"),
        ("trusted_proxies", "proxy.example.com"),
        ("forwarded_header", "x-real-ip"),
        ("outbound_calls", "yes"),
        ("outbound_private_hosts", "https://vault"),
        ("outbound_private_hosts", "vault:8200"),
        ("forwarded_header", ""),
    ] {
        let variable = format!("KEYSTEAD_{}", name.to_uppercase());
        let outcome = check(&place, &[], &[(&variable, value)], "");
        assert!(
            outcome.refusal().contains(name),
            "{name}={value}: {outcome:?}"
        );
    }
}

#[test]
fn settings_without_a_password_may_come_through_a_pipe() {
    let place = Place::new();
    let mut command = place.command(&["check-config", "--config", "/dev/stdin"]);
    command.env_remove("KEYSTEAD_DATABASE_URL");
    let outcome = place.finish(command, "key_brand = \"piped\"\n");
    assert!(line(&outcome, "key_brand").starts_with("key_brand = piped "));
}

#[test]
fn a_cookie_that_may_travel_in_the_clear_is_refused_where_pages_are_https() {
    let place = Place::new();
    for (url, is_refused) in [
        ("https://keys.example.com", true),
        ("HTTPS://keys.example.com", true),
        ("http://keys.example.com", false),
    ] {
        let flags = ["--insecure-cookie", "true", "--public-url", url];
        let outcome = check(&place, &flags, &[], "");
        if is_refused {
            let why = outcome.refusal();
            assert!(why.contains("insecure_cookie"), "{url}: {why}");
        } else {
            outcome.done();
        }
    }
}

#[test]
fn mail_is_set_up_whole_or_not_at_all() {
    let place = Place::new();
    let right = [
        (
            "KEYSTEAD_SMTP_URL",
            "smtp://keys:hunter2secret@mail.example.com",
        ),
        ("KEYSTEAD_MAIL_FROM", "Keystead <keys@example.com>"),
        ("KEYSTEAD_PUBLIC_URL", "https://keys.example.com"),
    ];
    let fine = check(&place, &[], &right, "");
    assert!(line(&fine, "smtp_url").contains("(hidden)"));
    assert!(!format!("{fine:?}").contains("hunter2secret"));
    for (lacking, named) in [(0, "mail_from"), (1, "mail_from"), (2, "public_url")] {
        let mut some = right.to_vec();
        some.remove(lacking);
        let refused = check(&place, &[], &some, "");
        assert!(refused.refusal().contains(named), "{refused:?}");
    }
    for (name, value) in [
        ("smtp_url", "mail.example.com"),
        ("smtp_url", "https://mail.example.com"),
        (
            "smtp_url",
            "smtp://keys:hunter2secret@mail.example.com?tls=none",
        ),
        ("smtp_url", "smtp://keys@mail.example.com"),
        ("smtp_url", "smtp://:hunter2secret@mail.example.com"),
        ("smtp_url", "smtp://mail.example.com/path"),
        ("smtp_url", "smtp://mail.example.com?tls=maybe"),
        ("smtp_url", "smtps://mail.example.com?tls=none"),
        ("smtp_url", "smtp://mail.exam%0aple.com"),
        ("mail_from", "keys"),
        ("mail_from", "Keystead <keys@example.com"),
        ("mail_from", "keys@example.com\r\nBcc: eve@x.test"),
        ("smtp_ca_file", "/nowhere/ca.pem"),
    ] {
        let variable = format!("KEYSTEAD_{}", name.to_uppercase());
        let mut variables = right.to_vec();
        variables.retain(|(other, _)| *other != variable);
        variables.push((&variable, value));
        let refused = check(&place, &[], &variables, "");
        assert!(
            refused.refusal().contains(name),
            "{name}={value}: {refused:?}"
        );
        assert!(!format!("{refused:?}").contains("hunter2secret"), "{value}");
    }
}

#[test]
fn a_file_of_integrations_is_refused_with_its_path_and_line() {
    let place = Place::new();
    let file = |text: &str| {
        std::fs::write(place.dir.join("own.toml"), text).unwrap();
        check(
            &place,
            &[],
            &[("KEYSTEAD_INTEGRATIONS_FILE", "own.toml")],
            "",
        )
    };
    assert!(line(&file("hide = [\"zoom\"]"), "integrations_file").contains("own.toml"));
    let unknown = file("hide = [\n  \"zoom\",\n  \"zooom\",\n]\n");
    assert!(
        unknown.refusal().contains(
            "integrations_file: own.toml, line 3: there is no built-in integration zooom to hide"
        ),
        "{unknown:?}"
    );
    let missing = check(&place, &["--integrations-file", "missing.toml"], &[], "");
    assert!(missing.refusal().contains("missing.toml"), "{missing:?}");
    // The server reads it as well, before it makes anything.
    let served = place.run(&["serve", "--integrations-file", "missing.toml"], "");
    assert!(served.refusal().contains("missing.toml"), "{served:?}");
}

#[test]
fn checking_makes_nothing() {
    let place = Place::new();
    check(&place, &[], &[], "").done();
    assert!(!place.dir.join("keystead-data").exists());
    assert!(!place.dir.join("data").exists());
}

#[test]
fn a_log_filter_that_can_not_be_read_is_refused() {
    let outcome = Place::new().run(&["serve", "--log", "keystead=loud"], "");
    assert!(outcome.refusal().contains("log"), "{outcome:?}");
}
