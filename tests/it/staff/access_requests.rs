//! Support answers requests for integrations.

use crate::support::*;

const HERE: &str = "/integrations";
const ASK: &str = "/integrations/access-request";
const TENANTS: &str = "/support/tenants";

#[actix_web::test]
async fn a_granted_request_switches_it_on_once_the_plan_allows_it() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut sam = app.sam().await;
    alice
        .submit(ASK, ASK, &[("reason", "Payments <x>")])
        .await
        .leads_to(HERE);
    let list = sam.get(TENANTS).await;
    assert_eq!(list.words_of(".name"), ["Acme"]);
    list.shows("Wants access");
    assert_eq!(list.text_of("#waiting"), "1");
    assert!(list.text_of("#side-waiting").contains("1 waiting"));
    let page = app.support_page("Acme", "access");
    let form = sam.get(&page).await;
    form.shows("Alice Archer, alice@acme.test");
    form.shows("Payments <x>");
    form.has(&format!(
        "a[href='{}']",
        app.support_page("Acme", "access-refusal")
    ));
    let shown = form.field("shown");
    let fields = [("shown", &*shown), ("choice", "on"), ("reason", "Welcome")];
    let first = sam.submit(&page, &page, &fields).await;
    assert_eq!(first.status, 422);
    first.shows("The plan of Acme is Standard, which has no Integrations control.");
    app.set_plan("Acme", "Enterprise");
    // The plan is another one than the form showed.
    let late = sam.submit(&page, &page, &fields).await;
    assert_eq!(late.status, 409);
    let shown = late.field("shown");
    let fields = [("shown", &*shown), ("choice", "on"), ("reason", "Welcome")];
    sam.submit(&page, &page, &fields).await.leads_to(TENANTS);
    let list = sam.get(TENANTS).await;
    assert_eq!(list.text_of("#waiting"), "0");
    list.hides("Wants access");
    alice.get(HERE).await.lacks("#locked-title");
    let granted = "SELECT count(*) AS n FROM access_requests WHERE outcome = 'granted' AND answer = 'Welcome'";
    assert_eq!(app.number(granted), 1);
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'access.granted' AND actor_name = 'Sam Stone' \
                AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(rows), 1);
}

#[actix_web::test]
async fn whatever_gives_it_grants_the_request() {
    let app = App::start().await;
    app.set_plan("Acme", "Enterprise");
    let mut sam = app.sam().await;
    for email in [ALICE, BOB] {
        let mut person = app.sign_in(email).await;
        person.submit(ASK, ASK, &[("reason", "Payments")]).await;
    }
    let open = "SELECT count(*) AS n FROM access_requests WHERE closed_at IS NULL";
    let everybody = [
        ("shown", "0"),
        ("percentage", "100"),
        ("reason", "For everybody"),
    ];
    sam.submit("/support/rollouts", "/support/rollouts", &everybody)
        .await
        .leads_to("/support/rollouts");
    assert_eq!(app.number(open), 1);
    let plan = app.support_page("Globex", "plan");
    let fields = [
        ("shown", "Standard"),
        ("choice", "Enterprise"),
        ("reason", "Signed"),
    ];
    sam.submit(&plan, &plan, &fields).await.leads_to(TENANTS);
    assert_eq!(app.number(open), 0);
    for (answer, tenant) in [("For everybody", "Acme"), ("Signed", "Globex")] {
        let granted = format!(
            "SELECT count(*) AS n FROM access_requests WHERE outcome = 'granted' AND answer = '{answer}' \
             AND tenant_id = '{}'",
            app.tenant(tenant)
        );
        assert_eq!(app.number(&granted), 1, "{tenant}");
    }
}

#[actix_web::test]
async fn a_declined_request_tells_the_tenant_why() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut sam = app.sam().await;
    let page = app.support_page("Acme", "access-refusal");
    assert_eq!(sam.get(&page).await.status, 404);
    alice.submit(ASK, ASK, &[("reason", "Payments")]).await;
    let form = sam.get(&page).await;
    form.shows("Payments");
    let [csrf, shown] = ["csrf", "shown"].map(|name| form.field(name));
    for htmx in [false, true] {
        sam.htmx = htmx;
        let fields = [("csrf", &*csrf), ("shown", &*shown), ("reason", " ")];
        let answer = sam.post(&page, &fields).await;
        assert_eq!(answer.status, 422);
        answer.has("#reason-error");
        assert_eq!(answer.is_part(), htmx);
    }
    sam.htmx = false;
    // The tenant wants something else meanwhile.
    alice.submit(ASK, ASK, &[("reason", "Mail")]).await;
    let fields = [
        ("csrf", &*csrf),
        ("shown", &*shown),
        ("reason", "Next year <x>"),
    ];
    let late = sam.post(&page, &fields).await;
    assert_eq!(late.status, 409);
    late.shows("Mail");
    late.shows("Next year <x>");
    let shown = late.field("shown");
    let fields = [fields[0], ("shown", &shown), fields[2]];
    sam.post(&page, &fields).await.leads_to(TENANTS);
    for email in [ALICE, VERA] {
        let told = app.sign_in(email).await.get(HERE).await;
        told.shows("Request declined");
        told.shows("Next year <x>");
    }
    alice.get(ASK).await.shows("Sam Stone, support");
    // There is nothing left to decline.
    let again = sam.post(&page, &fields).await;
    assert_eq!(again.status, 409);
    again.shows("no longer open");
    // Whoever asks again is no longer told of the last answer.
    alice.submit(ASK, ASK, &[("reason", "Now really")]).await;
    alice.get(HERE).await.hides("declined");
}

#[actix_web::test]
async fn who_waits_for_a_limit_and_for_access_is_listed_once_by_the_older_request() {
    let app = App::start().await;
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    let limit = "/tenant-api-keys/limit-request";
    bob.submit(ASK, ASK, &[("reason", "Payments")]).await;
    let fields = [("limit", "20"), ("reason", "Plants")];
    alice.submit(limit, limit, &fields).await;
    bob.submit(limit, limit, &fields).await;
    let mut sam = app.sam().await;
    let list = sam.get(&format!("{TENANTS}?sort=waiting")).await;
    assert_eq!(list.words_of(".name"), ["Globex", "Acme"]);
    assert_eq!(list.text_of("#waiting"), "2");
    list.shows("Wants 20");
    list.shows("Wants access");
    let list = sam.get(&format!("{TENANTS}?sort=waiting&q=acm")).await;
    assert_eq!(list.words_of(".name"), ["Acme"]);
    let refusal = app.support_page("Globex", "access-refusal");
    let shown = sam.get(&refusal).await.field("shown");
    let fields = [("shown", &*shown), ("reason", "Not yet")];
    sam.submit(&refusal, &refusal, &fields)
        .await
        .leads_to(TENANTS);
    // The request for a limit is younger than that of Acme.
    let list = sam.get(&format!("{TENANTS}?sort=waiting")).await;
    assert_eq!(list.words_of(".name"), ["Acme", "Globex"]);
}
