//! Support rolls a feature out: by percentage, and for single tenants.

use crate::support::browser_like::Person;
use crate::support::*;

const ROLLOUTS: &str = "/support/rollouts";

/// Sets the percentage as support does.
async fn roll_out(sam: &mut Person, percentage: i64) {
    let [csrf, shown] = {
        let page = sam.get(ROLLOUTS).await;
        ["csrf", "shown"].map(|name| page.field(name))
    };
    let text = percentage.to_string();
    let fields = [
        ("csrf", &*csrf),
        ("shown", &shown),
        ("percentage", &text),
        ("reason", "Agreed"),
    ];
    sam.post(ROLLOUTS, &fields).await.leads_to(ROLLOUTS);
}

/// Switches it for a tenant as support does.
async fn switch(app: &App, sam: &mut Person, tenant: &str, choice: &str) {
    let page = app.support_page(tenant, "access");
    let shown = sam.get(&page).await.field("shown");
    let fields = [("shown", &*shown), ("choice", choice), ("reason", "Agreed")];
    sam.submit(&page, &page, &fields)
        .await
        .leads_to("/support/tenants");
}

/// What support reads of a tenant's access.
async fn access(app: &App, sam: &mut Person, tenant: &str) -> String {
    sam.get(&app.support_page(tenant, "access"))
        .await
        .words_of(".facts dd")
        .pop()
        .unwrap()
}

#[actix_web::test]
async fn plan_switch_and_percentage_decide_in_this_order() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let place = app.place_in_rollout("Acme");
    assert_eq!(
        access(&app, &mut sam, "Acme").await,
        "No: not part of its plan"
    );
    // On another plan a switch would promise what is not there.
    let page = app.support_page("Acme", "access");
    let shown = sam.get(&page).await.field("shown");
    let fields = [("shown", &*shown), ("choice", "on"), ("reason", "Agreed")];
    let refused = sam.submit(&page, &page, &fields).await;
    assert_eq!(refused.status, 422);
    refused.shows("The plan of Acme is Standard, which has no Integrations control.");
    app.set_plan("Acme", "Enterprise");
    assert_eq!(
        access(&app, &mut sam, "Acme").await,
        "No: its turn has not come"
    );
    if place > 0 {
        roll_out(&mut sam, place).await;
        assert_eq!(
            access(&app, &mut sam, "Acme").await,
            "No: its turn has not come"
        );
    }
    roll_out(&mut sam, place + 1).await;
    assert_eq!(access(&app, &mut sam, "Acme").await, "Yes: by percentage");
    switch(&app, &mut sam, "Acme", "off").await;
    assert_eq!(access(&app, &mut sam, "Acme").await, "No: switched off");
    sam.get("/support/tenants").await.shows("Integrations off");
    switch(&app, &mut sam, "Acme", "percentage").await;
    assert_eq!(access(&app, &mut sam, "Acme").await, "Yes: by percentage");
    roll_out(&mut sam, 0).await;
    switch(&app, &mut sam, "Acme", "on").await;
    assert_eq!(access(&app, &mut sam, "Acme").await, "Yes: switched on");
    app.set_plan("Acme", "Standard");
    assert_eq!(
        access(&app, &mut sam, "Acme").await,
        "No: not part of its plan"
    );
    let acme = app.tenant("Acme");
    let feature = keystead::domain::rollout::Feature::Integrations;
    let refused = app
        .db
        .read(|conn| keystead::actions::rollouts::must_have(conn, acme, feature));
    assert!(
        matches!(&refused, Err(keystead::domain::Error::Forbidden(why)) if why.contains("not part of this organization's plan")),
        "{refused:?}"
    );
    let history = sam.get(&page).await;
    history.shows("Integrations: Off, before: By percentage");
    history.shows("Integrations: On, before: By percentage");
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'access.switched' AND actor_kind = 'support' \
                AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(rows), 3);
}

#[actix_web::test]
async fn a_lower_percentage_leaves_it_with_those_who_stored_credentials() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    for tenant in ["Acme", "Globex"] {
        app.set_plan(tenant, "Enterprise");
    }
    app.store_credential("Acme");
    roll_out(&mut sam, 100).await;
    let preview = sam.get(&format!("{ROLLOUTS}?percentage=0")).await;
    preview.shows("2 of 2 Enterprise tenants");
    preview.shows("Would have it at 0%");
    preview.shows("1 of 2 Enterprise tenants");
    roll_out(&mut sam, 0).await;
    assert_eq!(
        access(&app, &mut sam, "Acme").await,
        "Yes: it stored credentials when the percentage was lowered"
    );
    assert_eq!(
        access(&app, &mut sam, "Globex").await,
        "No: its turn has not come"
    );
    sam.get(ROLLOUTS).await.shows("1 of 2 Enterprise tenants");
    // Support can take it away all the same; left to the percentage, it is kept again.
    switch(&app, &mut sam, "Acme", "off").await;
    assert_eq!(access(&app, &mut sam, "Acme").await, "No: switched off");
    switch(&app, &mut sam, "Acme", "percentage").await;
    assert!(access(&app, &mut sam, "Acme").await.starts_with("Yes"));
    // What was stored while it was not there keeps nothing.
    app.store_credential("Globex");
    roll_out(&mut sam, 100).await;
    switch(&app, &mut sam, "Globex", "off").await;
    roll_out(&mut sam, 0).await;
    assert_eq!(access(&app, &mut sam, "Globex").await, "No: switched off");
}

