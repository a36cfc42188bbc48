//! The data directory and what lies in it.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;

use keystead::domain::key_text::is_well_formed;

use crate::support::process::Place;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn nobody_else_can_read_what_lies_in_it() {
    let place = Place::new().with_acme();
    let server = place.serve();
    assert_eq!(mode(&place.dir.join("data")), 0o700);
    for file in std::fs::read_dir(place.dir.join("data")).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
    drop(server);
}

#[test]
fn a_directory_that_others_can_enter_is_refused() {
    let place = Place::new();
    let data = place.dir.join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let outcome = place.run(&["serve"], "");
    assert!(outcome.refusal().contains("chmod 700"), "{outcome:?}");
    assert!(!data.join("pepper").exists());
}

#[test]
fn first_commands_at_the_same_moment_share_one_set_up() {
    let place = Place::new();
    let commands: Vec<_> = (0..4)
        .map(|number| {
            let email = format!("person{number}@acme.test");
            let args = [
                "create-admin",
                "--email",
                &email,
                "--tenant",
                "Acme",
                "--password-stdin",
            ];
            let mut command = place.command(&args);
            command.stdin(std::process::Stdio::piped());
            let mut child = command.spawn().unwrap();
            std::io::Write::write_all(
                &mut child.stdin.take().unwrap(),
                b"correct horse battery staple",
            )
            .unwrap();
            child
        })
        .collect();
    for mut command in commands {
        assert!(command.wait().unwrap().success());
    }
    assert_eq!(place.number("SELECT count(*) AS n FROM users"), 4);
}

#[test]
fn a_secret_is_printed_even_when_the_server_does_not_confirm() {
    let place = Place::new().with_acme();
    // Something that accepts and hangs up, where the server's socket would be.
    let listener = UnixListener::bind(place.data("control.sock")).unwrap();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let outcome = place.run(&["key", "create", "--tenant", "Acme", "--name", "ERP"], "");
    assert_eq!(outcome.code, 2);
    assert!(is_well_formed(outcome.out.trim_end()), "{outcome:?}");
    assert!(outcome.err.contains("the change is stored"), "{outcome:?}");
}

#[test]
fn variables_that_are_no_text_are_looked_at_only_when_they_are_ours() {
    let place = Place::new();
    let strange = std::ffi::OsStr::from_bytes(b"\xff");
    let mut command = place.command(&["check-config"]);
    command.env("FOO", strange);
    place.finish(command, "").done();
    let mut command = place.command(&["check-config"]);
    command.env("KEYSTEAD_LOG", strange);
    assert!(place.finish(command, "").refusal().contains("KEYSTEAD_LOG"));
}

#[test]
fn a_database_url_that_would_be_misread_is_refused_without_its_password() {
    let place = Place::new();
    for password in ["hun@ter2", "se/cret", "hunter2%zz"] {
        let mut command = place.command(&["serve"]);
        command.env(
            "KEYSTEAD_DATABASE_URL",
            format!("postgres://keystead:{password}@localhost/x"),
        );
        let outcome = place.finish(command, "");
        assert!(outcome.refusal().contains("percent-encode"), "{outcome:?}");
        assert!(
            !outcome.err.contains("ter2") && !outcome.err.contains("cret"),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_file_with_the_database_url_that_others_can_read_is_refused() {
    let place = Place::new();
    let write = |name: &str, text: &str, mode: u32| {
        let path = place.dir.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let url = format!("sqlite:{}", place.dir.join("other.db").display());
    let secret = "postgres://keystead:hunter2@localhost/keystead".to_owned();
    for (url, mode, words) in [
        (&secret, 0o644, "chmod 600"),
        (&secret, 0o600, ""),
        (&url, 0o644, ""),
    ] {
        let file = write("url", url, mode);
        let mut command = place.command(&["check-config"]);
        command
            .env_remove("KEYSTEAD_DATABASE_URL")
            .env("KEYSTEAD_DATABASE_URL_FILE", file);
        let from_variable = place.finish(command, "");
        write("keystead.toml", &format!("database_url = \"{url}\""), mode);
        let mut command = place.command(&["check-config"]);
        command.env_remove("KEYSTEAD_DATABASE_URL");
        let from_file = place.finish(command, "");
        std::fs::remove_file(place.dir.join("keystead.toml")).unwrap();
        for outcome in [from_variable, from_file] {
            match words {
                "" => assert!(outcome.done().out.contains("database_url = (hidden)")),
                words => assert!(outcome.refusal().contains(words), "{outcome:?}"),
            }
        }
    }
}

#[test]
fn a_database_that_is_no_file_of_its_own_is_refused() {
    let place = Place::new();
    for url in [
        "sqlite::memory:",
        "sqlite:file:x.db?mode=memory",
        "sqlite:",
        "mysql://x",
        "x.db",
    ] {
        let mut command = place.command(&["serve"]);
        command.env("KEYSTEAD_DATABASE_URL", url);
        assert!(
            place.finish(command, "").refusal().contains("sqlite:PATH"),
            "{url}"
        );
    }
}

#[test]
fn a_secret_that_can_not_be_written_is_told_with_its_key() {
    let place = Place::new().with_acme();
    let mut command = place.command(&["key", "create", "--tenant", "Acme", "--name", "ERP"]);
    command.stdout(
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap(),
    );
    let output = command
        .stderr(std::process::Stdio::piped())
        .output()
        .unwrap();
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), line.lines().count()),
        (Some(2), 1),
        "{line}"
    );
    assert!(line.contains("revoke it"), "{line}");
}

#[test]
fn a_link_to_the_database_of_a_running_server_is_refused() {
    let (first, second) = (Place::new(), Place::new());
    std::fs::create_dir_all(&first.dir).unwrap();
    let real = first.dir.join("real.db");
    let start = |place: &Place, path: &std::path::Path| {
        let mut command = place.command(&["serve"]);
        command.env(
            "KEYSTEAD_DATABASE_URL",
            format!("sqlite:{}", path.display()),
        );
        command
    };
    let server = first.start(start(&first, &real));
    let link = second.dir.join("link.db");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let outcome = second.finish(start(&second, &link), "");
    assert!(
        outcome.refusal().contains("another Keystead server uses"),
        "{outcome:?}"
    );
    drop(server);
}
