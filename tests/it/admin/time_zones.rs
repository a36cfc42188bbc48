//! Times in the zone that a person chose.

use serde_json::json;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const ACCOUNT: &str = "/account";
const AUDIT: &str = "/audit";

async fn choose(person: &mut Person, zone: &str) -> Answer {
    let fields = [("theme", "dark"), ("shortcuts", "on"), ("time_zone", zone)];
    person.submit(ACCOUNT, "/account/display", &fields).await
}

/// The page has such an instant: how it reads, how it reads to whoever looks closer, and what programs read.
#[track_caller]
fn has_instant(page: &Answer, within: &str, text: &str, title: &str, utc: &str) {
    let css = format!("{within} time[datetime='{utc}'][title='{title}']");
    let found = page.words_of(&css);
    assert!(found.iter().any(|one| one == text), "{css}: {found:?}");
}

#[actix_web::test]
async fn pages_show_instants_in_the_zone_of_whoever_reads_them() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (id, _) = app.ask(&key, json!({})).await;
    app.recorded(1).await;
    // In summer, and in Berlin the next day.
    app.alter_key(&key, "created_at = '2026-07-01 22:30:00'");
    let mut vera = app.sign_in(VERA).await;
    choose(&mut vera, "Europe/Berlin").await.leads_to(ACCOUNT);
    let mut alice = app.sign_in(ALICE).await;
    let berlin = ("Europe/Berlin", "2 Jul 2026, 00:30:00 CEST", "13:00", "CET");
    let utc = ("UTC", "1 Jul 2026, 22:30:00 UTC", "12:00", "UTC");
    for (person, (zone, created, clock, clocks)) in [(&mut vera, berlin), (&mut alice, utc)] {
        let noon = "2026-11-20T12:00:00Z";
        let title = format!("20 Nov 2026, {clock}:00 {clocks}");
        let second = format!("{clock}:00");
        let exact = format!("20 Nov 2026, {clock}:00.000 {clocks}");

        let list = person.get(KEYS).await;
        list.shows(&format!("Times in {zone}"));
        let (day, _) = created.split_once(',').unwrap();
        has_instant(&list, ".c-created", day, created, "2026-07-01T22:30:00Z");

        let page = person.get(&format!("{KEYS}/{}", key.id)).await;
        page.shows(&format!("Times in {zone}"));
        has_instant(&page, ".recent", &second, &title, noon);
        assert!(page.attributes("time", "title").contains(&created.into()));

        for (log, rows) in [(AUDIT, "#audit-rows"), (LOG, ".requests tbody")] {
            let page = person.get(log).await;
            assert_eq!(page.text_of("th.c-time"), format!("Time {zone}"));
            assert_eq!(page.text_of("label[for='from']"), format!("From {zone}"));
            has_instant(&page, rows, &second, &exact, noon);
        }
        let why = person
            .get(&format!("/usage/explanation?request={id}"))
            .await;
        why.shows(&exact);

        let usage = person.get("/usage?range=24h").await;
        usage.shows(&format!("Hour from ({zone})"));
        usage.has(&format!("[data-chart][data-zone='{zone}']"));
        let hours = usage.words_of("th[scope='row'] time");
        assert_eq!(hours[0], format!("20 Nov, {clock}"));
        let days = person.get("/usage?range=30d").await;
        days.shows("Day (UTC)");

        let account = person.get(ACCOUNT).await;
        has_instant(&account, ".account-sessions", "just now", &title, noon);
        let chosen = account.words_of("#time_zone option[selected]");
        assert_eq!(chosen, [zone.trim_start_matches("Europe/")]);
    }
}

#[actix_web::test]
async fn times_that_one_types_are_of_ones_zone_and_copies_stay_utc() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.ask(&key, json!({})).await;
    app.recorded(1).await;
    let mut vera = app.sign_in(VERA).await;
    choose(&mut vera, "Europe/Berlin").await.leads_to(ACCOUNT);
    for (log, rows) in [(AUDIT, "#audit-rows tr"), (LOG, ".requests tbody tr")] {
        for (from, to, finds) in [
            ("2026-11-20T12:59", "2026-11-20T13:01", true),
            ("2026-11-20T11:59", "2026-11-20T12:01", false),
            ("2026-11-20T11:59Z", "2026-11-20T12:01Z", true),
        ] {
            let page = vera.get(&format!("{log}?from={from}&to={to}")).await;
            assert_eq!(page.count(rows) > 0, finds, "{log} {from}");
            assert_eq!(page.field("from"), from, "as it was typed");
        }
        let wrong = vera.get(&format!("{log}?from=yesterday")).await;
        assert_eq!(wrong.status, 422);
        wrong.shows("Enter a date and a time in Europe/Berlin");
        let copy = vera
            .get(&format!(
                "{log}.csv?from=2026-11-20T12:59&to=2026-11-20T13:01"
            ))
            .await;
        assert!(copy.body.contains("2026-11-20T12:00:00Z"), "{}", copy.body);
        assert!(!copy.body.contains("CET") && !copy.body.contains("T13:00:00"));
    }
    let noted = app.number(
        "SELECT count(*) AS n FROM audit_events WHERE action LIKE '%.exported' \
         AND detail LIKE '%\"from\":\"2026-11-20T12:59\"%\"time_zone\":\"Europe/Berlin\"%'",
    );
    assert_eq!(noted, 2);
    let shown = app.system(&key.secret).get(&key.resource()).await.json();
    assert_eq!(shown["created_at"], "2026-11-20T12:00:00Z");
}

#[actix_web::test]
async fn a_zone_is_one_of_the_list() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    choose(&mut vera, "Asia/Kolkata").await.leads_to(ACCOUNT);
    vera.cookies.remove("theme");
    for wrong in [
        "Europe/Atlantis",
        "",
        "utc",
        "Etc/GMT+5",
        "US/Eastern",
        "<b>",
    ] {
        let answer = choose(&mut vera, wrong).await;
        assert_eq!(answer.status, 422, "{wrong}");
        answer.has("#time_zone[aria-invalid='true']");
        answer.shows("Choose a time zone from the list, such as Europe/Berlin or UTC.");
        assert!(!vera.cookies.contains_key("theme"), "nothing is saved");
        assert_eq!(
            vera.get(AUDIT).await.text_of("th.c-time"),
            "Time Asia/Kolkata"
        );
    }
    // What another Keystead knew.
    app.sql("UPDATE users SET time_zone = 'Europe/Atlantis'");
    assert_eq!(vera.get(AUDIT).await.text_of("th.c-time"), "Time UTC");
}
