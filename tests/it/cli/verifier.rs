//! Verifiers at the shell.

use keystead::domain::key_text::is_verifier_token;

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
