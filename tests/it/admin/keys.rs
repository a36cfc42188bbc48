//! The list of keys.

use crate::support::browser_like::secret_in;
use crate::support::*;

#[actix_web::test]
async fn the_list_shows_each_key_newest_first_and_never_a_secret() {
    let app = App::start().await;
    let (old, new) = (app.issue("Acme", "Old ERP"), app.issue("Acme", "New CRM"));
    let page = app.sign_in(ALICE).await.get("/tenant-api-keys").await;

    assert_eq!(page.status, 200);
    let (first, second) = (page.body.find("New CRM"), page.body.find("Old ERP"));
    assert!(first.unwrap() < second.unwrap());
    for key in [&old, &new] {
        page.shows(&format!("ks_live_…{}", &key.secret[key.secret.len() - 4..]));
        page.hides(&key.secret);
    }
    for text in [
        "Active",
        "Full access",
        "Never used",
        "20 Nov 2026",
        "2 of 10 keys",
    ] {
        page.shows(text);
    }
    assert_eq!(page.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn an_empty_list_says_what_to_do() {
    let app = App::start().await;
    let page = app.sign_in(ALICE).await.get("/tenant-api-keys").await;
    page.shows("No API keys yet");
    page.shows("0 of 10 keys");
}

#[actix_web::test]
async fn a_tenant_sees_its_own_keys_alone() {
    let app = App::start().await;
    app.issue("Acme", "Acme only");
    let page = app.sign_in(BOB).await.get("/tenant-api-keys").await;
    page.hides("Acme only");
    page.shows("No API keys yet");
}

#[actix_web::test]
async fn a_viewer_reads_the_list() {
    let app = App::start().await;
    app.issue("Acme", "ERP");
    let page = app.sign_in(VERA).await.get("/tenant-api-keys").await;
    assert_eq!(page.status, 200);
    page.shows("ERP");
    // Nothing is offered that would be refused.
    for offer in ["/tenant-api-keys/new", "/revocation", "/deletion"] {
        page.hides(offer);
    }
}

#[actix_web::test]
async fn a_stranger_is_sent_to_sign_in_and_back() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    visitor
        .get("/tenant-api-keys")
        .await
        .leads_to("/login?next=%2Ftenant-api-keys");
    visitor
        .submit(
            "/login?next=%2Ftenant-api-keys",
            "/login",
            &[
                ("email", ALICE),
                ("password", PASSWORD),
                ("next", "/tenant-api-keys"),
            ],
        )
        .await
        .leads_to("/tenant-api-keys");
}

#[actix_web::test]
async fn the_list_goes_on_by_key_when_it_is_long() {
    let app = App::start().await;
    app.set_limit("Acme", 1_000);
    for number in 0..120 {
        app.issue("Acme", &format!("System {number:03}"));
    }
    let mut alice = app.sign_in(ALICE).await;
    let mut path = "/tenant-api-keys".to_owned();
    let mut seen: Vec<String> = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = alice.get(&path).await;
        let names = page.words_of("a.name");
        sizes.push(names.len());
        page.shows(" of 120");
        seen.extend(names);
        // A key made meanwhile shifts nothing.
        app.issue("Acme", "Late comer");
        match page.link("Next") {
            Some(next) => path = next,
            None => break,
        }
        app.sql("DELETE FROM api_keys WHERE name = 'Late comer'");
    }
    let expected: Vec<String> = (0..120).rev().map(|n| format!("System {n:03}")).collect();
    assert_eq!(seen, expected);
    assert_eq!(sizes, [50, 50, 20]);
}

#[actix_web::test]
async fn a_forged_page_mark_is_refused() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for mark in [
        "1",
        "-1",
        "%27%20OR%201=1--",
        "99999999999999999999",
        "",
        "%00",
        "-5.00000000-0000-7000-8000-000000000000",
        "99999999999999999999.00000000-0000-7000-8000-000000000000",
        "1.00000000-0000-7000-8000-00000000000",
        "RVJQ.00000000-0000-7000-8000-000000000000",
    ] {
        let page = alice.get(&format!("/tenant-api-keys?cursor={mark}")).await;
        assert_eq!(page.status, 400, "{mark}");
        page.shows("start at the first page");
    }
    let end = alice
        .get("/tenant-api-keys?cursor=0.00000000-0000-7000-8000-000000000000")
        .await;
    end.shows("No more API keys");
}

#[actix_web::test]
async fn states_are_told_apart() {
    let app = App::start().await;
    app.issue_with("Acme", "Soon over", None, &[], Some(3 * 86_400));
    app.issue_with("Acme", "Short one", None, &[], Some(60));
    let off = app.issue("Acme", "Switched off");
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.clock.advance(chrono::TimeDelta::seconds(60));
    let page = app.sign_in(ALICE).await.get("/tenant-api-keys").await;
    for state in ["active", "expired", "disabled"] {
        page.has(&format!("tr.row-{state}"));
    }
    page.has(".tone-warn");
    page.has(".tone-bad");
    page.shows("in 2 days");
    page.shows("2 of 10 keys");
    assert_eq!(secret_in(&page.body), None);
}
