//! The usage page.

use keystead::background::usage_retention::fold;
use keystead::db::usage::{self, HOUR, Used};
use keystead::db::usage_gaps::{self, Gap};
use keystead::domain::tally::Tally;
use keystead::domain::verdict::Code;
use serde_json::Value;

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

const RANGES: [&str; 4] = ["24h", "7d", "30d", "90d"];

impl App {
    /// Presents a key so many times, and waits until that is counted.
    pub async fn use_key(&self, key: &Issued, times: i64) {
        let counted = "SELECT CAST(COALESCE(SUM(valid + revoked + disabled + expired + ip_denied), 0) AS BIGINT) AS n \
                       FROM key_usage WHERE span = 60 AND key_id = ";
        let query = format!("{counted}'{}'", key.id);
        let before = self.number(&query);
        for _ in 0..times {
            self.stranger().verify(&key.secret).await;
        }
        direct::until("all requests are counted", async || {
            self.number(&query) == before + times
        })
        .await;
    }

    /// Stores usage of an hour, as if it had been folded already.
    fn used_hours_ago(&self, key: &Issued, hours: i64, valid: i64, disabled: i64) {
        let now = self.clock.now().timestamp();
        let mut tally = Tally::default();
        tally.counts.add(Code::Valid, valid);
        tally.counts.add(Code::Disabled, disabled);
        let used = Used {
            key_id: key.id.parse().unwrap(),
            span: HOUR,
            start: now / HOUR * HOUR - hours * HOUR,
            tally,
        };
        self.db.write(|conn| usage::add(conn, &[used])).unwrap();
    }

    /// Folds the minutes that are over.
    pub fn fold(&self) {
        fold(&self.db, self.clock.now()).unwrap();
    }

    fn gap_between(&self, cause: &str, from: i64, to: i64) {
        let at = |seconds| self.clock.now().timestamp_micros() + seconds * 1_000_000;
        let gap = Gap {
            id: uuid::Uuid::now_v7().to_string(),
            node_id: "n".into(),
            cause: cause.into(),
            from_at: at(from),
            to_at: at(to),
            dropped: Some(LOST),
        };
        self.db.write(|conn| usage_gaps::put(conn, gap)).unwrap();
    }
}

/// The number of a tile and the sentence under it.
#[track_caller]
fn tile(page: &Answer, label: &str) -> (String, String) {
    let labels = page.words_of(".tile dt");
    let at = labels.iter().position(|one| one == label);
    let at = at.unwrap_or_else(|| panic!("no tile {label}: {}", page.body));
    let text = |css: &str| page.words_of(css).swap_remove(at);
    let number = text(".tile-number");
    let number = number.split(' ').next().unwrap_or_default().to_owned();
    (number, text(".tile-change"))
}

/// What the chart draws.
fn chart(page: &Answer) -> Value {
    serde_json::from_str(&page.attribute("[data-chart]", "data-chart")).unwrap()
}

fn sum(list: &Value) -> i64 {
    list.as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .sum()
}

#[actix_web::test]
async fn the_page_tells_what_was_accepted_and_refused_and_why() {
    let app = App::start().await;
    let (key, off) = (app.issue("Acme", "ERP"), app.issue("Acme", "Old ERP"));
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.use_key(&key, 3).await;
    app.use_key(&off, 1).await;

    // A viewer may see it.
    let page = app.sign_in(VERA).await.get("/usage").await;
    assert_eq!(page.status, 200);
    assert_eq!(tile(&page, "Requests").0, "4");
    assert_eq!(tile(&page, "Refused").0, "1");
    page.shows("25% of requests");
    assert_eq!(tile(&page, "Keys in use").0, "1");
    for text in ["Key disabled", "DISABLED", "UTC"] {
        page.shows(text);
    }
    page.has("progress[aria-label='100% of refusals']");
    page.hides("Key revoked");
    page.hides(&key.secret);
    let chart = chart(&page);
    assert_eq!(sum(&chart["accepted"]), 3);
    assert_eq!(chart["refused"].as_array().unwrap().last().unwrap(), 1);
    page.has("[aria-label*='3 accepted and 1 refused in 7 days']");
}

