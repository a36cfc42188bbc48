//! Being without a second factor again by others, and who must have one.

use chrono::TimeDelta;
use keystead::domain::second_factor::Required;

use crate::support::phone::{FACTOR, REMOVAL, happened};
use crate::support::*;

#[actix_web::test]
async fn an_admin_takes_it_off_a_member_who_lost_the_phone() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    app.set_up_factor(&mut vera).await;
    let mut alice = app.sign_in(ALICE).await;
    app.set_up_factor(&mut alice).await;
    let page = |email: &str| {
        let query = format!("SELECT id AS t FROM users WHERE email = '{email}'");
        format!("/members/{}/second-factor", direct::text(&app.db, &query))
    };
    let list = alice.get("/members").await;
    assert_eq!(list.body.matches("Second factor on").count(), 2);
    let path = page(VERA);
    assert_eq!(vera.get(&path).await.status, 403);
    alice.get(&path).await.shows("who lost the phone");
    let off = alice.submit(&path, &path, &[]).await;
    off.leads_to("/members");
    assert_eq!(vera.get("/account").await.status, 303);
    app.sign_in(VERA).await.get(FACTOR).await.shows("It is off");
    assert_eq!(happened(&app, "person.second_factor_off"), 1);
    assert_eq!(alice.submit(&path, &path, &[]).await.status, 409);

    // Not of whoever runs Keystead, is in another tenant too, or in another one only.
    app.sql(&format!(
        "UPDATE memberships SET role = 'admin' WHERE user_id = (SELECT id FROM users WHERE email = '{VERA}')"
    ));
    let mut vera = app.sign_in(VERA).await;
    let path = page(ALICE);
    let refused = vera.submit(&path, &path, &[]).await;
    assert_eq!(refused.status, 409);
    refused.shows("runs Keystead");
    app.plant_factor(BOB);
    let path = page(BOB);
    assert_eq!(vera.get(&path).await.status, 404);
    let token = vera.token("/members").await;
    assert_eq!(vera.post(&path, &[("csrf", &token)]).await.status, 404);
    app.sql(&format!(
        "INSERT INTO memberships (tenant_id, user_id, role, created_at) SELECT '{}', id, 'viewer', created_at FROM users \
         WHERE email = '{BOB}'",
        app.tenant("Acme")
    ));
    let refused = vera.submit(&path, &path, &[]).await;
    assert_eq!(refused.status, 409);
    refused.shows("in another tenant too");
}

#[actix_web::test]
async fn who_must_have_one_does_nothing_else_before() {
    let app = App::start_with(
        |config| config.require_second_factor = Required::OfStaff,
        true,
    )
    .await;
    app.hire_sam();
    let key = app.issue("Acme", "ERP");
    app.sign_in(VERA)
        .await
        .get("/tenant-api-keys")
        .await
        .shows("ERP");
    for (email, pages) in [
        (ALICE, ["/tenant-api-keys", "/support/tenants", "/account"]),
        (SAM, ["/support/tenants", "/support/rollouts", "/account"]),
    ] {
        let mut person = app.sign_in(email).await;
        for page in pages {
            person.get(page).await.leads_to(FACTOR);
        }
        let told = person.get(FACTOR).await;
        told.shows("You need a second factor here.");
        let csrf = told.field("csrf");
        let fields = [("csrf", &*csrf), ("name", "Somebody")];
        person.post("/account/name", &fields).await.leads_to(FACTOR);
        let phone = app.set_up_factor(&mut person).await;
        assert_eq!(person.get(pages[0]).await.status, 200);
        // Switched off, it is needed again.
        let fields = [("password", PASSWORD), ("code", &*phone.paper[0])];
        person
            .submit(FACTOR, REMOVAL, &fields)
            .await
            .leads_to(FACTOR);
        person.get(pages[0]).await.leads_to(FACTOR);
        person
            .submit(FACTOR, "/logout", &[])
            .await
            .leads_to("/login");
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn everyone_means_viewers_too() {
    let everyone = |config: &mut keystead::config::Config| {
        config.require_second_factor = Required::OfEveryone;
    };
    let app = App::start_with(everyone, true).await;
    let mut vera = app.sign_in(VERA).await;
    vera.get("/tenant-api-keys").await.leads_to(FACTOR);
    app.set_up_factor(&mut vera).await;
    assert_eq!(vera.get("/tenant-api-keys").await.status, 200);
}

#[actix_web::test]
async fn a_sealed_secret_opens_in_no_other_row() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    app.clock.advance(TimeDelta::seconds(30));
    // Put beside another person, a sealed secret opens nothing.
    let (_, other) = app.plant_factor(BOB);
    app.sql(&format!(
        "UPDATE second_factors SET nonce = (SELECT nonce FROM second_factors f JOIN users u ON u.id = f.user_id WHERE u.email = \
         '{VERA}'), ciphertext = (SELECT ciphertext FROM second_factors f JOIN users u ON u.id = f.user_id WHERE u.email = \
         '{VERA}') WHERE user_id = (SELECT id FROM users WHERE email = '{BOB}')"
    ));
    for code in [app.code(&phone), app.code(&other)] {
        let mut bob = app.visitor();
        bob.give_password(BOB, PASSWORD, "").await;
        assert_eq!(bob.give_code(&code).await.status, 500);
        assert_eq!(bob.get("/account").await.status, 303);
    }
    let mut vera = app.visitor();
    vera.give_password(VERA, PASSWORD, "").await;
    vera.give_code(&app.code(&phone)).await.leads_to("/");
}

#[actix_web::test]
async fn a_shorter_password_needs_the_second_factor() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    let change = |before, new| [("password", before), ("new_password", new)];
    let (page, action) = ("/account", "/account/password");
    let fields = change(PASSWORD, "pl4nk-ob");
    assert_eq!(vera.submit(page, action, &fields).await.status, 422);
    let phone = app.set_up_factor(&mut vera).await;
    for (new, told) in [
        ("Password123", "most common passwords"),
        ("vera-acme-viewer", "little more than your own name"),
    ] {
        let refused = vera.submit(page, action, &change(PASSWORD, new)).await;
        assert_eq!(refused.status, 422);
        refused.shows(told);
    }
    vera.submit(page, action, &change(PASSWORD, "pl4nk-ob"))
        .await
        .leads_to("/account");
    let fields = [("password", "pl4nk-ob"), ("code", &*phone.paper[0])];
    let refused = vera.submit(FACTOR, REMOVAL, &fields).await;
    assert_eq!(refused.status, 422);
    refused.shows("too short to do without");
    // The code was not used up by that.
    let mut again = app.visitor();
    again.give_password(VERA, "pl4nk-ob", "").await;
    again.give_code(&phone.paper[0]).await.leads_to("/");
}
