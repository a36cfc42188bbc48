//! Support sets the plan of a tenant.

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
    let before = app.rows("audit_events");
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
    assert_eq!(app.rows("audit_events"), before);
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
