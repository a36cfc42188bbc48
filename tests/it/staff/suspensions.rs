//! A super user suspends a tenant and resumes it.

use keystead::domain::time::rfc3339;
use reqwest::Method;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::system::KEYS;
use crate::support::*;

const REASON: &str = "Invoice 7 is <b>overdue</b>";

/// Suspends a tenant.
async fn suspend(app: &App, by: &mut Person, tenant: &str) -> Answer {
    let page = app.support_page(tenant, "suspension");
    let shown = by.get(&page).await.field("shown");
    let fields = [("shown", &*shown), ("reason", REASON)];
    by.submit(&page, &page, &fields).await
}

async fn resume(app: &App, by: &mut Person, tenant: &str) -> Answer {
    let page = app.support_page(tenant, "suspension");
    let shown = by.get(&page).await.field("shown");
    let fields = [("shown", &*shown), ("reason", "It was paid")];
    by.submit(&page, &format!("{page}/removal"), &fields).await
}

/// What each edge says of a key: the verifier's code, the batch's, whether it is active, and the gateways' statuses.
async fn everywhere(app: &App, key: &Issued) -> (String, String, bool, [u16; 3]) {
    let asker = app.asker();
    let batch = json!({ "keys": [{ "key": key.secret }] });
    let batch = asker.post("/api/v1/verify/batch", batch).await.json();
    let introspected = asker
        .request(Method::POST, "/oauth2/introspect")
        .form(&[("token", &key.secret)]);
    let system = app.system(&key.secret);
    (
        app.stranger().verify(&key.secret).await,
        batch["results"][0]["code"].as_str().unwrap().to_owned(),
        Answer::of(introspected).await.json()["active"] == true,
        [
            system.get("/forward-auth").await.status,
            system.get("/ext-authz/any/orders").await.status,
            system.get(KEYS).await.status,
        ],
    )
}

#[actix_web::test]
async fn no_key_of_a_suspended_tenant_is_accepted_and_resuming_gives_all_back() {
    let app = App::start().await;
    let (globex, acme) = (app.issue("Globex", "CRM"), app.issue("Acme", "ERP"));
    let off = app.issue("Globex", "Off");
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.give_integrations("Globex");
    let project = app.add_project("Globex", "Shop");
    app.save_credential("Globex", None, "openai", true);
    let credential = format!("/api/v1/projects/{project}/integrations/openai/credential");
    let all_well = ("VALID".into(), "VALID".into(), true, [200; 3]);
    assert_eq!(everywhere(&app, &globex).await, all_well);
    let system = app.system(&globex.secret);
    assert_eq!(system.get(&credential).await.status, 200);

    let mut alice = app.sign_in(ALICE).await;
    suspend(&app, &mut alice, "Globex")
        .await
        .leads_to("/support/tenants");
    let word = "TENANT_SUSPENDED".to_owned();
    let refused = (word.clone(), word, false, [401; 3]);
    assert_eq!(everywhere(&app, &globex).await, refused);
    assert_eq!(everywhere(&app, &off).await, refused);
    assert_eq!(everywhere(&app, &acme).await, all_well);
    system.get(&credential).await.problem(401);
    let list = alice.get("/support/tenants?sort=name").await;
    list.shows("Globex is suspended. None of its keys is accepted.");
    let page = alice.get(&app.support_page("Globex", "suspension")).await;
    page.shows("Resume Globex");
    page.shows(REASON);

    resume(&app, &mut alice, "Globex")
        .await
        .leads_to("/support/tenants");
    assert_eq!(everywhere(&app, &globex).await, all_well);
    assert_eq!(app.stranger().verify(&off.secret).await, "DISABLED");
    assert_eq!(system.get(&credential).await.status, 200);
    let id = app.tenant("Globex").to_string();
    let mut steps: Vec<(String, String, String)> = app
        .events(&id)
        .into_iter()
        .map(|row| (row.action, row.actor_name, row.detail))
        .collect();
    steps.retain(|(action, ..)| action.starts_with("tenant.") && action != "tenant.created");
    let step = |action: &str, before: &str, after: &str, reason: &str| {
        let detail = json!({ "before": before, "after": after, "reason": reason });
        (action.into(), "Alice Archer".into(), detail.to_string())
    };
    assert_eq!(
        steps,
        [
            step("tenant.suspended", "active", "suspended", REASON),
            step("tenant.resumed", "suspended", "active", "It was paid"),
        ]
    );
}

