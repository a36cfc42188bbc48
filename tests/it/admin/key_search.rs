//! Finding keys on the page: search, filters, order, cards, what needs attention.

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

/// The names on the page, in their order.
fn names(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.body);
    page.words_of("a.name")
}

/// The number beside a status.
fn count(page: &Answer, status: &str) -> String {
    page.text_of(&format!("#count-{status}"))
}

/// Acme with a key in each state.
async fn acme() -> (App, Vec<Issued>) {
    let app = App::start().await;
    let active = app.issue("Acme", "SAP integration");
    let off = app.issue("Acme", "Grafana reporting");
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    let over = app.issue_with("Acme", "Contractor Ådel", None, &[], Some(60));
    let soon = app.issue_with("Acme", "zebra sync", None, &[], Some(9 * 86_400));
    let gone = app.issue("Acme", "Old sap bridge");
    app.alter_key(&gone, "description = 'Left for the warehouse 50%_off'");
    app.system(&active.secret).delete(&gone.resource()).await;
    app.issue("Globex", "SAP of Globex");
    app.clock.advance(chrono::TimeDelta::seconds(61));
    (app, vec![active, off, over, soon, gone])
}

#[actix_web::test]
async fn keys_are_found_by_name_description_prefix_and_last_four_in_any_case() {
    let (app, keys) = acme().await;
    let mut alice = app.sign_in(ALICE).await;
    let last4 = &keys[1].secret[keys[1].secret.len() - 4..];
    for (typed, expected) in [
        ("sap", vec!["Old sap bridge", "SAP integration"]),
        ("SAP", vec!["Old sap bridge", "SAP integration"]),
        ("integration sap", vec!["SAP integration"]),
        ("ådel", vec!["Contractor Ådel"]),
        ("ÅDEL", vec!["Contractor Ådel"]),
        ("WAREHOUSE", vec!["Old sap bridge"]),
        ("50%_off", vec!["Old sap bridge"]),
        ("%", vec!["Old sap bridge"]),
        (last4, vec!["Grafana reporting"]),
        (&format!("ks_live_…{last4}"), vec!["Grafana reporting"]),
        (&format!("ks_live_...{last4}"), vec!["Grafana reporting"]),
        ("  sap   bridge ", vec!["Old sap bridge"]),
        ("Globex", vec![]),
        ("'; DROP TABLE api_keys; --", vec![]),
    ] {
        let query = serde_urlencoded::to_string([("q", typed)]).unwrap();
        let page = alice.get(&format!("/tenant-api-keys?{query}")).await;
        assert_eq!(names(&page), expected, "{typed}");
        if expected.is_empty() {
            page.shows("No keys match");
            page.shows("Clear filters");
        }
    }
    let all = alice.get("/tenant-api-keys?q=ks_live_").await;
    assert_eq!(names(&all).len(), 5);
    let long = alice
        .get(&format!("/tenant-api-keys?q={}", "x".repeat(201)))
        .await;
    assert_eq!(long.status, 400);
}

