//! Another address to sign in with.

use crate::support::browser_like::{Answer, Person};
use crate::support::phone::happened;
use crate::support::*;

const ACCOUNT: &str = "/account";

async fn change(person: &mut Person, email: &str, password: &str) -> Answer {
    let fields = [("email", email), ("email_password", password)];
    person.submit(ACCOUNT, "/account/email", &fields).await
}

#[actix_web::test]
async fn another_address_signs_in_from_now_on_and_the_old_one_does_not() {
    let app = App::start().await;
    let (mut here, mut there) = (app.sign_in(VERA).await, app.sign_in(VERA).await);
    for (email, password, told) in [
        (
            "new@acme.test",
            "not my password at all",
            "This is not your present password.",
        ),
        ("nobody", PASSWORD, "Enter an email address"),
        (
            "BOB@Globex.Test",
            PASSWORD,
            "Somebody already uses this email address.",
        ),
    ] {
        let refused = change(&mut here, email, password).await;
        assert_eq!(refused.status, 422, "{email}");
        refused.shows(told);
        assert_eq!(refused.field("email"), email);
        refused.hides("not my password at all");
    }
    change(&mut here, "VERA@acme.test", PASSWORD)
        .await
        .leads_to(ACCOUNT);
    assert_eq!(happened(&app, "person.email_changed"), 0);
    assert_eq!(there.get(ACCOUNT).await.status, 200);
    let old = here.clone();
    change(&mut here, " Vera.New@Acme.test ", PASSWORD)
        .await
        .leads_to(ACCOUNT);
    here.get(ACCOUNT)
        .await
        .shows("You sign in with vera.new@acme.test now.");
    for mut ended in [there, old] {
        assert_eq!(ended.get(ACCOUNT).await.status, 303);
    }
    let answer = app.visitor().give_password(VERA, PASSWORD, "").await;
    assert_eq!(answer.status, 401);
    app.sign_in("vera.new@acme.test").await;
    assert_eq!(happened(&app, "person.email_changed"), 1);
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get("/audit")
        .await
        .shows("Changed the email of vera@acme.test");
    // The address is free for somebody else.
    change(&mut alice, VERA, PASSWORD).await.leads_to(ACCOUNT);
}

#[actix_web::test]
async fn support_staff_changes_theirs_and_guessing_has_to_wait() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    change(&mut sam, "sam.stone@support.test", PASSWORD)
        .await
        .leads_to(ACCOUNT);
    sam.get("/support/tenants").await.shows("Acme");
    for _ in 0..5 {
        let wrong = change(&mut sam, "other@support.test", "not my password at all").await;
        assert_eq!(wrong.status, 422);
    }
    let held = change(&mut sam, "other@support.test", PASSWORD).await;
    assert_eq!(held.status, 429);
    held.shows("Too many attempts.");
}

#[actix_web::test]
async fn an_address_is_the_same_in_each_unicode_form() {
    let app = App::start().await;
    let (composed, apart) = ("r\u{e9}mi@acme.test", "re\u{301}mi@acme.test");
    let mut vera = app.sign_in(VERA).await;
    change(&mut vera, "RE\u{301}MI@acme.test", PASSWORD)
        .await
        .leads_to(ACCOUNT);
    let kept = format!("SELECT count(*) AS n FROM users WHERE email = '{composed}'");
    assert_eq!(app.number(&kept), 1);
    for typed in [composed, apart, "R\u{c9}MI@acme.test"] {
        app.sign_in(typed).await;
    }
    // As addresses were kept before: as typed.
    let before = format!("UPDATE users SET email = '{apart}' WHERE email = '{composed}'");
    app.sql(&before);
    for typed in [composed, apart] {
        app.sign_in(typed).await;
    }
    let mut alice = app.sign_in(ALICE).await;
    for typed in [composed, apart] {
        let taken = change(&mut alice, typed, PASSWORD).await;
        assert_eq!(taken.status, 422, "{typed}");
        taken.shows("Somebody already uses this email address.");
        let fields = [("email", typed), ("role", "viewer")];
        let invited = alice
            .submit("/members", "/members/invitations", &fields)
            .await;
        assert_eq!(invited.status, 422, "{typed}");
    }
    // Wrong passwords are counted together.
    for typed in [composed, apart, composed, apart, composed] {
        app.visitor().give_password(typed, "wrong", "").await;
    }
    let answer = app.visitor().give_password(apart, "wrong", "").await;
    assert_eq!(answer.status, 429);
}
