//! The operator's own plans.

use serde_json::Value;

use crate::support::process::Place;

const TEAM: &str =
    "workers = 2\n[[plan]]\nname = \"Team\"\nkey_limit = 500\nfeatures = [\"integrations\"]\n";

fn write(place: &Place, text: &str) {
    std::fs::write(place.dir.join("keystead.toml"), text).unwrap();
}

#[test]
fn plans_are_read_from_the_settings_file_and_mistakes_are_told_with_their_line() {
    let place = Place::new();
    write(&place, TEAM);
    let shown = place.run(&["check-config"], "");
    for line in [
        "plan \"Standard\" = key_limit 10, features []",
        "plan \"Enterprise\" = key_limit 10, features [integrations]",
        "plan \"Team\" = key_limit 500, features [integrations]",
    ] {
        assert!(shown.done().out.contains(line), "{line}: {}", shown.out);
    }
    for (wrong, told) in [
        ("[[plan]]\nkey_limit = 5", "line 1: missing member `name`"),
        ("[[plan]]\nname = \"T\"", "line 2: "),
        (
            "[[plan]]\nname = \"Team\"\nkey_limit = 0",
            "line 3: key_limit is a whole number from 1",
        ),
        (
            "[[plan]]\nname = \"Team\"\nfeatures = [\"moon\"]",
            "line 3: there is no feature \"moon\"; there is integrations",
        ),
        (
            "[[plan]]\nname = \"Team\"\n[[plan]]\nname = \"Team\"",
            "line 4: there are two plans \"Team\"",
        ),
        (
            "[[plan]]\nname = \"Gr\u{f6}\u{df}e\"\n[[plan]]\nname = \"GRO\u{308}SSE\"",
            "line 4: there are two plans",
        ),
        (
            "[[plan]]\nname = \"Team\"\nlimit = 3",
            "line 3: unknown member `limit`",
        ),
        ("plan = 3", "line 1: "),
    ] {
        write(&place, wrong);
        let refused = place.run(&["check-config"], "");
        let line = refused.refusal();
        assert!(line.contains(told), "{line}");
    }
}

#[test]
fn a_plan_that_left_the_settings_file_is_told_of_at_the_start() {
    let place = Place::new().with_acme();
    write(&place, TEAM);
    drop(place.serve());
    let args = ["tenant", "create", "Globex", "--admin", "bob@globex.test"];
    let made = place.run(&[&args[..], &["--plan", "Team", "--json"]].concat(), "");
    let made: Value = serde_json::from_str(&made.done().out).unwrap();
    assert_eq!(made["tenant"]["plan"], "Team");
    assert_eq!(made["tenant"]["key_limit"], 500);
    let server = place.serve();
    assert!(!server.log().contains("does not have any more"));
    drop(server);
    write(&place, "");
    let server = place.serve();
    let log = server.log();
    assert!(
        log.contains("does not have any more; it counts as Standard") && log.contains("Team"),
        "{log}"
    );
    let list = place.run(&["tenant", "list"], "");
    assert!(list.done().out.contains("\tTeam\t"), "{}", list.out);
    let none = place.run(&[&args[..], &["--plan", "Team"]].concat(), "");
    assert!(none.refusal().contains("Choose one of the plans"));
}
