//! Support sets the plan of a tenant.

use keystead::actions::plans;
use keystead::domain::plan::{Plan, built_in};
use keystead::domain::rollout::Feature;

use crate::support::*;

fn input<'a>(shown: &'a str, plan: &'a str, reason: &'a str) -> [(&'a str, &'a str); 3] {
    [("shown", shown), ("choice", plan), ("reason", reason)]
}

#[actix_web::test]
async fn a_plan_is_set_with_a_reason_that_stays_in_the_log() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = app.support_page("Acme", "plan");
    sam.get("/support/tenants")
        .await
        .has(&format!("a[href='{page}']"));
    let form = sam.get(&page).await;
    form.shows("Plan of Acme");
    form.has("[name='choice'][value='Standard'][checked]");
    let fields = input("Standard", "Enterprise", " Signed\ntoday <x> ");
    sam.submit(&page, &page, &fields)
        .await
        .leads_to("/support/tenants");
    let list = sam.get("/support/tenants").await;
    list.shows("Acme is on the Enterprise plan now.");
    list.shows("Standard");
    let form = sam.get(&page).await;
    form.has("[name='choice'][value='Enterprise'][checked]");
    form.shows("Plan changed from Standard to Enterprise");
    form.shows("Sam Stone, support");
    form.shows("Signed today <x>");
    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'plan.changed' AND actor_kind = 'support' \
               AND actor_name = 'Sam Stone' AND object_kind = 'tenant' \
               AND detail LIKE '%\"before\":\"Standard\"%' AND detail LIKE '%\"after\":\"Enterprise\"%' \
               AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(row), 1);
    let plans = "SELECT count(*) AS n FROM tenants WHERE plan = 'Enterprise'";
    assert_eq!(app.number(plans), 1);
}

#[actix_web::test]
async fn a_plan_that_is_wrong_is_told_at_its_field_and_changes_nothing() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = app.support_page("Acme", "plan");
    let csrf = sam.token(&page).await;
    let before = app.audit_rows();
    for (plan, reason, field) in [
        ("", "Signed", "choice"),
        ("enterprise", "Signed", "choice"),
        ("Standard", "Signed", "choice"),
        ("Enterprise", " ", "reason"),
        ("Enterprise", &"x".repeat(501), "reason"),
    ] {
        for htmx in [false, true] {
            sam.htmx = htmx;
            let fields = [&[("csrf", &*csrf)], &input("Standard", plan, reason)[..]].concat();
            let answer = sam.post(&page, &fields).await;
            assert_eq!(answer.status, 422, "{plan} {reason}");
            answer.has(&format!("#{field}-error"));
            assert_eq!(answer.is_part(), htmx);
            if field == "reason" {
                answer.has("[name='choice'][value='Enterprise'][checked]");
            } else {
                answer.shows("Signed");
            }
        }
    }
    sam.htmx = false;
    for id in [MISSING, "nothing"] {
        let path = format!("/support/tenants/{id}/plan");
        assert_eq!(sam.get(&path).await.status, 404);
        let fields = [
            &[("csrf", &*csrf)],
            &input("Standard", "Enterprise", "x")[..],
        ]
        .concat();
        assert_eq!(sam.post(&path, &fields).await.status, 404);
    }
    assert_eq!(app.audit_rows(), before);
    let plans = "SELECT count(*) AS n FROM tenants WHERE plan <> 'Standard'";
    assert_eq!(app.number(plans), 0);
}