#[actix_web::test]
async fn a_percentage_that_is_wrong_is_told_at_its_field_and_changes_nothing() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let csrf = sam.token(ROLLOUTS).await;
    for (percentage, reason, field) in [
        ("", "Agreed", "percentage"),
        ("-1", "Agreed", "percentage"),
        ("101", "Agreed", "percentage"),
        ("+5", "Agreed", "percentage"),
        ("2.5", "Agreed", "percentage"),
        ("0", "Agreed", "percentage"),
        ("25", " ", "reason"),
    ] {
        let fields = [
            ("csrf", &*csrf),
            ("shown", "0"),
            ("percentage", percentage),
            ("reason", reason),
        ];
        let answer = sam.post(ROLLOUTS, &fields).await;
        assert_eq!(answer.status, 422, "{percentage}");
        answer.has(&format!("#{field}-error"));
        answer.has(&format!("[name='percentage'][value='{percentage}']"));
    }
    assert_eq!(app.rows("feature_rollouts"), 0);
    // Somebody else was faster.
    roll_out(&mut sam, 10).await;
    let fields = [
        ("csrf", &*csrf),
        ("shown", "0"),
        ("percentage", "50"),
        ("reason", "Agreed <x>"),
    ];
    let late = sam.post(ROLLOUTS, &fields).await;
    assert_eq!(late.status, 409);
    late.shows("This was changed meanwhile. Nothing was saved");
    late.shows("Agreed <x>");
    assert_eq!(late.field("shown"), "10");
    let page = sam.get(ROLLOUTS).await;
    page.shows("Percentage changed from 0 to 10");
    page.shows("Sam Stone, support");
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'rollout.changed' AND tenant_id IS NULL";
    assert_eq!(app.number(rows), 1);
}

#[actix_web::test]
async fn what_a_percentage_would_change_is_told_while_it_is_typed() {
    let app = App::start().await;
    app.set_plan("Acme", "Enterprise");
    let mut sam = app.sam().await;
    sam.htmx = true;
    let part = sam.get(&format!("{ROLLOUTS}?percentage=100")).await;
    part.has("body > #effect");
    assert!(part.is_part());
    part.shows("0 of 1 Enterprise tenant");
    part.shows("1 of 1 Enterprise tenant");
    for nothing in ["", "101", "x"] {
        let part = sam.get(&format!("{ROLLOUTS}?percentage={nothing}")).await;
        part.hides("Would have it");
    }
    assert_eq!(app.rows("feature_rollouts"), 0);
}

#[actix_web::test]
async fn of_two_supporters_who_switch_it_at_once_the_second_reads_it_again() {
    let app = App::start().await;
    app.set_plan("Acme", "Enterprise");
    let mut sam = app.sam().await;
    let page = app.support_page("Acme", "access");
    let form = sam.get(&page).await;
    let [csrf, shown] = ["csrf", "shown"].map(|name| form.field(name));
    let input = |choice| {
        [
            ("csrf", &*csrf),
            ("shown", &*shown),
            ("choice", choice),
            ("reason", "Agreed <x>"),
        ]
    };
    sam.htmx = true;
    let row = sam.post(&page, &input("on")).await;
    assert_eq!(row.status, 200);
    row.has("tr[id^='tenant-']");
    let late = sam.post(&page, &input("off")).await;
    assert_eq!(late.status, 409);
    late.shows("This was changed meanwhile");
    late.shows("Yes: switched on");
    late.shows("Agreed <x>");
    late.has("[value='off'][checked]");
    assert_ne!(late.field("shown"), shown);
    for (choice, reason, field) in [
        ("on", "Agreed", "choice"),
        ("perhaps", "Agreed", "choice"),
        ("off", " ", "reason"),
    ] {
        let now = late.field("shown");
        let fields = [
            ("csrf", &*csrf),
            ("shown", &now),
            ("choice", choice),
            ("reason", reason),
        ];
        let answer = sam.post(&page, &fields).await;
        assert_eq!(answer.status, 422, "{choice}");
        answer.has(&format!("#{field}-error"));
    }
    assert_eq!(app.rows("feature_switches"), 1);
}