#[actix_web::test]
async fn people_of_a_suspended_tenant_read_all_and_change_nothing_of_it() {
    let app = App::start().await;
    let key = app.issue("Globex", "CRM");
    suspend(&app, &mut app.sign_in(ALICE).await, "Globex").await;
    app.pass(90);
    let mut bob = app.sign_in(BOB).await;
    let own = format!("/tenant-api-keys/{}", key.id);
    for path in [
        "/tenant-api-keys",
        &own,
        "/audit",
        "/members",
        "/usage",
        "/account",
    ] {
        let page = bob.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let strip = page.text_of(".suspension-strip");
        assert!(
            strip.starts_with("Globex is suspended since 1 min ago."),
            "{strip}"
        );
        assert!(strip.ends_with(&format!("Reason: {REASON}")), "{strip}");
    }
    let before = (app.audit_rows(), app.rows("api_keys"));
    for (action, fields) in [
        ("/tenant-api-keys", &[("name", "New")][..]),
        (&key.page("suspension"), &[]),
        (&key.page("revocation"), &[]),
        ("/settings", &[("recoverable_keys", "on")]),
        ("/projects", &[("name", "Shop")]),
        (
            "/members/invitations",
            &[("email", "x@x.test"), ("role", "admin")],
        ),
        (
            "/tenant-api-keys/limit-request",
            &[("limit", "40"), ("reason", "x")],
        ),
    ] {
        let answer = bob.submit("/account", action, fields).await;
        assert_eq!(answer.status, 409, "{action}");
        answer.shows("This tenant is suspended: nothing in it can be changed until your operator resumes it.");
        answer.has(".suspension-strip");
    }
    assert_eq!((app.audit_rows(), app.rows("api_keys")), before);
    // What is one's own is no change of the tenant.
    let renamed = bob.submit("/account", "/account/name", &[("name", "Bob Brown")]);
    renamed.await.leads_to("/account");
    bob.submit("/account", "/logout", &[])
        .await
        .leads_to("/login");
    resume(&app, &mut app.sign_in(ALICE).await, "Globex").await;
    let mut bob = app.sign_in(BOB).await;
    bob.get("/tenant-api-keys").await.lacks(".suspension-strip");
    let off = key.page("suspension");
    assert_eq!(bob.submit("/tenant-api-keys", &off, &[]).await.status, 303);
}