#[actix_web::test]
async fn of_two_supporters_who_set_a_plan_at_once_the_second_reads_it_again() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = app.support_page("Acme", "plan");
    let csrf = sam.token(&page).await;
    let fields = [
        &[("csrf", &*csrf)],
        &input("Standard", "Enterprise", "Agreed <x>")[..],
    ]
    .concat();
    sam.htmx = true;
    let row = sam.post(&page, &fields).await;
    assert_eq!(row.status, 200);
    row.has("tr[id^='tenant-']");
    row.shows("Enterprise");
    let late = sam.post(&page, &fields).await;
    assert_eq!(late.status, 409);
    late.shows("This was changed meanwhile. Nothing was saved");
    late.shows("Agreed <x>");
    assert_eq!(late.field("shown"), "Enterprise");
    assert!(late.is_part());
    let changes = "SELECT count(*) AS n FROM audit_events WHERE action = 'plan.changed'";
    assert_eq!(app.number(changes), 1);
}

/// Has the server know the plan Team beside the built-in ones, or no longer; gives the plans that are lost.
fn with_team(app: &App, is_there: bool) -> Vec<String> {
    let mut all = built_in();
    if is_there {
        all.push(Plan {
            name: "Team".into(),
            key_limit: 500,
            features: vec![Feature::Integrations],
        });
    }
    app.db.write(|conn| plans::take_over(conn, &all)).unwrap()
}

#[actix_web::test]
async fn a_plan_says_what_changes_and_lowers_no_limit() {
    let app = App::start().await;
    assert_eq!(with_team(&app, true), Vec::<String>::new());
    let mut sam = app.sam().await;
    let page = app.support_page("Globex", "plan");
    let form = sam.get(&page).await;
    form.shows(
        "Also Integrations control, where it is rolled out. Its limit goes from 10 to 500 keys.",
    );
    let fields = input("Standard", "Team", "Signed");
    assert_eq!(sam.submit(&page, &page, &fields).await.status, 303);
    assert_eq!(app.limit_of("Globex"), 500);
    let steps = "SELECT count(*) AS n FROM audit_events WHERE actor_name = 'Sam Stone' \
                 AND action IN ('plan.changed', 'limit.changed')";
    assert_eq!(app.number(steps), 2);
    let form = sam.get(&page).await;
    form.shows("Without Integrations control, which it has a plan for now.");
    form.shows("Its limit stays 500 keys, though the plan begins with 10.");
    let back = input("Team", "Standard", "Too much");
    assert_eq!(sam.submit(&page, &page, &back).await.status, 303);
    assert_eq!(app.limit_of("Globex"), 500);
    // A new tenant begins with the limit of its plan, unless another is typed.
    let mut alice = app.sign_in(ALICE).await;
    let new = "/support/tenants/new";
    alice
        .get(new)
        .await
        .shows("Begins with a limit of 500 keys.");
    for (name, limit, keys) in [("Initech", "", 500), ("Umbrella", "20", 20)] {
        let fields = [
            ("name", name),
            ("plan", "Team"),
            ("limit", limit),
            ("email", "ida@initech.test"),
        ];
        let made = alice.submit(new, "/support/tenants", &fields).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(app.limit_of(name), keys);
    }
}

#[actix_web::test]
async fn a_plan_that_is_no_longer_there_keeps_its_name_and_counts_as_standard() {
    let app = App::start().await;
    with_team(&app, true);
    let mut sam = app.sam().await;
    let page = app.support_page("Globex", "plan");
    let fields = input("Standard", "Team", "Signed");
    assert_eq!(sam.submit(&page, &page, &fields).await.status, 303);
    let globex = app.tenant("Globex");
    direct::switch_integrations_alone(&app.db, globex);
    let has = || {
        let access = app
            .db
            .read(|conn| keystead::actions::rollouts::access(conn, globex, Feature::Integrations));
        access.unwrap() == keystead::domain::rollout::Access::Available
    };
    assert!(has());
    assert_eq!(with_team(&app, false), ["Team"]);
    assert!(!has());
    sam.get("/support/tenants?sort=name").await.shows("Team");
    let form = sam.get(&page).await;
    form.shows("The configuration has no plan of that name any more: it counts as Standard.");
    form.lacks("[name='choice'][value='Team']");
    with_team(&app, true);
    assert!(has());
}
