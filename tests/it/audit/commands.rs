//! `keystead audit`.

use crate::support::direct;
use crate::support::process::Place;

#[actix_web::test]
async fn the_log_is_verified_beside_a_server_and_after_another_master_key() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    place.verifier("Gateway");
    let server = place.serve();
    let head = place.run(&["audit", "head"], "").done().out.clone();
    assert!(
        head.lines().any(|line| line.starts_with("installation:")),
        "{head}"
    );
    assert_eq!(server.system(&key).create("Billing").await.status, 201);
    place.run(&["master-key", "rotate"], "").done();
    place.run(&["master-key", "retire", "1"], "").done();
    assert_eq!(server.system(&key).create("Later").await.status, 201);
    for args in [
        &["audit", "verify"][..],
        &["audit", "verify", "--head", &head],
    ] {
        let outcome = place.run(args, "");
        assert!(
            outcome
                .done()
                .out
                .starts_with("The audit log is as Keystead wrote it: "),
            "{outcome:?}"
        );
    }
    place.run(&["audit", "verify", "--head", "-"], &head).done();
    drop(server);
    let server = place.serve();
    assert_eq!(
        server.system(&key).create("After a start").await.status,
        201
    );
    place.run(&["audit", "verify", "--head", &head], "").done();
}

#[test]
fn a_wrong_row_is_named_and_what_is_no_head_is_refused() {
    let place = Place::new().with_acme();
    place.key("ERP");
    place.key("Billing");
    let head = place.run(&["audit", "head"], "").done().out.clone();
    direct::sql(
        &place.db(),
        "UPDATE audit_events SET object_name = 'Other' WHERE object_name = 'Billing'",
    );
    let outcome = place.run(&["audit", "verify"], "");
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(
        outcome.err.contains("keystead: the log of Acme ("),
        "{outcome:?}"
    );
    assert!(
        outcome.err.contains("was changed, or put into this place"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .err
            .ends_with("keystead: the audit log is not as Keystead wrote it\n"),
        "{outcome:?}"
    );
    for wrong in [
        "",
        "installation",
        "installation:1:abc",
        &head.replace(':', ";"),
        &format!("{head} x"),
    ] {
        let outcome = place.run(&["audit", "verify", "--head", wrong], "");
        assert!(outcome.refusal().contains("--head"), "{wrong}: {outcome:?}");
    }
}
