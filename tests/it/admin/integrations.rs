//! Integrations in a browser without scripts: the organisation's switch, a project's override, and what is asked first.

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const OPENAI: &str = "/integrations/openai";
const SECRET: &str = "sk-of-the-organisation-000000000000000001";
const OWN: &str = "sk-of-the-project-0000000000000000000002";

async fn save(person: &mut Person, page: &str, fields: &[(&str, &str)]) -> Answer {
    let form = format!("{page}/credentials/new");
    person
        .submit(&form, &format!("{page}/credentials"), fields)
        .await
}

/// The states of a list, by the name of each integration.
fn state_of(list: &Answer, slug: &str) -> String {
    list.text_of(&format!("#integration-{slug} .badge-status"))
}

#[actix_web::test]
async fn an_admin_switches_an_integration_on_and_a_project_overrides_it() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let shop = app.add_project("Acme", "Shop");
    let mut alice = app.sign_in(ALICE).await;
    let list = alice.get("/integrations").await;
    assert!(list.count(".integration-row") >= 24);
    list.has("#side a[href='/integrations'][aria-current='page']");
    assert_eq!(state_of(&list, "openai"), "Off");
    assert_eq!(state_of(&list, "google-drive"), "Personal");
    list.lacks("#switch-google-drive");

    save(&mut alice, OPENAI, &[("fields.api_key", SECRET)])
        .await
        .leads_to(OPENAI);
    let page = alice.get(OPENAI).await;
    page.shows("OpenAI: \"Version 1\" is saved, and applies from now on.");
    page.shows("…0001");
    page.hides(SECRET);
    let list = alice.get("/integrations").await;
    assert_eq!(state_of(&list, "openai"), "On");

    let of_shop = format!("/projects/{shop}/integrations");
    let list = alice.get(&of_shop).await;
    assert_eq!(state_of(&list, "openai"), "Organisation");
    assert_eq!(state_of(&list, "anthropic"), "Not set");
    let page = format!("{of_shop}/openai");
    save(
        &mut alice,
        &page,
        &[("fields.api_key", OWN), ("name", "Of the shop")],
    )
    .await
    .leads_to(&page);
    assert_eq!(
        state_of(&alice.get(&of_shop).await, "openai"),
        "This project"
    );

    let removal = format!("{page}/override-removal");
    let ask = alice.get(&removal).await;
    ask.shows("Organisation: …0001 · Version 1");
    alice.submit(&removal, &removal, &[]).await.leads_to(&page);
    assert_eq!(
        state_of(&alice.get(&of_shop).await, "openai"),
        "Organisation"
    );
    let block = format!("{page}/block");
    alice.submit(&page, &block, &[]).await.leads_to(&page);
    assert_eq!(
        state_of(&alice.get(&of_shop).await, "openai"),
        "Blocked here"
    );
}

#[actix_web::test]
async fn switching_off_says_first_who_inherits_and_how_often_they_used_it() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let shop = app.add_project("Acme", "Shop");
    app.add_project("Acme", "Depot");
    let mut alice = app.sign_in(ALICE).await;
    save(&mut alice, OPENAI, &[("fields.api_key", SECRET)]).await;
    let system = app.system(&app.issue("Acme", "ERP").secret);
    let path = format!("/api/v1/projects/{shop}/integrations/openai/credential");
    for _ in 0..3 {
        assert_eq!(system.get(&path).await.status, 200);
    }
    direct::until("the counts are written", async || {
        direct::number(
            &app.db,
            "SELECT CAST(COALESCE(SUM(reads), 0) AS BIGINT) AS n FROM integration_reads",
        ) == 3
    })
    .await;
    let off = format!("{OPENAI}/switch-off");
    let ask = alice.get(&off).await;
    ask.shows("2 projects no longer get a credential for OpenAI");
    ask.shows("Shop Got it 3 times in the last 24 hours");
    ask.shows("Depot Got it 0 times in the last 24 hours");
    let unsaid = alice.submit(&off, &off, &[]).await;
    assert_eq!(unsaid.status, 422);
    alice
        .submit(&off, &off, &[("credentials", "keep")])
        .await
        .leads_to(OPENAI);
    assert_eq!(system.get(&path).await.status, 404);
    let on = format!("{OPENAI}/switch-on");
    alice.get(&on).await.shows("…0001 · Version 1");
    alice.submit(&on, &on, &[]).await.leads_to(OPENAI);
    assert_eq!(system.get(&path).await.status, 200);
    alice
        .submit(&off, &off, &[("credentials", "destroy")])
        .await
        .leads_to(OPENAI);
    alice.get(OPENAI).await.shows("None yet.");
    assert_eq!(
        direct::number(&app.db, "SELECT count(*) AS n FROM integration_credentials"),
        0
    );
}

