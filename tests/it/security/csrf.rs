//! Requests that another site makes a browser send.

use std::collections::BTreeSet;

use reqwest::Method;

use super::csrf_forms::{Try, group_page, project_page, tries, verifier_page};
use crate::support::browser_like::Person;
use crate::support::routes::routes_after;
use crate::support::*;

/// The path of every page route that takes a POST.
fn routes() -> BTreeSet<String> {
    let pages = [
        "fn pages(",
        "fn of_people(",
        "fn of_integrations(",
        "fn support(",
    ]
    .map(routes_after);
    pages
        .into_iter()
        .flatten()
        .filter(|(method, _)| method == "POST")
        .map(|(_, path)| path.to_owned())
        .collect()
}

/// What a change would change.
pub fn fingerprint(app: &App) -> [i64; 10] {
    [
        app.rows("limit_requests"),
        app.rows("sealed_secrets"),
        app.number("SELECT CAST(coalesce(sum(key_limit), 0) AS BIGINT) AS n FROM tenants"),
        app.rows("users"),
        app.rows("sessions"),
        app.rows("api_keys"),
        app.audit_rows(),
        app.number("SELECT rev AS n FROM change_head"),
        app.number("SELECT count(*) AS n FROM api_keys WHERE revoked_at IS NOT NULL"),
        app.number("SELECT count(*) AS n FROM api_keys WHERE deleted_at IS NOT NULL"),
    ]
}

/// Forms that begin another session, whose cookie is not kept here.
const ENDS_SESSIONS: [&str; 3] = [
    "/account/password",
    "/account/sessions/removal",
    "/account/second-factor/removal",
];

struct Attack {
    name: &'static str,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
}

fn attacks(app: &App, right: &str, foreign: &str) -> Vec<Attack> {
    let attack = |name, token: Option<&str>, headers: &[(&'static str, &str)]| Attack {
        name,
        token: token.map(str::to_owned),
        headers: headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    };
    let right = Some(right);
    let other_port = app.base.replace("127.0.0.1", "127.0.0.2");
    vec![
        attack("no token", None, &[]),
        attack("an empty token", Some(""), &[]),
        attack("a made-up token", Some(&"0".repeat(64)), &[]),
        attack("the token of another session", Some(foreign), &[]),
        attack(
            "a cross-site page",
            right,
            &[("sec-fetch-site", "cross-site")],
        ),
        attack("a sibling site", right, &[("sec-fetch-site", "same-site")]),
        attack("another origin", right, &[("origin", "https://evil.test")]),
        attack("another address", right, &[("origin", &other_port)]),
        attack("a hidden origin", right, &[("origin", "null")]),
        attack(
            "an origin that starts like ours",
            right,
            &[("origin", &format!("{}.evil.test", app.base))],
        ),
    ]
}

async fn send(
    person: &mut Person,
    form: &Try,
    token: Option<&str>,
    headers: &[(&str, String)],
) -> u16 {
    let mut fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    fields.extend(token.map(|token| ("csrf", token)));
    let mut request = person.request(Method::POST, &form.action).form(&fields);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    // The cookies stay as they are: what an answer sets is looked at below.
    let answer = crate::support::browser_like::Answer::of(request).await;
    assert!(
        answer.status != 403 || answer.header("set-cookie").is_empty(),
        "{}",
        form.route
    );
    answer.status
}

async fn attack_every_form(app: &App, person: &mut Person, other: &mut Person) -> BTreeSet<String> {
    let revocable = app.issue("Acme", "Revocable");
    let deletable = app.issue("Acme", "Deletable");
    app.alter_key(&deletable, "revoked_at = '2026-11-20 11:00:00'");
    let recoverable = app.issue_recoverable("Acme", "Recoverable");
    let mut forms = super::csrf_integrations::tries(app);
    forms.extend(super::csrf_members::tries(app));
    forms.extend(tries(app, &revocable, &deletable, &recoverable));
    attack_forms(app, person, other, forms).await
}

async fn attack_forms(
    app: &App,
    person: &mut Person,
    other: &mut Person,
    forms: Vec<Try>,
) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for form in forms {
        let right = person.token(&form.page).await;
        // Some pages exist for one of them alone; the token of a session is the same on every page.
        let foreign = match other.get(&form.page).await.status {
            404 => other.token("/tenant-api-keys").await,
            _ => other.token(&form.page).await,
        };
        assert_ne!(right, foreign, "{}", form.route);
        let before = fingerprint(app);
        for attack in attacks(app, &right, &foreign) {
            let status = send(person, &form, attack.token.as_deref(), &attack.headers).await;
            assert_eq!(status, 403, "{} with {}", form.route, attack.name);
            assert_eq!(
                fingerprint(app),
                before,
                "{} with {}",
                form.route,
                attack.name
            );
        }
        // The same form from our own page is accepted, so it was the attack that was refused.
        let ours = [
            ("origin", app.base.clone()),
            ("sec-fetch-site", "same-origin".to_owned()),
        ];
        let status = send(person, &form, Some(&right), &ours).await;
        // A plan changes nothing, and is shown at once.
        let done = [200, 201, 303].contains(&status);
        assert!(done, "{}: {status}", form.route);
        if ENDS_SESSIONS.contains(&form.route) {
            *person = app.sign_in(ALICE).await;
        }
        seen.insert(form.route.to_owned());
    }
    seen
}

