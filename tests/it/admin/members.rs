//! Administration > Members: roles, and leaving.

use super::invitations::{CAROL, MEMBERS, accept, invite};
use crate::support::*;

#[actix_web::test]
async fn another_role_ends_the_sessions_of_the_person() {
    let app = App::start().await;
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    let id = app.person(VERA);
    let role = format!("/members/{id}/role");
    let promoted = alice.submit(MEMBERS, &role, &[("role", "admin")]).await;
    promoted.leads_to(MEMBERS);
    alice
        .get(MEMBERS)
        .await
        .shows("Vera Viewer is Tenant admin now, and has to sign in again.");
    assert_eq!(vera.get("/tenant-api-keys").await.status, 303);
    let mut vera = app.sign_in(VERA).await;
    assert_eq!(vera.get(MEMBERS).await.status, 200);
    let wrong = alice.submit(MEMBERS, &role, &[("role", "owner")]).await;
    assert_eq!(wrong.status, 422);
    alice
        .submit(MEMBERS, &role, &[("role", "viewer")])
        .await
        .leads_to(MEMBERS);
    assert_eq!(vera.get(MEMBERS).await.status, 303);
    let changes = "SELECT count(*) AS n FROM audit_events WHERE action = 'member.role_changed'";
    assert_eq!(app.number(changes), 2);
}

#[actix_web::test]
async fn whoever_is_removed_is_out_with_the_next_click_and_can_be_invited_again() {
    let app = App::start().await;
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    let removal = format!("/members/{}/removal", app.person(VERA));
    let ask = alice.get(&removal).await;
    ask.shows("Vera Viewer loses access to Acme with the next click");
    alice
        .submit(&removal, &removal, &[])
        .await
        .leads_to(MEMBERS);
    assert_eq!(vera.get("/tenant-api-keys").await.status, 303);
    let fields = [("email", VERA), ("password", PASSWORD), ("next", "")];
    assert_eq!(vera.submit("/login", "/login", &fields).await.status, 401);
    let (_, link) = invite(&app, &mut alice, VERA, "viewer").await;
    accept(&mut vera, &link, "", PASSWORD)
        .await
        .leads_to("/tenant-api-keys");
    assert_eq!(vera.get("/tenant-api-keys").await.status, 200);
}

#[actix_web::test]
async fn the_last_admin_and_whoever_runs_keystead_stay() {
    let app = App::start().await;
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    let own = app.person(BOB);
    for (path, fields) in [
        (format!("/members/{own}/role"), vec![("role", "viewer")]),
        (format!("/members/{own}/removal"), vec![]),
    ] {
        let refused = bob.submit(MEMBERS, &path, &fields).await;
        assert_eq!(refused.status, 409);
        refused.shows("A tenant needs an admin.");
    }
    let alices = app.person(ALICE);
    alice.get(MEMBERS).await.lacks(&format!("#remove-{alices}"));
    let removal = format!("/members/{alices}/removal");
    let refused = alice.submit(MEMBERS, &removal, &[]).await;
    assert_eq!(refused.status, 409);
    refused.shows("Only the operator at the shell");
    assert_eq!(app.rows("memberships"), 3);
}

#[actix_web::test]
async fn viewers_and_other_tenants_change_nobody() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (place, _) = invite(&app, &mut alice, CAROL, "viewer").await;
    let id = app.person(VERA);
    let (role, removal) = (
        format!("/members/{id}/role"),
        format!("/members/{id}/removal"),
    );
    let posts = [
        (
            "/members/invitations".to_owned(),
            vec![("email", "x@y.example"), ("role", "admin")],
        ),
        (role, vec![("role", "admin")]),
        (removal, vec![]),
        (format!("{place}/renewal"), vec![]),
        (format!("{place}/withdrawal"), vec![]),
    ];
    let before = app.audit_rows();
    for (email, status) in [(VERA, 403), (BOB, 404)] {
        let mut person = app.sign_in(email).await;
        let token = person.token("/tenant-api-keys").await;
        let own_list = usize::from(email == BOB);
        for (path, fields) in &posts[own_list..] {
            let fields = [&[("csrf", &*token)], &fields[..]].concat();
            let answer = person.post(path, &fields).await;
            assert_eq!(answer.status, status, "{email} on {path}");
        }
        for path in [&place, &posts[2].0] {
            assert_eq!(person.get(path).await.status, status, "{email} on {path}");
        }
        person.get("/tenant-api-keys").await.hides(CAROL);
    }
    let signed_in_meanwhile = 2;
    assert_eq!(app.audit_rows(), before + signed_in_meanwhile);
    assert_eq!((app.rows("memberships"), app.rows("invitations")), (3, 1));
}
