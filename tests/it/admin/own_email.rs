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