#[actix_web::test]
async fn no_form_is_taken_from_elsewhere() {
    // Some forms exist only where mail is sent.
    let app = App::start_with_mail(&mail::url(mail::free_port())).await;
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    // What is open to support staff alone; later forms end the sessions of others.
    let forms = super::support_forms::looks(&app);
    let mut sam = app.sign_in(SAM).await;
    let mut seen = attack_forms(&app, &mut sam, &mut bob, forms).await;
    seen.extend(attack_every_form(&app, &mut alice, &mut bob).await);

    let empty = App::start_empty().await;
    let nothing = app::Issued {
        id: String::new(),
        secret: String::new(),
    };
    let forms = tries(&empty, &nothing, &nothing, &nothing);
    let (mut maya, mut other) = (empty.visitor(), empty.visitor());
    seen.extend(attack_forms(&empty, &mut maya, &mut other, forms).await);
    assert_eq!(
        seen,
        routes(),
        "a route that takes a POST is missing in this test"
    );
}

#[actix_web::test]
async fn a_token_counts_in_the_body_alone() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let token = alice.token("/tenant-api-keys").await;
    let path = key.page("revocation");
    let in_query = alice.post(&format!("{path}?csrf={token}"), &[]).await;
    let request = alice
        .request(Method::POST, &path)
        .header("x-csrf-token", &token);
    let in_header = alice.send(request).await;
    assert_eq!((in_query.status, in_header.status), (403, 403));
    let request = alice
        .request(Method::POST, &path)
        .json(&serde_json::json!({ "csrf": token }));
    assert_ne!(alice.send(request).await.status, 303);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn a_token_ends_with_its_session() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let old = alice.token("/tenant-api-keys").await;
    alice
        .submit("/tenant-api-keys", "/logout", &[])
        .await
        .leads_to("/login");
    let mut again = app.sign_in(ALICE).await;
    let answer = again.post(&key.page("revocation"), &[("csrf", &old)]).await;
    assert_eq!(answer.status, 403);
    answer.shows("Nothing was changed");
}

#[actix_web::test]
async fn nothing_changes_by_reading() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let edited = project_page(&app, "Edited", "edit");
    let joining = super::csrf_members::acceptance(&app).page;
    let reset = super::csrf_members::reset(&app).page;
    app.give_integrations("Acme");
    let credential = app.save_credential("Acme", None, "openai", true);
    let openai = |rest: &str| format!("/integrations/openai/{rest}");
    let before = fingerprint(&app);
    for path in [
        "/",
        "/login",
        "/logout",
        "/theme",
        "/jump",
        "/first-steps",
        "/setup",
        "/tenant-api-keys",
        "/tenant-api-keys/new",
        "/api/docs",
        &key.page("revocation"),
        &key.page("deletion"),
        &key.page("edit"),
        "/authorization-groups",
        "/authorization-groups/new",
        &group_page(&app, "Edited", "edit"),
        &group_page(&app, "Deleted", "deletion"),
        "/projects",
        "/projects/new",
        &edited,
        "/integrations",
        "/integrations/openai",
        &openai("credentials/new"),
        &openai("switch-on"),
        &openai("switch-off"),
        &openai(&format!("credentials/{credential}/promotion")),
        &openai(&format!("credentials/{credential}/removal")),
        "/verifiers",
        "/usage/keys",
        &verifier_page(&app, "rotation"),
        &verifier_page(&app, "rotation/end"),
        &verifier_page(&app, "revocation"),
        "/usage/requests",
        "/usage/explanation",
        "/audit",
        "/settings",
        "/members",
        "/account",
        "/account/second-factor",
        "/login/code",
        &reset,
        &joining,
        "/tenant-api-keys/limit-request",
        "/support/tenants",
        &app.limit_page("Acme"),
        &app.refusal_page("Acme"),
        &app.support_page("Acme", "limit-request"),
        "/support/requests",
        "/support/explain",
        &app.support_page("Acme", "look"),
        "/support-access",
        &app.support_page("Acme", "plan"),
        &app.support_page("Acme", "access"),
        &app.support_page("Acme", "access-refusal"),
        "/support/rollouts?percentage=50",
        "/support/leaked-keys",
        "/report-leaked-key",
        "/integrations",
        "/integrations/access-request",
    ] {
        alice.get(path).await;
        let head = alice.request(Method::HEAD, path);
        alice.send(head).await;
    }
    assert_eq!(fingerprint(&app), before);
}
