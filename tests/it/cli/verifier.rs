//! Verifiers at the shell.

use keystead::domain::key_text::is_verifier_token;

use crate::support::direct;
use crate::support::process::Place;

#[actix_web::test]
async fn the_token_stands_alone_on_standard_output_and_works_at_once() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let server = place.serve();
    for number in 0..3 {
        let outcome = place.run(&["verifier", "create", "--name", "Orders API"], "");
        let token = outcome.done().out.strip_suffix('\n').unwrap();
        assert!(is_verifier_token(token), "{}", outcome.out);
        assert!(token.starts_with("ks_verifier_"));
        assert!(!outcome.err.contains(token));
        assert_eq!(outcome.err.lines().count(), 1);
        let question = serde_json::json!({ "key": key });
        let answer = server.system(token).post("/api/v1/verify", question).await;
        assert_eq!(answer.json()["code"], "VALID", "verifier {number}");
    }
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'verifier.created' \
                    AND actor_kind = 'operator' AND tenant_id IS NULL AND object_name = 'Orders API'";
    assert_eq!(place.number(recorded), 3);
}

#[actix_web::test]
async fn a_verifier_made_without_a_server_or_a_tenant_asks_after_the_start() {
    let place = Place::new();
    let token = place.verifier("Gateway");
    let server = place.serve();
    let question = serde_json::json!({ "key": "x" });
    let answer = server.system(&token).post("/api/v1/verify", question).await;
    assert_eq!(answer.json()["code"], "MALFORMED");
}

#[test]
fn what_is_wrong_is_told_in_one_line_and_nothing_is_made() {
    let place = Place::new();
    let token = place.verifier("Gateway");
    for name in ["x", "", &*token] {
        let outcome = place.run(&["verifier", "create", "--name", name], "");
        let line = outcome.refusal();
        assert!(line.contains("name") && !line.contains(&token), "{line}");
    }
    assert_eq!(place.number("SELECT count(*) AS n FROM verifiers"), 1);
}

#[actix_web::test]
async fn a_rotation_prints_the_new_token_and_the_old_one_works_on() {
    let place = Place::new();
    let old = place.verifier("Gateway");
    let server = place.serve();
    let asked = async |token: &str| {
        let question = serde_json::json!({ "key": "x" });
        let answer = server.system(token).post("/api/v1/verify", question).await;
        answer.status
    };
    let mut tokens = vec![old];
    for more in [&[][..], &["--grace", "7d"], &["--grace", "until-ended"]] {
        let command = [&["verifier", "rotate", "Gateway"], more].concat();
        let outcome = place.run(&command, "");
        let token = outcome.done().out.strip_suffix('\n').unwrap().to_owned();
        assert!(is_verifier_token(&token), "{}", outcome.out);
        assert!(
            outcome.err.contains("the old one works until"),
            "{}",
            outcome.err
        );
        assert!(!outcome.err.contains(&token));
        tokens.push(token);
        for token in &tokens {
            assert_eq!(asked(token).await, 200);
        }
    }
    // The same text is a name of several now, in whichever letters.
    place.verifier("Gateway");
    let refusal = place.run(&["verifier", "rotate", "GATEWAY"], "");
    let line = refusal.refusal();
    assert!(line.contains("2 verifiers are called"), "{line}");
    let id = line
        .split_whitespace()
        .find(|word| word.len() == 36)
        .unwrap();
    place.run(&["verifier", "rotate", id], "").done();
    for wrong in [
        &["verifier", "rotate", "Nobody"][..],
        &["verifier", "rotate", "Gateway", "--grace", "1y"],
    ] {
        assert_ne!(place.run(wrong, "").code, 0);
    }
    assert_eq!(
        place.number("SELECT count(*) AS n FROM verifier_rotations"),
        4
    );
}

#[actix_web::test]
async fn another_pepper_takes_old_tokens_along_and_is_not_given_up_before() {
    let place = Place::new();
    let old = place.verifier("Gateway");
    let server = place.serve();
    let rotation = ["verifier", "rotate", "Gateway", "--grace", "until-ended"];
    place.run(&rotation, "").done();
    place.run(&["pepper", "rotate"], "").done();
    let status = place.run(&["pepper", "status", "--list"], "");
    let out = &status.done().out;
    assert!(
        out.contains("1 verifier and 1 old verifier token not moved yet"),
        "{out}"
    );
    assert!(out.contains("Gateway (old token)\tpepper 1"), "{out}");
    place.run(&["pepper", "retire", "1"], "").refusal();
    let asked = async || {
        let question = serde_json::json!({ "key": "x" });
        let answer = server.system(&old).post("/api/v1/verify", question).await;
        answer.status
    };
    assert_eq!(asked().await, 200);
    direct::until("the old token has moved", async || {
        let moved = "SELECT count(*) AS n FROM verifier_rotations WHERE pepper_version = 2";
        place.number(moved) == 1
    })
    .await;
    assert_eq!(asked().await, 200);
}

#[actix_web::test]
async fn verifiers_are_listed_and_revoked_at_the_shell() {
    let place = Place::new();
    let made = place.run(&["verifier", "create", "--name", "Gateway", "--json"], "");
    let made: serde_json::Value = serde_json::from_str(&made.done().out).unwrap();
    let token = made["token"].as_str().unwrap();
    place.verifier("Orders API");
    let server = place.serve();
    let asked = async || {
        let question = serde_json::json!({ "key": "x" });
        let answer = server.system(token).post("/api/v1/verify", question).await;
        answer.status
    };
    assert_eq!(asked().await, 200);
    direct::until("the use is noted", async || {
        let used = "SELECT count(*) AS n FROM verifiers WHERE last_used_at IS NOT NULL";
        place.number(used) == 1
    })
    .await;
    let revoke = ["verifier", "revoke", "Gateway"];
    let refused = place.run(&revoke, "");
    assert!(
        refused
            .refusal()
            .contains("--in-use revokes it all the same")
    );
    assert_eq!(asked().await, 200);
    place.run(&[&revoke[..], &["--in-use"]].concat(), "").done();
    assert_eq!(asked().await, 401);
    let unused = ["verifier", "revoke", "Orders API", "--json"];
    let unused: serde_json::Value =
        serde_json::from_str(&place.run(&unused, "").done().out).unwrap();
    assert_eq!(unused["status"], "revoked");
    let list = place.run(&["verifier", "list", "--json"], "");
    assert!(!list.done().out.contains(token));
    let list: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .all(|one| one["revoked_at"].is_string())
    );
    assert!(
        place
            .run(&revoke, "")
            .refusal()
            .contains("`keystead verifier list` shows them")
    );
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'verifier.revoked' \
                    AND actor_kind = 'operator'";
    assert_eq!(place.number(recorded), 2);
}