#[actix_web::test]
async fn spans_without_requests_are_zero_in_chart_and_table() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.use_key(&key, 1).await;
    let mut alice = app.sign_in(ALICE).await;
    for (range, spans, step) in [
        ("24h", 24, 3_600),
        ("7d", 168, 3_600),
        ("30d", 30, 86_400),
        ("90d", 90, 86_400),
    ] {
        let page = alice.get(&format!("/usage?range={range}")).await;
        let chart = chart(&page);
        let at: Vec<i64> = chart["at"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_i64)
            .collect();
        assert_eq!(at.len(), spans, "{range}");
        assert!(at.windows(2).all(|two| two[1] - two[0] == step), "{range}");
        assert_eq!(chart["accepted"].as_array().unwrap().len(), spans);
        assert_eq!(sum(&chart["accepted"]), 1);
        assert_eq!(page.count("th[scope='row'] > time"), spans);
        page.has(&format!("[value='{range}'][checked]"));
    }
}

#[actix_web::test]
async fn numbers_are_compared_with_the_time_before() {
    let app = App::start().await;
    let (key, other) = (app.issue("Acme", "ERP"), app.issue("Acme", "CRM"));
    app.used_hours_ago(&key, 0, 100, 0);
    app.used_hours_ago(&key, 23, 12, 5);
    app.used_hours_ago(&key, 25, 50, 10);
    app.used_hours_ago(&other, 47, 50, 0);
    app.used_hours_ago(&key, 48, 9_999, 0);
    let page = app.sign_in(ALICE).await.get("/usage?range=24h").await;
    let before = |change: &str| format!("{change} the 24 hours before");
    assert_eq!(
        tile(&page, "Requests"),
        ("117".into(), before("6% more than in"))
    );
    assert_eq!(
        tile(&page, "Refused"),
        ("5".into(), before("50% fewer than in"))
    );
    assert_eq!(
        tile(&page, "Keys in use"),
        ("1".into(), before("50% fewer than in"))
    );
}

#[actix_web::test]
async fn a_key_and_an_environment_narrow_the_numbers() {
    let app = App::start().await;
    let (live, test) = (app.issue("Acme", "ERP"), app.issue("Acme", "CI pipeline"));
    app.alter_key(&test, "environment = 'test'");
    app.used_hours_ago(&live, 1, 40, 0);
    app.used_hours_ago(&test, 1, 2, 0);
    let mut alice = app.sign_in(ALICE).await;
    for (query, requests) in [
        (String::new(), "42"),
        ("environment=live".into(), "40"),
        ("environment=test&key=".into(), "2"),
        (format!("key={}", test.id), "2"),
        (format!("key={}&environment=live", test.id), "0"),
    ] {
        let page = alice.get(&format!("/usage?{query}")).await;
        assert_eq!(tile(&page, "Requests").0, requests, "{query}");
    }
    let page = alice.get(&format!("/usage?key={}", test.id)).await;
    let chosen = page.field("key");
    assert_eq!(chosen, format!("CI pipeline ks_live_…{}", test.last4()));
}

#[actix_web::test]
async fn steady_use_is_no_change_however_far_the_hour_is() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.clock.advance(chrono::TimeDelta::minutes(15));
    for hours in 1..=24 * 14 {
        app.used_hours_ago(&key, hours, 100, 20);
    }
    // A quarter of the hour.
    app.used_hours_ago(&key, 0, 25, 5);
    let mut alice = app.sign_in(ALICE).await;
    for range in ["24h", "7d"] {
        let page = alice.get(&format!("/usage?range={range}")).await;
        for label in ["Requests", "Refused", "Keys in use"] {
            let change = tile(&page, label).1;
            assert!(
                change.starts_with("As many as in"),
                "{range} {label}: {change}"
            );
        }
    }
}

#[actix_web::test]
async fn a_reason_leads_to_its_requests() {
    let app = App::start().await;
    let off = app.issue("Acme", "Old ERP");
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.use_key(&off, 1).await;
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get("/usage").await;
    page.has("[href='/usage/requests?verdict=DISABLED']");
    let page = alice.get(&format!("/usage?key={}", off.id)).await;
    let href = format!("/usage/requests?verdict=DISABLED&key={}", off.id);
    page.has(&format!("[href='{href}']"));
    let log = alice.get(&href).await;
    assert_eq!(log.status, 200);
    log.shows("Old ERP");
}

