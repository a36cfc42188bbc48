//! The people of a tenant at the shell.

use serde_json::Value;

use crate::support::process::{Outcome, Place};
use crate::support::*;

fn member(place: &Place, args: &[&str]) -> Outcome {
    place.run(&[&["member"], args, &["--tenant", "acme"]].concat(), "")
}

fn list(place: &Place) -> Value {
    let listed = member(place, &["list", "--json"]);
    serde_json::from_str(&listed.done().out).unwrap()
}

/// Zoe, a second admin.
fn with_zoe(place: &Place) {
    let args = [
        "create-admin",
        "--email",
        "zoe@acme.test",
        "--tenant",
        "Acme",
    ];
    let all = [&args[..], &["--name", "Zoe Zander", "--password-stdin"]].concat();
    place.run(&all, PASSWORD).done();
}

#[actix_web::test]
async fn somebody_is_invited_listed_and_given_another_role() {
    let place = Place::new().with_acme();
    let server = place.serve();
    let invite = ["invite", "Zoe@acme.test", "--role", "viewer", "--json"];
    let invited = member(&place, &invite);
    let told: Value = serde_json::from_str(&invited.done().out).unwrap();
    let link = told["invitation"]["link"].as_str().unwrap();
    let path = &link[link.find("/invitation?token=").unwrap()..];
    let open = list(&place);
    assert_eq!(open["invitations"][0]["email"], "zoe@acme.test");
    assert!(!open.to_string().contains("token="));
    let mut zoe = server.visitor();
    let page = zoe.get(path).await;
    let (csrf, token) = (page.field("csrf"), page.field("token"));
    let fields = [
        ("csrf", &*csrf),
        ("token", &token),
        ("name", "Zoe Zander"),
        ("password", PASSWORD),
    ];
    zoe.post("/invitation", &fields)
        .await
        .leads_to("/tenant-api-keys");
    assert!(
        member(&place, &invite)
            .refusal()
            .contains("is a member already")
    );
    member(&place, &["role", "zoe@acme.test", "admin"]).done();
    // Their sessions ended with the old role.
    assert_eq!(zoe.get("/tenant-api-keys").await.status, 303);
    let people = list(&place);
    let mut members = people["members"].as_array().unwrap().iter();
    let zoe = members.find(|one| one["email"] == "zoe@acme.test").unwrap();
    assert_eq!(
        (&zoe["role"], &zoe["second_factor"]),
        (&"admin".into(), &false.into())
    );
    assert!(zoe["signed_in_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(people["invitations"], serde_json::json!([]));
    let wrong = member(&place, &["role", "zoe@acme.test", "king"]);
    assert!(
        wrong
            .refusal()
            .contains("there is no role \"king\"; it is admin or viewer")
    );
}

#[test]
fn who_looks_after_keys_is_taken_out_once_somebody_else_does() {
    let place = Place::new().with_acme();
    with_zoe(&place);
    let key = [
        "key",
        "create",
        "--tenant",
        "Acme",
        "--owner",
        "zoe@acme.test",
        "--name",
    ];
    for name in ["ERP", "Shop"] {
        place.run(&[&key[..], &[name]].concat(), "").done();
    }
    let remove = ["remove", "zoe@acme.test"];
    let with = |more: &[&str]| member(&place, &[&remove[..], more].concat());
    assert!(
        with(&[])
            .refusal()
            .contains("zoe@acme.test looks after 2 keys; say who does from now on")
    );
    for (email, told) in [
        ("nobody@acme.test", "nobody in Acme has the address"),
        ("zoe@acme.test", "name somebody else"),
    ] {
        assert!(with(&["--new-owner", email]).refusal().contains(told));
    }
    let out = with(&["--new-owner", ALICE, "--json"]);
    let told: Value = serde_json::from_str(&out.done().out).unwrap();
    assert_eq!(told["keys_handed_over"], 2);
    let handed = format!(
        "SELECT count(*) AS n FROM api_keys WHERE owner_id = (SELECT id FROM users WHERE email = '{ALICE}')"
    );
    assert_eq!(place.number(&handed), 2);
    let recorded = "SELECT count(*) AS n FROM audit_events \
                    WHERE action = 'member.removed' AND actor_kind = 'operator'";
    assert_eq!(place.number(recorded), 1);
    assert_eq!(place.number("SELECT count(*) AS n FROM memberships"), 1);
}

#[test]
fn the_last_admin_stays() {
    let place = Place::new().with_acme();
    for args in [&["remove", ALICE][..], &["role", ALICE, "viewer"]] {
        assert!(
            member(&place, args)
                .refusal()
                .contains("A tenant needs an admin.")
        );
    }
    with_zoe(&place);
    let words = ["remove", ALICE, "--new-owner-text", "Plant IT"];
    member(&place, &words).done();
    assert!(
        member(&place, &["remove", ALICE])
            .refusal()
            .contains("nobody in Acme has the address")
    );
}
