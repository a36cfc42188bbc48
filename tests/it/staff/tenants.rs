//! The list of tenants.

use keystead::actions::tenants;
use keystead::domain::id::TenantId;

use crate::support::browser_like::Answer;
use crate::support::*;

const TENANTS: &str = "/support/tenants";

fn add(app: &App, name: &str) {
    let by = tenants::operator(TenantId::new(), app.clock.now());
    app.db
        .write(|conn| tenants::create(conn, name, 10, &by))
        .unwrap();
}

/// The names in a list, in their order.
fn names(page: &Answer) -> Vec<String> {
    page.words_of(".name")
}

fn ask(app: &App, tenant: &str, limit: &str) {
    let by = keystead::domain::role::Actor {
        who: keystead::domain::role::Who::Person {
            id: keystead::domain::id::UserId::new(),
            email: "admin@tenant.test".into(),
            role: keystead::domain::role::Role::Admin,
            session: None,
        },
        ..tenants::operator(app.tenant(tenant), app.clock.now())
    };
    let reason = "More systems";
    let input = keystead::domain::limits::Input { limit, reason };
    app.db
        .write(|conn| keystead::actions::limit_requests::ask(conn, &by, &input))
        .unwrap();
}

#[actix_web::test]
async fn staff_sees_how_many_keys_each_tenant_has_and_nothing_of_a_key() {
    let app = App::start().await;
    let live = app.issue("Acme", "Payroll system");
    app.issue("Acme", "Second");
    let expiring = app.issue_with("Acme", "Third", None, &[], Some(60));
    let (off, revoked) = (app.issue("Acme", "Fourth"), app.issue("Acme", "Fifth"));
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.alter_key(&revoked, "revoked_at = '2026-11-20 11:00:00'");
    app.clock.advance(chrono::TimeDelta::seconds(60));
    let mut sam = app.sam().await;
    let page = sam.get(TENANTS).await;
    // Active and switched-off keys count; expired and revoked ones do not.
    page.shows("3 / 10");
    page.has("progress[value='3'][max='10']");
    page.shows("0 / 10");
    let mut alice = app.sign_in(ALICE).await;
    alice.get("/tenant-api-keys").await.shows("3 of 10 keys");
    for secret in ["Payroll", &live.id, &expiring.id, ALICE, "ks_live_"] {
        page.hides(secret);
    }
    for text in ["Standard", "Active", "2 of 2 tenants", "1 min ago"] {
        page.shows(text);
    }
    app.suspend("Globex", &live);
    sam.get(TENANTS).await.shows("Suspended");
}

#[actix_web::test]
async fn many_tenants_are_paged_through_once_each() {
    let app = App::start().await;
    for number in 0..118 {
        add(&app, &format!("Tenant {}", (number * 37) % 118));
    }
    let mut sam = app.sam().await;
    for sort in ["", "newest"] {
        let mut path = format!("{TENANTS}?sort={sort}");
        let mut seen = Vec::new();
        for expected in [50, 50, 20] {
            let page = sam.get(&path).await;
            let found = names(&page);
            assert_eq!(found.len(), expected, "{path}");
            seen.extend(found);
            path = page.link("More").unwrap_or_default();
        }
        assert_eq!(path, "", "there is a fourth page");
        let mut sorted = seen.clone();
        sorted.sort_unstable_by_key(|name| name.to_lowercase());
        if sort.is_empty() {
            assert_eq!(seen, sorted);
        } else {
            assert_eq!(seen[0], "Tenant 81");
        }
        sorted.dedup();
        assert_eq!(sorted.len(), 120);
    }
    for mark in [MISSING, "nonsense", ""] {
        let expected = if mark.is_empty() { 200 } else { 400 };
        let answer = sam.get(&format!("{TENANTS}?after={mark}")).await;
        assert_eq!(answer.status, expected, "{mark}");
    }
    let answer = sam.get(&format!("{TENANTS}?sort=waiting&after=x")).await;
    assert_eq!(answer.status, 400);
}

#[actix_web::test]
async fn a_tenant_is_found_by_a_part_of_its_name_as_it_is_written() {
    let app = App::start().await;
    for name in [
        "100% Pure",
        "Under_score",
        "Back\\slash",
        "Österreich AG",
        "<b>Bold</b>",
    ] {
        add(&app, name);
    }
    let mut sam = app.sam().await;
    for (search, found) in [
        ("acm", &["Acme"][..]),
        ("ACME", &["Acme"]),
        ("%25", &["100% Pure"]),
        ("_", &["Under_score"]),
        ("%5C", &["Back\\slash"]),
        ("Österreich", &["Österreich AG"]),
        ("österreich", &["Österreich AG"]),
        ("O%CC%88STERREICH", &["Österreich AG"]),
        ("ag", &["Österreich AG"]),
        ("%20%20acme%20", &["Acme"]),
        ("%27%20OR%201%3D1--", &[]),
        ("nothing", &[]),
        ("%3Cb%3E", &["<b>Bold</b>"]),
    ] {
        let page = sam.get(&format!("{TENANTS}?q={search}")).await;
        assert_eq!(names(&page), found, "{search}");
        if found.is_empty() {
            page.shows("No tenant matches");
        }
    }
    let long = "x".repeat(101);
    let answer = sam.get(&format!("{TENANTS}?q={long}")).await;
    assert_eq!(answer.status, 400);
    sam.htmx = true;
    let part = sam.get(&format!("{TENANTS}?q=acm&sort=")).await;
    part.has("body > #tenants.panel");
    assert!(part.is_part());
    assert_eq!(part.header("hx-replace-url"), "/support/tenants?q=acm");
}

