//! Choosing one key of many by typing, on the usage page and in the request log.

use serde_json::json;

use crate::support::app::Issued;
use crate::support::*;

const USAGE: &str = "/usage";

/// Acme with two keys of like names and a third; each was used.
async fn acme() -> (App, [Issued; 3]) {
    let app = App::start().await;
    let keys = ["ERP north", "ERP south", "Grafana"].map(|name| app.issue("Acme", name));
    app.issue("Globex", "ERP of Globex");
    for key in &keys {
        app.ask(key, json!({})).await;
    }
    app.recorded(3).await;
    (app, keys)
}

fn asking(page: &str, typed: &str) -> String {
    let query = serde_urlencoded::to_string([("key", typed)]).unwrap();
    format!("{page}?{query}")
}

#[actix_web::test]
async fn what_is_typed_is_offered_as_the_keys_that_it_finds() {
    let (app, keys) = acme().await;
    let mut vera = app.sign_in(VERA).await;
    let text = |key: &Issued, name: &str| format!("{name} ks_live_…{}", key.last4());
    let (north, south) = (text(&keys[0], "ERP north"), text(&keys[1], "ERP south"));
    for (typed, expected) in [
        ("erp", vec![&north, &south]),
        ("SOUTH", vec![&south]),
        (keys[0].last4(), vec![&north]),
        ("globex", vec![]),
        // A whole key is not looked for: it has been in the address now.
        (&keys[0].secret, vec![]),
    ] {
        let part = vera.get(&asking("/usage/keys", typed)).await;
        assert!(part.is_part());
        let offered = part.attributes("option", "value");
        assert_eq!(offered, expected.into_iter().cloned().collect::<Vec<_>>());
    }
    let page = vera.get(USAGE).await;
    assert_eq!(page.count("datalist option"), 3);
}

#[actix_web::test]
async fn a_text_that_means_one_key_chooses_it_on_both_pages() {
    let (app, keys) = acme().await;
    let mut vera = app.sign_in(VERA).await;
    let whole = format!("ERP south ks_live_…{}", keys[1].last4());
    for typed in ["south", &whole, &keys[1].id] {
        let usage = vera.get(&asking(USAGE, typed)).await;
        assert_eq!(usage.field("key"), whole, "{typed}");
        assert!(usage.text_of(".tile-number").starts_with('1'));
        let log = vera.get(&asking(LOG, typed)).await;
        assert_eq!(log.status, 200);
        assert_eq!(log.field("key"), whole, "{typed}");
        assert_eq!(log.count("#request-rows tr"), 1);
    }
    // The address names the key, whatever is called like it later.
    vera.htmx = true;
    let part = vera.get(&asking(USAGE, "south")).await;
    let address = format!("/usage?range=7d&key={}", keys[1].id);
    assert_eq!(part.header("hx-replace-url"), address);
    let part = vera.get(&asking(LOG, "south")).await;
    let address = format!("{LOG}?key={}", keys[1].id);
    assert_eq!(part.header("hx-replace-url"), address);
}

#[actix_web::test]
async fn a_text_of_several_keys_asks_which_and_one_of_none_says_so() {
    let (app, keys) = acme().await;
    let mut vera = app.sign_in(VERA).await;
    let several = vera
        .get(&asking("/usage?range=24h&environment=&", "erp").replace("?key", "key"))
        .await;
    several.shows("Several keys match “erp”");
    let north = several.link(&format!("ERP north ks_live_…{}", keys[0].last4()));
    let of_key = format!("/usage?range=24h&key={}", keys[0].id);
    assert_eq!(north, Some(of_key));
    let none = vera.get(&asking(USAGE, "globex")).await;
    none.shows("No key matches “globex”");
    for (typed, told) in [
        ("erp", "Several keys match."),
        ("globex", "No key matches."),
    ] {
        let log = vera.get(&asking(LOG, typed)).await;
        assert_eq!(log.status, 422);
        assert!(log.text_of("#key-error").starts_with(told), "{typed}");
        assert_eq!(log.field("key"), typed);
        assert_eq!(log.count("#request-rows tr"), 0);
    }
}

#[actix_web::test]
async fn a_whole_key_in_the_field_is_told_and_not_shown_again() {
    let (app, keys) = acme().await;
    let mut vera = app.sign_in(VERA).await;
    for page in [USAGE, LOG] {
        let answer = vera.get(&asking(page, &keys[0].secret)).await;
        answer.shows("treat the key as leaked");
        answer.hides(&keys[0].secret);
    }
}

#[actix_web::test]
async fn refusals_have_a_strip_of_their_own_scale() {
    let app = App::start().await;
    let (erp, off) = (app.issue("Acme", "ERP"), app.issue("Acme", "Old ERP"));
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.use_key(&erp, 3).await;
    let mut vera = app.sign_in(VERA).await;
    vera.get(USAGE).await.lacks(".strip");
    app.use_key(&off, 2).await;
    let page = vera.get(USAGE).await;
    page.shows("Refused, on a scale of its own: at most 2 in an hour");
    let label = page.attribute(".strip.is-refused", "aria-label");
    assert_eq!(
        label,
        "Refused by hour: 2 requests in all, at most 2 in an hour"
    );
}

#[actix_web::test]
async fn a_keys_page_draws_its_last_seven_days() {
    let app = App::start().await;
    let erp = app.issue("Acme", "ERP");
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get(&format!("/tenant-api-keys/{}", erp.id)).await;
    page.shows("No requests in the last 7 days.");
    app.use_key(&erp, 3).await;
    let page = vera.get(&format!("/tenant-api-keys/{}", erp.id)).await;
    let label = page.attribute(".strip.is-accepted", "aria-label");
    assert_eq!(
        label,
        "Accepted by hour: 3 requests in all, at most 3 in an hour"
    );
    page.lacks(".strip.is-refused");
}

#[actix_web::test]
async fn a_grey_line_says_why_and_an_empty_one_that_nothing_came() {
    let app = App::start().await;
    let erp = app.issue("Acme", "ERP");
    app.use_key(&erp, 3).await;
    app.issue("Acme", "New");
    let off = "disabled_at = '2026-11-20 11:00:00'";
    app.alter_key(&erp, off);
    let page = app
        .sign_in(VERA)
        .await
        .get("/tenant-api-keys?sort=name")
        .await;
    let labels = page.attributes("svg.spark", "aria-label");
    assert!(
        labels[0].ends_with("3. Refused now: the key is disabled"),
        "{labels:?}"
    );
    assert_eq!(labels[1], "No requests in the last 7 days");
    assert_eq!(page.words_of("svg.spark title"), labels);
}