#[actix_web::test]
async fn filters_combine_and_the_counts_say_what_each_status_would_show() {
    let (app, _) = acme().await;
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get("/tenant-api-keys").await;
    for (status, expected) in [
        ("all", "5"),
        ("active", "2"),
        ("disabled", "1"),
        ("expired", "1"),
        ("revoked", "1"),
    ] {
        assert_eq!(count(&page, status), expected, "{status}");
    }
    for (query, expected) in [
        ("status=active", vec!["zebra sync", "SAP integration"]),
        ("status=disabled", vec!["Grafana reporting"]),
        ("status=expired", vec!["Contractor Ådel"]),
        ("status=revoked", vec!["Old sap bridge"]),
        ("expiration=expired", vec!["Contractor Ådel"]),
        ("expiration=expiring-soon", vec!["zebra sync"]),
        // A revoked key is neither, whatever its date.
        (
            "expiration=valid",
            vec!["zebra sync", "Grafana reporting", "SAP integration"],
        ),
        ("q=sap&status=active", vec!["SAP integration"]),
        ("q=sap&status=active&expiration=expired", vec![]),
        (
            "expiration=valid&status=disabled",
            vec!["Grafana reporting"],
        ),
    ] {
        let page = vera.get(&format!("/tenant-api-keys?{query}")).await;
        assert_eq!(names(&page), expected, "{query}");
    }
    let sap = vera.get("/tenant-api-keys?q=sap&status=active").await;
    assert_eq!(count(&sap, "all"), "2");
    assert_eq!(count(&sap, "revoked"), "1");
    sap.shows("Keys that match “sap” and Active.");
    sap.has("[href='/tenant-api-keys']");
    for query in ["status=gone", "expiration=never", "sort=secret", "sort=-"] {
        let page = vera.get(&format!("/tenant-api-keys?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
    }
}

#[actix_web::test]
async fn a_list_is_sorted_either_way_and_says_so() {
    let (app, keys) = acme().await;
    app.ask(&keys[0], serde_json::json!({})).await;
    // That, and the revocation of another key with it.
    app.recorded(2).await;
    let mut alice = app.sign_in(ALICE).await;
    let by_name = [
        "Contractor Ådel",
        "Grafana reporting",
        "Old sap bridge",
        "SAP integration",
        "zebra sync",
    ];
    let page = alice.get("/tenant-api-keys?sort=name").await;
    assert_eq!(names(&page), by_name);
    page.has("[aria-sort='ascending'] > [href='/tenant-api-keys?sort=-name']");
    let mut reversed = names(&alice.get("/tenant-api-keys?sort=-name").await);
    reversed.reverse();
    assert_eq!(reversed, by_name);
    let expires = names(&alice.get("/tenant-api-keys?sort=expires").await);
    assert_eq!(expires[..2], ["Contractor Ådel", "zebra sync"]);
    let used = names(&alice.get("/tenant-api-keys?sort=-used").await);
    assert_eq!(used[0], "SAP integration");
    let page = alice.get("/tenant-api-keys").await;
    page.has("[aria-sort='descending'] > [href='/tenant-api-keys?sort=created']");
    assert_eq!(names(&page)[0], "Old sap bridge");
}

#[actix_web::test]
async fn every_order_leads_through_all_keys_page_by_page() {
    let app = App::start().await;
    app.set_limit("Acme", 1_000);
    for number in 0..130 {
        // Several keys share a name and an expiry: pages must not lose or repeat one of them.
        let key = app.issue_with(
            "Acme",
            &format!("System {}", number % 7),
            None,
            &[],
            Some(86_400 * (1 + number % 3)),
        );
        app.alter_key(&key, &format!("description = 'number {number}.'"));
    }
    let mut alice = app.sign_in(ALICE).await;
    for sort in [
        "name", "-name", "created", "expires", "-expires", "used", "-used",
    ] {
        let mut path = format!("/tenant-api-keys?sort={sort}&status=active");
        let (mut seen, mut last) = (Vec::new(), None);
        loop {
            let page = alice.get(&path).await;
            for described in page.words_of("small[title^='number ']") {
                let number = described.trim_matches(|c: char| !c.is_ascii_digit());
                seen.push(number.parse::<usize>().unwrap());
            }
            let names = names(&page);
            if sort == "name" {
                assert!(names.is_sorted() && last.as_ref() <= names.first());
                last = names.last().cloned();
            }
            let Some(next) = page.link("Next") else {
                break;
            };
            path = next;
        }
        assert_eq!(seen.len(), 130, "{sort}");
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..130), "{sort}");
    }
}

#[actix_web::test]
async fn every_change_is_in_the_next_list() {
    let app = App::start().await;
    let (first, second) = (app.issue("Acme", "First"), app.issue("Acme", "Second"));
    let mut alice = app.sign_in(ALICE).await;
    assert_eq!(names(&alice.get("/tenant-api-keys").await).len(), 2);
    let system = app.system(&first.secret);
    system.create("Third").await;
    let change =
        serde_json::json!({ "name": "Renamed", "description": "a longer text than before" });
    let patch = system
        .request(reqwest::Method::PATCH, &second.resource())
        .json(&change);
    assert_eq!(Answer::of(patch).await.status, 200);
    let page = alice.get("/tenant-api-keys?sort=name").await;
    assert_eq!(names(&page), ["First", "Renamed", "Third"]);
    assert_eq!(
        names(&alice.get("/tenant-api-keys?q=longer").await),
        ["Renamed"]
    );
    assert_eq!(
        names(&alice.get("/tenant-api-keys?q=third").await),
        ["Third"]
    );
    system.delete(&second.resource()).await;
    let revoked = alice.get("/tenant-api-keys?status=revoked").await;
    assert_eq!(names(&revoked), ["Renamed"]);
    alice
        .submit(&second.page("deletion"), &second.page("deletion"), &[])
        .await;
    let page = alice.get("/tenant-api-keys?sort=name").await;
    assert_eq!(names(&page), ["First", "Third"]);
    assert_eq!(count(&page, "revoked"), "0");
    assert_eq!(
        names(&alice.get("/tenant-api-keys?q=third").await),
        ["Third"]
    );
}

