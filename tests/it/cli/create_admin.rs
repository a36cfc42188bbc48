//! Admins without a browser.

use crate::support::process::{Outcome, Place};
use crate::support::*;

fn create(place: &Place, email: &str, tenant: &str, more: &[&str], password: &str) -> Outcome {
    let args = [
        "create-admin",
        "--password-stdin",
        "--email",
        email,
        "--tenant",
        tenant,
    ];
    let outcome = place.run(&[&args, more].concat(), password);
    assert!(password.is_empty() || !format!("{outcome:?}").contains(password.trim()));
    outcome
}

#[actix_web::test]
async fn an_admin_made_at_the_shell_signs_in_beside_a_running_server() {
    let place = Place::new();
    let server = place.serve();
    let link = server.setup_link.clone().unwrap();
    let typed = format!("{PASSWORD}\n");
    let made = create(&place, "Alice@Acme.test", "Acme", &["--super"], &typed);
    assert_eq!(made.done().out, "");
    assert!(
        made.err
            .contains("alice@acme.test is now an admin of Acme.")
    );
    let mut alice = server.visitor();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    alice
        .submit("/login", "/login", &fields)
        .await
        .leads_to("/");
    alice.get("/tenant-api-keys").await.shows("Acme");
    // Somebody has an account now: the link is worth nothing any more.
    let link = link.strip_prefix(&server.base).unwrap();
    assert_eq!(server.visitor().get(link).await.status, 404);
    let supers = "SELECT count(*) AS n FROM users WHERE super_user = TRUE";
    assert_eq!(place.number(supers), 1);
}

#[test]
fn a_second_admin_joins_the_tenant_of_that_name() {
    let place = Place::new().with_acme();
    create(
        &place,
        "zoe@acme.test",
        "Acme",
        &["--name", "Zoe Zander"],
        PASSWORD,
    )
    .done();
    for (query, count) in [
        ("SELECT count(*) AS n FROM tenants", 1),
        (
            "SELECT count(*) AS n FROM memberships WHERE role = 'admin'",
            2,
        ),
        ("SELECT count(*) AS n FROM users WHERE super_user = TRUE", 0),
    ] {
        assert_eq!(place.number(query), count, "{query}");
    }
}

#[test]
fn the_name_of_a_tenant_is_the_same_in_other_letters() {
    let place = Place::new().with_acme();
    create(
        &place,
        "zoe@acme.test",
        "aCMe",
        &["--name", "Zoe Zander"],
        PASSWORD,
    )
    .done();
    assert_eq!(place.number("SELECT count(*) AS n FROM tenants"), 1);
}

#[test]
fn what_is_wrong_is_told_in_one_line_and_nothing_is_made() {
    let place = Place::new().with_acme();
    for (email, tenant, password, word) in [
        ("nobody", "Acme", PASSWORD, "email"),
        ("zoe@acme.test", "A", PASSWORD, "tenant"),
        ("zoe@acme.test", "Acme", "too short", "password"),
        ("zoe@acme.test", "Acme", "", "password"),
        ("zoe@acme.test", "Acme", "aaaaaaaaaaaaaaaaaaaa", "password"),
        (ALICE, "Acme", PASSWORD, "email"),
        (ALICE, "Brand new", PASSWORD, "email"),
    ] {
        let outcome = create(&place, email, tenant, &[], password);
        assert!(outcome.refusal().contains(word), "{outcome:?}");
    }
    assert_eq!(place.number("SELECT count(*) AS n FROM users"), 1);
    assert_eq!(place.number("SELECT count(*) AS n FROM tenants"), 1);
}

#[test]
fn a_password_is_never_an_argument() {
    let place = Place::new();
    let args = ["create-admin", "--email", ALICE, "--tenant", "Acme"];
    assert_eq!(place.run(&args, PASSWORD).code, 2);
    let with_password = [&args[..], &["--password", "hunter2secret"]].concat();
    let outcome = place.run(&with_password, "");
    assert_eq!(outcome.code, 2);
    assert!(!format!("{outcome:?}").contains("hunter2secret"));
    assert!(!place.data("pepper").exists());
}

#[actix_web::test]
async fn support_staff_is_made_at_the_shell_and_belongs_to_no_tenant() {
    let place = Place::new().with_acme();
    let server = place.serve();
    let args = ["create-admin", "--support", "--password-stdin"];
    let who = ["--email", "Sam@Support.test", "--name", "Sam Stone"];
    let made = place.run(&[&args[..], &who].concat(), PASSWORD);
    assert_eq!(made.done().out, "");
    assert!(
        made.err
            .contains("sam@support.test is now of the support staff.")
    );
    let mut sam = server.visitor();
    let fields = [("email", SAM), ("password", PASSWORD), ("next", "")];
    sam.submit("/login", "/login", &fields).await.leads_to("/");
    sam.get("/").await.leads_to("/support/tenants");
    sam.get("/support/tenants").await.shows("Acme");
    assert_eq!(sam.get("/tenant-api-keys").await.status, 404);
    for (query, count) in [
        ("SELECT count(*) AS n FROM memberships", 1),
        (
            "SELECT count(*) AS n FROM users WHERE support = TRUE AND super_user = FALSE",
            1,
        ),
        (
            "SELECT count(*) AS n FROM audit_events WHERE action = 'support.added' AND tenant_id IS NULL AND actor_kind = 'operator'",
            1,
        ),
    ] {
        assert_eq!(place.number(query), count, "{query}");
    }
}

#[test]
fn support_staff_is_neither_super_user_nor_of_a_tenant() {
    let place = Place::new().with_acme();
    let args = ["create-admin", "--support", "--password-stdin", "--email"];
    for more in [
        &["sam@support.test", "--super"][..],
        &["sam@support.test", "--tenant", "Acme"],
        &["nobody"],
        &[ALICE],
        &["s@x.test", "--name", "S"],
    ] {
        let outcome = place.run(&[&args[..], more].concat(), PASSWORD);
        assert_ne!(outcome.code, 0, "{more:?}");
    }
    let none = place.run(
        &["create-admin", "--password-stdin", "--email", SAM],
        PASSWORD,
    );
    assert_eq!(none.code, 2);
    assert_eq!(place.number("SELECT count(*) AS n FROM users"), 1);
}