#[actix_web::test]
async fn only_super_users_suspend_and_only_what_they_have_read() {
    let app = App::start().await;
    let page = app.support_page("Globex", "suspension");
    let lifted = format!("{page}/removal");
    let mut sam = app.sam().await;
    let mut bob = app.sign_in(BOB).await;
    for (person, home) in [
        (&mut sam, "/support/tenants"),
        (&mut bob, "/tenant-api-keys"),
    ] {
        assert_eq!(person.get(&page).await.status, 404);
        for action in [&page, &lifted] {
            let fields = [("shown", "active"), ("reason", "x")];
            assert_eq!(person.submit(home, action, &fields).await.status, 404);
        }
    }
    sam.get("/support/tenants?sort=name")
        .await
        .lacks("[id^='state-']");
    let mut alice = app.sign_in(ALICE).await;
    let csrf = alice.token(&page).await;
    let before = app.audit_rows();
    for reason in ["", " ", &"x".repeat(501)] {
        let fields = [("csrf", &*csrf), ("shown", "active"), ("reason", reason)];
        alice.post(&page, &fields).await.has("#reason-error");
    }
    for (action, shown) in [(&page, "2026-11-20T12:00:00Z"), (&lifted, "active")] {
        let fields = [("csrf", &*csrf), ("shown", shown), ("reason", "x")];
        let answer = alice.post(action, &fields).await;
        assert_eq!(answer.status, 409, "{action}");
        answer.shows("This was changed meanwhile.");
    }
    let fields = [("csrf", &*csrf), ("shown", "active"), ("reason", "x")];
    let missing = format!("/support/tenants/{MISSING}/suspension");
    assert_eq!(alice.post(&missing, &fields).await.status, 404);
    assert_eq!(app.audit_rows(), before);
    // Of two super users the second reads what the first decided.
    alice.htmx = true;
    let row = alice.post(&page, &fields).await;
    row.has("tr[id^='tenant-'] [id^='state-']");
    let late = alice.post(&page, &fields).await;
    assert_eq!(late.status, 409);
    late.shows("Resume Globex");
    assert_eq!(late.field("shown"), rfc3339(app.clock.now()));
    // Whoever is no super user any more does nothing, also in a form that was open already.
    app.sql(&format!(
        "UPDATE users SET super_user = FALSE WHERE email = '{ALICE}'"
    ));
    let shown = rfc3339(app.clock.now());
    let fields = [("csrf", &*csrf), ("shown", &*shown), ("reason", "x")];
    assert_eq!(alice.post(&lifted, &fields).await.status, 404);
}

#[actix_web::test]
async fn a_key_generated_while_its_tenant_is_suspended_is_refused_too() {
    let app = App::start().await;
    let maker = app.issue("Globex", "Maker");
    app.set_limit("Globex", 100);
    for round in 0..5 {
        let mut alice = app.sign_in(ALICE).await;
        let held = app.hold_changes();
        let systems = (0..4).map(|number| {
            let system = app.system(&maker.secret);
            actix_web::rt::spawn(async move { system.create(&format!("{round}-{number}")).await })
        });
        let making: Vec<_> = systems.collect();
        let page = app.support_page("Globex", "suspension");
        let csrf = alice.token(&page).await;
        let suspending = actix_web::rt::spawn(async move {
            let fields = [("csrf", &*csrf), ("shown", "active"), ("reason", "Race")];
            alice.post(&page, &fields).await.status
        });
        held.end();
        assert_eq!(suspending.await.unwrap(), 303);
        for made in making {
            let answer = made.await.unwrap();
            if answer.status == 201 {
                let secret = answer.json()["key"].as_str().unwrap().to_owned();
                let code = app.stranger().verify(&secret).await;
                assert_eq!(code, "TENANT_SUSPENDED");
            } else {
                assert!([401, 403].contains(&answer.status), "{}", answer.body);
            }
        }
        resume(&app, &mut app.sign_in(ALICE).await, "Globex").await;
        assert_eq!(app.stranger().verify(&maker.secret).await, "VALID");
    }
}

#[actix_web::test]
async fn a_refusal_is_explained_by_the_suspension_of_that_time() {
    let app = App::start().await;
    let key = app.issue("Globex", "CRM");
    let mut alice = app.sign_in(ALICE).await;
    suspend(&app, &mut alice, "Globex").await;
    let (id, code) = app.ask(&key, json!({})).await;
    assert_eq!(code, "TENANT_SUSPENDED");
    app.recorded(1).await;
    let mut bob = app.sign_in(BOB).await;
    let page = format!("/usage/explanation?request={id}");
    let told = "It was suspended since 20 Nov 2026, 12:00";
    bob.get(&page).await.shows(told);
    resume(&app, &mut alice, "Globex").await;
    let then = bob.get(&page).await;
    then.shows(told);
    then.shows("A tenant that is not suspended. Ask your operator.");
    let (id, _) = app.ask(&key, json!({})).await;
    app.recorded(2).await;
    let now = bob.get(&format!("/usage/explanation?request={id}")).await;
    now.shows("It was active.");
}