#[actix_web::test]
async fn cards_show_the_same_keys_and_the_choice_is_remembered() {
    let (app, _) = acme().await;
    let mut alice = app.sign_in(ALICE).await;
    let table = names(&alice.get("/tenant-api-keys?status=active").await);
    let cards = alice.get("/tenant-api-keys?status=active&view=cards").await;
    assert_eq!(names(&cards), table);
    cards.has("ul.cards");
    cards.lacks("table");
    let again = alice.get("/tenant-api-keys").await;
    again.has("ul.cards");
    let back = alice.get("/tenant-api-keys?view=table").await;
    back.has("table");
    alice.get("/tenant-api-keys").await.has("table");
}

#[actix_web::test]
async fn htmx_gets_the_list_with_its_counts_and_a_short_address() {
    let (app, _) = acme().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.htmx = true;
    let part = alice
        .get("/tenant-api-keys?q=+sap+&status=&expiration=&sort=&view=table")
        .await;
    part.has("body > #keys");
    assert!(part.is_part());
    assert_eq!(part.header("hx-replace-url"), "/tenant-api-keys?q=sap");
    assert_eq!(part.text_of("[hx-target='#count-revoked']"), "1");
    part.lacks("[hx-target='#live']");
    assert_eq!(
        part.header("hx-trigger"),
        "{\"announce\":{\"text\":\"2 keys found\"}}"
    );
    assert!(part.header("vary").contains("HX-Request"));
    let plain = alice.get("/tenant-api-keys?q=&status=&view=table").await;
    assert_eq!(plain.header("hx-replace-url"), "/tenant-api-keys");
}

#[actix_web::test]
async fn what_needs_attention_stands_above_the_list_and_leads_to_its_keys() {
    let app = App::start().await;
    let fine = app.issue("Acme", "Fine");
    let mut alice = app.sign_in(ALICE).await;
    alice.get("/tenant-api-keys").await.hides("Needs attention");

    app.issue_with("Acme", "Ends soon", None, &[], Some(13 * 86_400));
    let (quiet, busy) = (app.issue("Acme", "Quiet"), app.issue("Acme", "Busy"));
    for key in [&quiet, &busy] {
        app.alter_key(key, "created_at = '2026-08-01 00:00:00'");
    }
    app.ask(&busy, serde_json::json!({})).await;
    app.recorded(1).await;
    app.set_limit("Acme", 4);
    let page = alice.get("/tenant-api-keys").await;
    page.shows("Needs attention");
    page.shows("1 active key expires within 14 days");
    page.shows("1 active key was not used for 90 days");
    page.shows("The limit of 4 keys is reached");
    for (query, expected) in [
        (
            "status=active&expiration=expiring-soon&sort=expires",
            "Ends soon",
        ),
        ("need=unused&sort=used", "Quiet"),
    ] {
        page.has(&format!("[href='/tenant-api-keys?{query}']"));
        let led = alice.get(&format!("/tenant-api-keys?{query}")).await;
        assert_eq!(names(&led), [expected]);
    }
    app.system(&fine.secret).delete(&quiet.resource()).await;
    alice
        .get("/tenant-api-keys")
        .await
        .hides("not used for 90 days");
}

#[actix_web::test]
async fn a_large_list_says_when_its_order_by_use_may_be_old() {
    let app = App::start().await;
    app.set_limit("Acme", 1_000);
    for number in 0..500 {
        app.issue("Acme", &format!("System {number}"));
    }
    let mut alice = app.sign_in(ALICE).await;
    let told = "uses of the last 5 seconds may not count for this list yet";
    alice
        .get("/tenant-api-keys?need=unused&sort=name")
        .await
        .shows(told);
    // Sorted by use it is read more often; sorted by name nobody would see it.
    for sort in ["used", "name"] {
        let path = format!("/tenant-api-keys?sort={sort}");
        alice.get(&path).await.hides("may not count");
    }
}