#[actix_web::test]
async fn whoever_waits_longest_comes_first() {
    let app = App::start().await;
    ask(&app, "Globex", "50");
    app.clock.advance(chrono::TimeDelta::minutes(30));
    ask(&app, "Acme", "2000");
    app.clock.advance(chrono::TimeDelta::minutes(1));
    let mut sam = app.sam().await;
    let page = sam.get(&format!("{TENANTS}?sort=waiting")).await;
    assert_eq!(names(&page), ["Globex", "Acme"]);
    page.shows("Wants 50");
    page.shows("31 min ago");
    page.shows("Wants 2,000");
    assert_eq!(page.text_of("#waiting"), "2");
    let fields = [("shown", "10"), ("limit", "50"), ("reason", "Agreed")];
    let limit = app.limit_page("Globex");
    sam.decide(&limit, &fields).await.leads_to(TENANTS);
    let page = sam.get(&format!("{TENANTS}?sort=waiting")).await;
    assert_eq!(names(&page), ["Acme"]);
}

#[actix_web::test]
async fn who_waits_is_shown_first_and_counted_beside_the_word_tenants() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = sam.get(TENANTS).await;
    assert_eq!(names(&page), ["Acme", "Globex"]);
    assert_eq!(page.text_of("#side-waiting"), "");
    ask(&app, "Globex", "50");
    let page = sam.get(TENANTS).await;
    assert_eq!(names(&page), ["Globex"]);
    page.has("[name='sort'][value='waiting'][checked]");
    assert!(page.text_of("#side-waiting").contains("1 waiting"));
    let beside = sam.get(&app.limit_page("Acme")).await;
    assert!(beside.text_of("#side-waiting").contains("1 waiting"));
    // Whoever wants all of them says so, and a search is for all of them.
    for path in ["?sort=name", "?sort=", "?q=acm"] {
        let page = sam.get(&format!("{TENANTS}{path}")).await;
        assert_eq!(names(&page)[0], "Acme", "{path}");
    }
    sam.htmx = true;
    let part = sam.get(&format!("{TENANTS}?q=&sort=name")).await;
    assert_eq!(part.header("hx-replace-url"), "/support/tenants?sort=name");
    let csrf = {
        sam.htmx = false;
        sam.token(TENANTS).await
    };
    sam.htmx = true;
    let asked = app.request_version("Globex");
    let fields = [
        ("csrf", &*csrf),
        ("shown", "10"),
        ("asked", &asked),
        ("limit", "50"),
        ("reason", "Agreed"),
    ];
    let row = sam.post(&app.limit_page("Globex"), &fields).await;
    assert_eq!(row.status, 200, "{}", row.body);
    assert_eq!(row.text_of("[hx-target='#side-waiting']"), "");
    assert_eq!(row.text_of("[hx-target='#waiting']"), "0");
}

#[actix_web::test]
async fn the_fullest_tenants_come_first_and_are_paged_through_once_each() {
    let app = App::start().await;
    for number in 0..60 {
        add(&app, &format!("Tenant {number:02}"));
    }
    app.issue("Globex", "One");
    app.issue("Globex", "Two");
    for name in ["Three", "Four", "Five"] {
        app.issue("Acme", name);
    }
    let revoked = app.issue("Globex", "Revoked");
    app.alter_key(&revoked, "revoked_at = '2026-11-20 11:00:00'");
    app.sql("UPDATE tenants SET key_limit = 100 WHERE name = 'Acme'");
    let mut sam = app.sam().await;
    let mut path = format!("{TENANTS}?sort=fullest");
    let mut seen = Vec::new();
    for expected in [50, 12] {
        let page = sam.get(&path).await;
        page.has("[name='sort'][value='fullest'][checked]");
        let found = names(&page);
        assert_eq!(found.len(), expected, "{path}");
        seen.extend(found);
        path = page.link("More").unwrap_or_default();
    }
    assert_eq!(path, "", "there is a third page");
    // 2 of 10 is more than 3 of 100.
    assert_eq!(seen[..2], ["Globex", "Acme"]);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 62);
    let page = sam.get(&format!("{TENANTS}?sort=fullest&q=acm")).await;
    assert_eq!(names(&page), ["Acme"]);
    for mark in [MISSING, "nonsense"] {
        let answer = sam
            .get(&format!("{TENANTS}?sort=fullest&after={mark}"))
            .await;
        assert_eq!(answer.status, 400, "{mark}");
    }
}

#[actix_web::test]
async fn presets_fill_in_the_limit_and_the_requester_has_a_name() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let limit = app.limit_page("Acme");
    let page = sam.get(&limit).await;
    for (preset, wanted) in [("+5: 15", "15"), ("+10: 20", "20"), ("Double: 20", "20")] {
        let link = page.link(preset).unwrap();
        assert_eq!(sam.get(&link).await.field("limit"), wanted, "{preset}");
    }
    assert_eq!(app.limit_of("Acme"), 10);
    assert_eq!(sam.get(&format!("{limit}?limit=many")).await.status, 400);
    let mut alice = app.sign_in(ALICE).await;
    let request = "/tenant-api-keys/limit-request";
    let fields = [("limit", "40"), ("reason", "Two more plants")];
    let asked = alice.submit(request, request, &fields).await;
    assert_eq!(asked.status, 303);
    for page in [limit, app.refusal_page("Acme")] {
        let page = sam.get(&page).await;
        page.shows("Alice Archer, alice@acme.test");
        page.shows("Two more plants");
    }
}
