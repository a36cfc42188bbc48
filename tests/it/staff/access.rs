//! Who may go where: each role on each page.

use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::system::KEYS;
use crate::support::*;

/// Pages of a tenant that exist for support staff no more than for strangers.
fn pages_of_tenants(key: &app::Issued) -> Vec<String> {
    let mut pages: Vec<String> = [
        "/tenant-api-keys",
        "/tenant-api-keys/new",
        "/tenant-api-keys/limit-request",
        "/settings",
        "/members",
        "/projects",
        "/projects/new",
        "/integrations",
        "/integrations/access-request",
        "/integrations/openai",
        "/integrations/openai/credentials/new",
        "/integrations/openai/switch-off",
        "/first-steps",
        "/audit",
        "/audit.csv",
        "/audit.ndjson",
        "/usage",
        "/usage/keys",
        "/usage/requests",
        "/usage/requests.csv",
        "/usage/requests.ndjson",
        "/usage/explanation",
        "/support-access",
        "/verifiers",
    ]
    .map(String::from)
    .into();
    pages.push(format!("/tenant-api-keys/{}", key.id));
    pages.extend(["revocation", "deletion", "disclosure"].map(|verb| key.page(verb)));
    pages
}

#[actix_web::test]
async fn support_staff_sees_no_page_of_a_tenant() {
    let app = App::start().await;
    let key = app.issue_recoverable("Acme", "Payroll system");
    let mut sam = app.sam().await;
    for path in pages_of_tenants(&key) {
        let answer = sam.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.hides("Payroll");
        answer.hides(&key.secret);
        assert!(!answer.words().contains(&key.secret[key.secret.len() - 4..]));
    }
    let before = app.audit_rows();
    let token = sam.token("/support/tenants").await;
    for (path, fields) in [
        ("/tenant-api-keys".to_owned(), &[("name", "Mine")][..]),
        ("/verifiers".into(), &[("name", "Mine")]),
        ("/projects".into(), &[("name", "Mine")]),
        (
            "/integrations/openai/credentials".into(),
            &[("fields.api_key", "sk-mine")],
        ),
        ("/settings".into(), &[("recoverable_keys", "on")]),
        (
            "/tenant-api-keys/limit-request".into(),
            &[("limit", "20"), ("reason", "x")],
        ),
        ("/tenant-api-keys/limit-request/withdrawal".into(), &[]),
        ("/integrations/access-request".into(), &[("reason", "x")]),
        ("/integrations/access-request/withdrawal".into(), &[]),
        (key.page("revocation"), &[]),
        (key.page("deletion"), &[]),
        (key.page("disclosure"), &[("password", PASSWORD)]),
    ] {
        let fields = [&[("csrf", &*token)], fields].concat();
        let answer = sam.post(&path, &fields).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        answer.hides(&key.secret);
    }
    assert_eq!(app.audit_rows(), before);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    // Their session is worth nothing to the API either.
    for path in [
        KEYS.to_owned(),
        key.resource(),
        "/api/v1/auth/whoami".into(),
    ] {
        let answer = Answer::of(sam.request(Method::GET, &path)).await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[actix_web::test]
async fn the_support_view_exists_for_staff_alone() {
    let app = App::start().await;
    app.hire_sam();
    let pages = [
        // All of them: who waits is shown alone otherwise.
        "/support/tenants?sort=name".into(),
        app.limit_page("Acme"),
        format!("/support/tenants/{}", app.tenant("Acme")),
        app.support_page("Acme", "plan"),
        app.support_page("Acme", "access"),
        app.support_page("Acme", "access-refusal"),
        "/support/rollouts".into(),
        "/support/nodes".into(),
        "/support/requests".into(),
        "/support/explain".into(),
        "/support/leaked-keys".into(),
    ];
    app.open_access_request("Acme");
    for (email, status) in [(SAM, 200), (ALICE, 200), (VERA, 404), (BOB, 404)] {
        let mut person = app.sign_in(email).await;
        for path in &pages {
            let answer = person.get(path).await;
            assert_eq!(answer.status, status, "{email} on {path}");
            // Also hidden parts and attributes: strangers learn nothing.
            let other = if email == BOB { "Acme" } else { "Globex" };
            let is_told = answer.body.contains(other);
            assert_eq!(is_told, status == 200 && path == &pages[0]);
        }
    }
    let before = (app.limit_of("Globex"), app.audit_rows());
    for email in [VERA, BOB] {
        let mut person = app.sign_in(email).await;
        person.get("/tenant-api-keys").await.hides("/support/");
        let token = person.token("/tenant-api-keys").await;
        let fields = [
            ("csrf", &*token),
            ("shown", "10"),
            ("limit", "99"),
            ("reason", "Please"),
        ];
        for path in [app.limit_page("Globex"), app.refusal_page("Globex")] {
            let fields = if path.ends_with("/limit") {
                fields.to_vec()
            } else {
                vec![fields[0], fields[3]]
            };
            assert_eq!(person.post(&path, &fields).await.status, 404, "{email}");
        }
        let plan = app.support_page("Globex", "plan");
        let fields = [
            fields[0],
            ("shown", "Standard"),
            ("choice", "Enterprise"),
            fields[3],
        ];
        assert_eq!(person.post(&plan, &fields).await.status, 404, "{email}");
        let access = app.support_page("Globex", "access");
        let shown = app.access_version("Globex");
        let fields = [fields[0], ("shown", &shown), ("choice", "off"), fields[3]];
        assert_eq!(person.post(&access, &fields).await.status, 404, "{email}");
        let fields = [
            fields[0],
            ("shown", "0"),
            ("percentage", "100"),
            ("reason", "Please"),
        ];
        let rollouts = person.post("/support/rollouts", &fields).await;
        assert_eq!(rollouts.status, 404, "{email}");
    }
    // Two people signed in.
    assert_eq!(
        (app.limit_of("Globex"), app.audit_rows()),
        (before.0, before.1 + 2)
    );
    let mut visitor = app.visitor();
    visitor
        .get("/support/tenants")
        .await
        .leads_to("/login?next=%2Fsupport%2Ftenants");
}

#[actix_web::test]
async fn support_staff_lands_at_the_tenants_and_signs_out_again() {
    let app = App::start().await;
    app.hire_sam();
    for (next, place) in [
        ("", "/"),
        ("/tenant-api-keys", "/"),
        ("/support/tenants", "/support/tenants"),
    ] {
        let fields = [("email", SAM), ("password", PASSWORD), ("next", next)];
        let mut sam = app.visitor();
        sam.submit("/login", "/login", &fields)
            .await
            .leads_to(place);
        sam.get("/").await.leads_to("/support/tenants");
        let page = sam.get("/support/tenants").await;
        page.shows("Support view");
        page.shows("Sam Stone");
        page.lacks("[href='/tenant-api-keys']");
        sam.submit("/support/tenants", "/logout", &[])
            .await
            .leads_to("/login");
        assert_eq!(sam.get("/support/tenants").await.status, 303);
    }
    let noted = "SELECT count(*) AS n FROM audit_events WHERE actor_kind = 'support' AND tenant_id IS NULL \
                 AND actor_name = 'Sam Stone' AND action IN ('session.created', 'session.ended')";
    assert_eq!(app.number(noted), 6);
    let mut wrong = app.visitor();
    let fields = [("email", SAM), ("password", "wrong"), ("next", "")];
    assert_eq!(wrong.submit("/login", "/login", &fields).await.status, 401);
    let refused = "SELECT count(*) AS n FROM audit_events WHERE actor_kind = 'support' AND action = 'session.refused'";
    assert_eq!(app.number(refused), 1);
}

#[actix_web::test]
async fn whoever_leaves_the_support_staff_is_out_on_the_next_request() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let token = sam.token("/support/tenants").await;
    for ended in ["support = FALSE", "disabled_at = '2026-11-20 11:00:00'"] {
        app.sql(&format!("UPDATE users SET {ended} WHERE email = '{SAM}'"));
        assert_eq!(sam.get("/support/tenants").await.status, 303, "{ended}");
        assert_eq!(sam.get("/tenant-api-keys").await.status, 303, "{ended}");
        let fields = [
            ("csrf", &*token),
            ("shown", "10"),
            ("limit", "99"),
            ("reason", "x"),
        ];
        sam.post(&app.limit_page("Acme"), &fields)
            .await
            .leads_to("/login?next=%2F&over=form");
        app.sql(&format!(
            "UPDATE users SET support = TRUE, disabled_at = NULL WHERE email = '{SAM}'"
        ));
    }
    assert_eq!(app.limit_of("Acme"), 10);
    assert_eq!(sam.get("/support/tenants").await.status, 200);
}
