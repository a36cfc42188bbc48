//! Inviting somebody, and joining.

use std::rc::Rc;

use chrono::TimeDelta;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

pub const MEMBERS: &str = "/members";
pub const CAROL: &str = "carol@acme.example";
const NEW_PASSWORD: &str = "an umbrella of seven colours";

/// Invites somebody, and gives the page and the path of the link.
pub async fn invite(app: &App, admin: &mut Person, email: &str, role: &str) -> (String, String) {
    let fields = [("email", email), ("role", role)];
    let made = admin.submit(MEMBERS, "/members/invitations", &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let place = made.header("location").to_owned();
    let link = link_on(app, &admin.get(&place).await);
    (place, link)
}

fn link_on(app: &App, page: &Answer) -> String {
    let link = page.text_of(".sample code");
    link.strip_prefix(&app.base).unwrap().to_owned()
}

/// Sends the form of an invitation.
pub async fn accept(person: &mut Person, link: &str, name: &str, password: &str) -> Answer {
    let page = person.get(link).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (csrf, token) = (page.field("csrf"), page.field("token"));
    let mut fields = vec![("csrf", &*csrf), ("token", &*token), ("password", password)];
    if page.find_field("name").is_some() {
        fields.push(("name", name));
    }
    person.post("/invitation", &fields).await
}

#[actix_web::test]
async fn an_invited_person_joins_by_the_link_and_it_works_once() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (place, link) = invite(&app, &mut alice, " Carol@Acme.example ", "viewer").await;
    alice.get(MEMBERS).await.shows(CAROL);
    // Programs that look at mail open links: that changes nothing.
    for _ in 0..2 {
        let page = app.visitor().get(&link).await;
        page.shows("Join Acme");
        page.shows("Alice Archer invited you as Tenant viewer.");
    }
    let mut carol = app.visitor();
    let refused = accept(&mut carol, &link, "", "short").await;
    assert_eq!(refused.status, 422);
    refused.shows("Enter your name.");
    refused.shows("Use at least 15 characters");
    let joined = accept(&mut carol, &link, "Carol Carter", NEW_PASSWORD).await;
    joined.leads_to("/tenant-api-keys");
    let keys = carol.get("/tenant-api-keys").await;
    keys.shows("Welcome to Acme.");
    keys.shows("Tenant viewer");
    assert_eq!(carol.get(MEMBERS).await.status, 403);
    // The link is used up, for everybody.
    let again = app.visitor().get(&link).await;
    assert_eq!(again.status, 404);
    again.shows("This invitation has ended");
    assert_eq!(alice.get(&place).await.status, 404);
    let list = alice.get(MEMBERS).await;
    list.shows("Carol Carter");
    list.lacks("[id^='invitation-']");
    let mut back = app.visitor();
    let fields = [("email", CAROL), ("password", NEW_PASSWORD), ("next", "")];
    back.submit("/login", "/login", &fields).await.leads_to("/");
}

#[actix_web::test]
async fn a_link_stays_while_it_works_and_is_renewed_when_it_has_ended() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (place, link) = invite(&app, &mut alice, CAROL, "admin").await;
    let renewal = format!("{place}/renewal");
    alice.submit(&place, &renewal, &[]).await.leads_to(&place);
    assert_eq!(link_on(&app, &alice.get(&place).await), link);
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(app.visitor().get(&link).await.status, 404);
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(&place).await;
    page.shows("The link has ended.");
    page.lacks(".sample");
    alice.submit(&place, &renewal, &[]).await.leads_to(&place);
    let other = link_on(&app, &alice.get(&place).await);
    assert_ne!(other, link);
    assert_eq!(app.visitor().get(&link).await.status, 404);
    let mut carol = app.visitor();
    let joined = accept(&mut carol, &other, "Carol Carter", NEW_PASSWORD).await;
    joined.leads_to("/tenant-api-keys");
    assert_eq!(carol.get(MEMBERS).await.status, 200);
}

#[actix_web::test]
async fn a_withdrawn_invitation_opens_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (place, link) = invite(&app, &mut alice, CAROL, "admin").await;
    let withdrawal = format!("{place}/withdrawal");
    alice
        .submit(&place, &withdrawal, &[])
        .await
        .leads_to(MEMBERS);
    assert_eq!(app.visitor().get(&link).await.status, 404);
    assert_eq!(app.rows("invitations"), 0);
}

#[actix_web::test]
async fn an_invitation_needs_an_address_a_role_and_somebody_new() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    invite(&app, &mut alice, CAROL, "viewer").await;
    for (email, role, told) in [
        ("carol", "viewer", "Enter an email address"),
        (
            "dora@acme.example",
            "owner",
            "Choose Tenant admin or Tenant viewer.",
        ),
        (VERA, "admin", "This person is a member already"),
        (CAROL, "admin", "This address is invited already."),
    ] {
        let fields = [("email", email), ("role", role)];
        let refused = alice.submit(MEMBERS, "/members/invitations", &fields).await;
        assert_eq!(refused.status, 422, "{email}");
        refused.shows(told);
        assert_eq!(refused.field("email"), email);
    }
    assert_eq!(app.rows("invitations"), 1);
}