#[actix_web::test]
async fn a_wrong_credential_is_refused_at_its_field_and_its_secret_is_not_shown_again() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let mut alice = app.sign_in(ALICE).await;
    let twilio = "/integrations/twilio";
    let sid = "XX00000000000000000000000000000000";
    let fields = [
        ("fields.account_sid", sid),
        ("fields.auth_token", "short-secret"),
        ("name", "Main"),
        ("expires_at", "2020-01-01"),
    ];
    let again = save(&mut alice, twilio, &fields).await;
    assert_eq!(again.status, 422, "{}", again.body);
    again.shows("begins with AC");
    again.shows("Choose a time that is still to come.");
    again.hides("short-secret");
    assert_eq!(again.field("fields.account_sid"), sid);
    assert_eq!(again.field("name"), "Main");
    let stray = [("fields.account_sid", sid), ("colour", "red")];
    let refused = save(&mut alice, twilio, &stray).await;
    assert_eq!(refused.status, 422);
}

#[actix_web::test]
async fn viewers_read_and_change_nothing_and_other_tenants_see_nothing() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let shop = app.add_project("Acme", "Shop");
    let mut alice = app.sign_in(ALICE).await;
    save(&mut alice, OPENAI, &[("fields.api_key", SECRET)]).await;
    let mut vera = app.sign_in(VERA).await;
    let list = vera.get("/integrations").await;
    assert_eq!(state_of(&list, "openai"), "On");
    list.lacks(".integration-row .switch");
    vera.get(OPENAI).await.lacks("a[href$='credentials/new']");
    for page in ["credentials/new", "switch-off", "switch-on"] {
        assert_eq!(vera.get(&format!("{OPENAI}/{page}")).await.status, 403);
    }
    app.give_integrations("Globex");
    let mut bob = app.sign_in(BOB).await;
    let list = bob.get("/integrations").await;
    assert_eq!(state_of(&list, "openai"), "Off");
    for page in ["", "/openai", "/openai/credentials/new"] {
        let there = format!("/projects/{shop}/integrations{page}");
        assert_eq!(bob.get(&there).await.status, 404, "{there}");
    }
}

#[actix_web::test]
async fn a_tenant_without_them_reads_why_on_each_page() {
    let app = App::start().await;
    let mut bob = app.sign_in(BOB).await;
    for page in [
        "/integrations",
        OPENAI,
        "/integrations/openai/credentials/new",
    ] {
        let locked = bob.get(page).await;
        assert_eq!(locked.status, 200, "{page}: {}", locked.body);
        locked.shows("not part of your organization's plan");
    }
}

#[actix_web::test]
async fn the_list_is_searched_and_narrowed() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let mut alice = app.sign_in(ALICE).await;
    save(&mut alice, OPENAI, &[("fields.api_key", SECRET)]).await;
    let on = alice.get("/integrations?state=on").await;
    assert_eq!(on.words_of(".integration-row .name"), ["OpenAI"]);
    let found = alice.get("/integrations?q=stripe").await;
    assert_eq!(found.words_of(".integration-row .name"), ["Stripe"]);
    alice.htmx = true;
    let part = alice.get("/integrations?q=nothing+of+the+kind").await;
    part.shows("No integration matches");
    assert!(part.is_part());
}
