//! Tenants at the shell.

use serde_json::Value;

use crate::support::process::{Outcome, Place};
use crate::support::*;

fn tenant(place: &Place, args: &[&str]) -> Outcome {
    place.run(&[&["tenant"], args].concat(), "")
}

/// The one document that a command printed.
fn document(outcome: &Outcome) -> Value {
    assert_eq!(outcome.done().out.lines().count(), 1, "{}", outcome.out);
    serde_json::from_str(&outcome.out).unwrap()
}

#[actix_web::test]
async fn a_tenant_made_at_the_shell_is_joined_by_the_link_that_it_printed() {
    let place = Place::new().with_acme();
    let server = place.serve();
    let args = ["create", "Globex", "--admin", "Bob@Globex.test"];
    let made = tenant(&place, &[&args[..], &["--key-limit", "50"]].concat());
    let link = made.done().out.strip_suffix('\n').unwrap();
    let path = &link[link.find("/invitation?token=").unwrap()..];
    assert!(!made.err.contains("token="), "{}", made.err);
    let mut bob = server.visitor();
    let page = bob.get(path).await;
    page.shows("The operator invited you as Tenant admin.");
    let (csrf, token) = (page.field("csrf"), page.field("token"));
    let fields = [
        ("csrf", &*csrf),
        ("token", &token),
        ("name", "Bob Brown"),
        ("password", PASSWORD),
    ];
    bob.post("/invitation", &fields)
        .await
        .leads_to("/tenant-api-keys");
    bob.get("/tenant-api-keys").await.shows("Globex");
    let again = tenant(&place, &["create", "gLOBEX", "--admin", "x@globex.test"]);
    assert!(again.refusal().contains("Another tenant has this name."));
    let list = document(&tenant(&place, &["list", "--json"]));
    let told: Vec<(&str, i64)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let limit = one["key_limit"].as_i64().unwrap();
            (one["name"].as_str().unwrap(), limit)
        })
        .collect();
    assert_eq!(told, [("Acme", 10), ("Globex", 50)]);
    let lines = tenant(&place, &["list"]);
    assert!(
        lines
            .done()
            .out
            .ends_with("\tactive\tStandard\t0\t50\tGlobex\n")
    );
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE actor_kind = 'operator' AND tenant_id IS NOT NULL \
                    AND object_name IN ('Globex', 'bob@globex.test')";
    assert_eq!(place.number(recorded), 2);
}

#[actix_web::test]
async fn suspending_and_renaming_at_the_shell_reaches_a_running_server() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let server = place.serve();
    let which = ["--tenant", "aCME"];
    let with =
        |command: &str, more: &[&str]| tenant(&place, &[&[command], &which[..], more].concat());
    let reason = ["--reason", "Not paid"];
    let off = document(&with("suspend", &[&reason[..], &["--json"]].concat()));
    assert_eq!(off["suspension_reason"], "Not paid");
    assert!(off["suspended_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(server.stranger().verify(&key).await, "TENANT_SUSPENDED");
    assert!(
        with("suspend", &reason)
            .refusal()
            .contains("Acme is suspended already")
    );
    with("resume", &["--reason", "Paid"]).done();
    assert_eq!(server.stranger().verify(&key).await, "VALID");
    assert!(
        with("resume", &reason)
            .refusal()
            .contains("Acme is not suspended")
    );
    assert!(
        with("suspend", &["--reason", " "])
            .refusal()
            .contains("reason: Say why.")
    );
    let renamed = with("rename", &["--name", "Acme Ltd", "--json"]);
    assert_eq!(document(&renamed)["name"], "Acme Ltd");
    assert!(
        with("rename", &["--name", "X Ltd"])
            .refusal()
            .contains("there is no tenant \"aCME\"")
    );
    for action in ["tenant.suspended", "tenant.resumed", "tenant.renamed"] {
        let recorded = format!(
            "SELECT count(*) AS n FROM audit_events WHERE action = '{action}' AND actor_kind = 'operator'"
        );
        assert_eq!(place.number(&recorded), 1, "{action}");
    }
    place.run(&["audit", "verify"], "").done();
}

#[test]
fn other_letters_mean_the_same_tenant_in_every_command() {
    let place = Place::new().with_acme();
    let key = [
        "key", "create", "--tenant", "acme", "--name", "ERP", "--json",
    ];
    let made = document(&place.run(&key, ""));
    let id = made["id"].as_str().unwrap();
    for args in [
        &["key", "list", "--tenant", "ACME"][..],
        &["key", "revoke", id, "--tenant", "acme", "--json"],
        &["member", "list", "--tenant", "acme"],
        &[
            "member",
            "invite",
            "x@acme.test",
            "--tenant",
            "acme",
            "--role",
            "viewer",
        ],
        &["tenant", "rename", "--tenant", "acme", "--name", "acme"],
    ] {
        place.run(args, "").done();
    }
    let unknown = [
        &["key", "list"][..],
        &["key", "create", "--name", "ERP"],
        &["key", "revoke", MISSING],
        &["member", "list"],
        &["member", "invite", "x@acme.test", "--role", "viewer"],
        &["member", "remove", ALICE],
        &["member", "role", ALICE, "viewer"],
        &["tenant", "suspend", "--reason", "x"],
    ];
    for args in unknown {
        let refused = place.run(&[args, &["--tenant", "Nobody"]].concat(), "");
        let line = refused.refusal();
        assert!(line.contains("there is no tenant \"Nobody\""), "{line}");
    }
    assert_eq!(place.number("SELECT count(*) AS n FROM tenants"), 1);
}