#[actix_web::test]
async fn somebody_with_an_account_joins_with_its_password_and_switches_tenants() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (_, link) = invite(&app, &mut alice, BOB, "viewer").await;
    let mut bob = app.visitor();
    let page = bob.get(&link).await;
    page.shows("You have an account here.");
    page.lacks("[name='name']");
    let wrong = accept(&mut bob, &link, "", NEW_PASSWORD).await;
    assert_eq!(wrong.status, 422);
    wrong.shows("This is not the password of your account here.");
    assert_eq!(app.rows("memberships"), 3);
    let joined = accept(&mut bob, &link, "", PASSWORD).await;
    joined.leads_to("/tenant-api-keys");
    assert_eq!(app.rows("users"), 3);
    let keys = bob.get("/tenant-api-keys").await;
    assert_eq!(keys.text_of(".side-brand strong"), "Acme");
    let other = keys.attribute("button[name='tenant']", "value");
    assert_eq!(keys.text_of("button[name='tenant']"), "Globex");
    let before = bob.cookies.clone();
    let switched = bob
        .submit("/tenant-api-keys", "/tenant", &[("tenant", &other)])
        .await;
    switched.leads_to("/tenant-api-keys");
    assert_ne!(bob.cookies, before);
    let keys = bob.get("/tenant-api-keys").await;
    assert_eq!(keys.text_of(".side-brand strong"), "Globex");
    keys.shows("Tenant admin");
    // Where somebody is not, and what does not exist, look alike.
    let mut vera = app.sign_in(VERA).await;
    let globex = app.tenant("Globex").to_string();
    let [not_theirs, none] = [&*globex, MISSING].map(|tenant| [("tenant", tenant)]);
    let not_theirs = vera
        .submit("/tenant-api-keys", "/tenant", &not_theirs)
        .await;
    let none = vera.submit("/tenant-api-keys", "/tenant", &none).await;
    assert_eq!(not_theirs.status, 404);
    assert_eq!(not_theirs.meaning(), none.meaning());
    assert_eq!(vera.get("/tenant-api-keys").await.status, 200);
}

#[actix_web::test]
async fn guessing_the_password_of_an_account_by_an_invitation_waits_as_signing_in_does() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (_, link) = invite(&app, &mut alice, BOB, "viewer").await;
    let mut guesser = app.visitor();
    for _ in 0..5 {
        let wrong = accept(&mut guesser, &link, "", "not the password at all").await;
        assert_eq!(wrong.status, 422);
    }
    let throttled = accept(&mut guesser, &link, "", PASSWORD).await;
    assert_eq!(throttled.status, 429);
    throttled.shows("Too many attempts.");
    assert_eq!(app.rows("memberships"), 3);
}

#[actix_web::test]
async fn support_staff_joins_no_tenant() {
    let app = App::start().await;
    app.hire_sam();
    let mut alice = app.sign_in(ALICE).await;
    let (_, link) = invite(&app, &mut alice, SAM, "admin").await;
    let refused = accept(&mut app.visitor(), &link, "", PASSWORD).await;
    assert_eq!(refused.status, 409);
    refused.shows("support staff, who join no tenant");
    assert_eq!(app.rows("invitations"), 1);
}

#[actix_web::test]
async fn of_a_hundred_who_open_a_link_at_once_one_joins() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (_, link) = invite(&app, &mut alice, BOB, "viewer").await;
    let mut bob = app.visitor();
    let page = bob.get(&link).await;
    let (csrf, token) = (page.field("csrf"), page.field("token"));
    let fields = Rc::new([
        ("csrf", csrf),
        ("token", token),
        ("password", PASSWORD.to_owned()),
    ]);
    // Ten at a time: more would wait for a turn to digest a password, and be told so.
    let (mut joined, mut late) = (0, 0);
    for _ in 0..10 {
        let tries: Vec<_> = (0..10)
            .map(|_| {
                let (mut bob, fields) = (bob.clone(), Rc::clone(&fields));
                actix_web::rt::spawn(async move {
                    let fields: Vec<(&str, &str)> = fields
                        .iter()
                        .map(|(name, value)| (*name, &**value))
                        .collect();
                    bob.post("/invitation", &fields).await.status
                })
            })
            .collect();
        for attempt in tries {
            match attempt.await.unwrap() {
                303 => joined += 1,
                404 => late += 1,
                429 => (),
                other => panic!("{other}"),
            }
        }
    }
    assert_eq!(joined, 1);
    assert!(late >= 90, "{late}");
    assert_eq!(app.rows("memberships"), 4);
    let added = "SELECT count(*) AS n FROM audit_events WHERE action = 'member.added' AND actor_kind = 'person'";
    assert_eq!(app.number(added), 1);
}
