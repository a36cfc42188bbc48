//! The page of a tenant for staff.

use crate::support::*;

#[actix_web::test]
async fn staff_reads_what_there_is_to_know_of_a_tenant_and_the_tenant_reads_that_it_looked() {
    let app = App::start().await;
    app.set_limit("Globex", 100);
    let first = app.issue("Globex", "Oldest system");
    for number in 0..50 {
        app.issue("Globex", &format!("System {number}"));
    }
    app.alter_key(&first, "revoked_at = '2026-11-20 11:00:00'");
    let page = format!("/support/tenants/{}", app.tenant("Globex"));
    let mut sam = app.sam().await;
    let plan = app.support_page("Globex", "plan");
    let decided = [
        ("shown", "Standard"),
        ("choice", "Enterprise"),
        ("reason", "Signed for two years"),
    ];
    assert_eq!(sam.submit(&plan, &plan, &decided).await.status, 303);
    let list = sam.get("/support/tenants?sort=name").await;
    list.has(&format!("a[href='{page}']"));
    let shown = sam.get(&page).await;
    for text in [
        "50 of 100",
        "Enterprise",
        BOB,
        "Tenant admin",
        "System 49",
        "Changed the plan",
        "Signed for two years",
        "Sam Stone",
    ] {
        shown.shows(text);
    }
    // Nothing by which a key could be recognised.
    for key in [&first.secret[..12], "ks_live"] {
        shown.hides(key);
    }
    assert!(!shown.words().contains(first.last4()));
    shown.hides("Oldest system");
    let more = shown.body.split("?after=").nth(1).unwrap();
    let more = more.split('"').next().unwrap().split('#').next().unwrap();
    let rest = sam.get(&format!("{page}?after={more}")).await;
    rest.shows("Oldest system");
    rest.shows("Revoked");
    rest.hides("System 49");
    let looks = "SELECT count(*) AS n FROM audit_events WHERE action = 'tenant.looked_at' \
                 AND actor_name = 'Sam Stone' AND tenant_id IS NOT NULL";
    assert_eq!(app.number(looks), 2);
    let mut bob = app.sign_in(BOB).await;
    bob.get("/audit").await.shows("Looked at tenant Globex");
    // A look is no decision, and no activity of the tenant.
    sam.get(&page).await.hides("Looked at tenant");
    assert_eq!(sam.get(&format!("{page}?after=x")).await.status, 404);
    let missing = format!("/support/tenants/{MISSING}");
    let before = app.audit_rows();
    assert_eq!(sam.get(&missing).await.status, 404);
    assert_eq!(bob.get(&page).await.status, 404);
    assert_eq!(app.audit_rows(), before);
}

#[actix_web::test]
async fn super_users_decide_more_there_than_support_staff() {
    let app = App::start().await;
    let page = format!("/support/tenants/{}", app.tenant("Globex"));
    let more = ["name", "suspension"].map(|what| app.support_page("Globex", what));
    let (mut alice, mut sam) = (app.sign_in(ALICE).await, app.sam().await);
    for href in &more {
        alice.get(&page).await.has(&format!("a[href='{href}']"));
        sam.get(&page).await.lacks(&format!("a[href='{href}']"));
    }
}
