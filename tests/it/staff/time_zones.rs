//! Support staff reads and types times in a zone too.

use super::limit_ends::raise;
use super::looks::let_in;
use crate::support::*;

const DISPLAY: &str = "/account/display";

#[actix_web::test]
async fn support_reads_and_types_times_in_its_own_zone() {
    let app = App::start().await;
    app.set_limit("Acme", 2);
    let (mut sam, mut alice) = (app.sam().await, app.sign_in(ALICE).await);
    let fields = [("theme", "system"), ("time_zone", "America/New_York")];
    sam.submit("/account", DISPLAY, &fields)
        .await
        .leads_to("/account");
    raise(&app, &mut sam, "5", "2026-12-04 18:00")
        .await
        .leads_to("/support/tenants");
    let form = sam.get(&app.limit_page("Acme")).await;
    assert_eq!(form.field("until"), "2026-12-04 18:00");
    form.shows("a time is one in America/New_York");
    sam.get("/support/tenants")
        .await
        .shows("until 4 December 2026, 18:00 EST, then 2");
    alice
        .get("/tenant-api-keys")
        .await
        .shows("until 4 December 2026, 23:00 UTC, then 2");
    // A day is the same for both.
    raise(&app, &mut sam, "6", "2026-12-05")
        .await
        .leads_to("/support/tenants");
    for (person, page) in [
        (&mut sam, "/support/tenants"),
        (&mut alice, "/tenant-api-keys"),
    ] {
        person
            .get(page)
            .await
            .shows("until 5 December 2026, then 2");
    }
    let log = sam.get("/support/audit").await;
    assert_eq!(log.text_of("th.c-time"), "Time America/New_York");
    log.has(
        "#audit-rows time[datetime='2026-11-20T12:00:00Z'][title='20 Nov 2026, 07:00:00.000 EST']",
    );
    log.shows("4 Dec 2026, 18:00:00 EST");

    let_in(&app, &mut sam, &mut alice).await;
    let looked = sam.get("/tenant-api-keys").await;
    looked.shows("until 07:30 EST");
    let log = sam.get("/audit").await;
    assert_eq!(log.text_of("th.c-time"), "Time America/New_York");
    alice.get("/tenant-api-keys").await.shows("until 12:30 UTC");
}