#[actix_web::test]
async fn folding_changes_no_total() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.use_key(&key, 2).await;
    let mut alice = app.sign_in(ALICE).await;
    let mut numbers = async || {
        let mut numbers = Vec::new();
        for range in RANGES {
            let page = alice.get(&format!("/usage?range={range}")).await;
            numbers.push((tile(&page, "Requests").0, tile(&page, "Keys in use").0));
        }
        numbers
    };
    let two = vec![("2".to_owned(), "1".to_owned()); 4];
    assert_eq!(numbers().await, two, "minutes that are not folded count");
    app.clock.advance(chrono::TimeDelta::minutes(5));
    app.fold();
    assert_eq!(
        app.number("SELECT count(*) AS n FROM key_usage WHERE span = 3600"),
        1
    );
    assert_eq!(numbers().await, two, "folded once");
    app.use_key(&key, 1).await;
    let three = vec![("3".to_owned(), "1".to_owned()); 4];
    assert_eq!(numbers().await, three, "hours and new minutes together");
    app.clock.advance(chrono::TimeDelta::minutes(5));
    app.fold();
    assert_eq!(numbers().await, three, "folded twice");
}

#[actix_web::test]
async fn a_deleted_key_still_counts_for_its_tenant_and_is_no_choice() {
    let app = App::start().await;
    let key = app.issue("Acme", "Old ERP");
    app.used_hours_ago(&key, 1, 7, 0);
    app.alter_key(
        &key,
        "revoked_at = '2026-11-20 11:00:00', deleted_at = '2026-11-20 11:30:00'",
    );
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get("/usage").await;
    assert_eq!(tile(&page, "Requests").0, "7");
    page.hides("Old ERP");
    assert_eq!(
        alice.get(&format!("/usage?key={}", key.id)).await.status,
        404
    );
}

#[actix_web::test]
async fn another_tenant_sees_nothing_of_it() {
    let app = App::start().await;
    let key = app.issue("Acme", "Acme only");
    app.use_key(&key, 3).await;
    app.used_hours_ago(&key, 1, 5, 2);
    let mut bob = app.sign_in(BOB).await;
    let page = bob.get("/usage").await;
    page.shows("No requests in this range");
    assert_eq!(tile(&page, "Requests").0, "0");
    assert_eq!(tile(&page, "Keys in use").0, "0");
    page.hides("Acme only");
    page.hides("data-chart");
    let theirs = bob.get(&format!("/usage?key={}", key.id)).await;
    let missing = bob.get(&format!("/usage?key={MISSING}")).await;
    assert_eq!(theirs.meaning(), (404, missing.meaning().1));
    app.visitor()
        .get("/usage")
        .await
        .leads_to("/login?next=%2Fusage");
}

#[actix_web::test]
async fn gaps_of_the_request_log_are_named_without_their_size() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.used_hours_ago(&key, 1, 7, 0);
    // Seconds of trouble in a row are one gap; the clock stands at 12:00.
    app.gap_between(usage_gaps::FULL, -3_540, -3_539);
    app.gap_between(usage_gaps::FULL, -3_539, -3_530);
    app.gap_between(usage_gaps::CRASH, -1_800, -1_790);
    app.gap_between(usage_gaps::FULL, -9 * 86_400, -9 * 86_400 + 1);
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get("/usage").await;
    page.shows("Between 11:01 and 11:02 more requests came than this server records singly; the totals here count them all.");
    page.shows("Between 11:30 and 11:31 the server ended without notice; up to 1.5 seconds of usage before that may be missing.");
    assert_eq!(page.body.matches("more requests came").count(), 1);
    page.hides(&LOST.to_string());
    page.hides("471,147,114,711");
    let page = alice.get("/usage?range=30d").await;
    page.shows("Between 11 Nov, 12:00 and 11 Nov, 12:01 more requests came");
}

#[actix_web::test]
async fn wrong_wishes_are_refused() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (query, status) in [
        ("range=1y", 400),
        ("range=24h&range=7d", 400),
        ("environment=prod", 400),
        (&format!("key={MISSING}"), 404),
        (&format!("key={}", "x".repeat(201)), 400),
    ] {
        let page = alice.get(&format!("/usage?{query}")).await;
        assert_eq!(page.status, status, "{query}");
    }
}

#[actix_web::test]
async fn htmx_gets_the_numbers_alone_and_a_short_address() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.used_hours_ago(&key, 1, 7, 0);
    let mut alice = app.sign_in(ALICE).await;
    alice.htmx = true;
    let part = alice.get("/usage?range=24h&key=&environment=test").await;
    part.has("body > #usage");
    assert!(part.is_part());
    assert_eq!(
        part.header("hx-replace-url"),
        "/usage?range=24h&environment=test"
    );
    part.shows("No requests in this range");
    assert_eq!(part.header("cache-control"), "no-store");
}
