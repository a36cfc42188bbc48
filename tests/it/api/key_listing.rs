//! Listing keys with a key.

use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::system::KEYS;
use crate::support::*;

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let list = answer.json();
    let list = list.as_array().unwrap();
    list.iter()
        .map(|key| key["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The path of the `Link` header with `rel="next"`.
fn next(app: &App, answer: &Answer) -> Option<String> {
    let link = answer.header("link");
    if link.is_empty() {
        return None;
    }
    let (target, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(rest, "; rel=\"next\"");
    Some(target.strip_prefix(&app.base).unwrap().to_owned())
}

#[actix_web::test]
async fn the_list_is_a_bare_array_newest_first() {
    let app = App::start().await;
    let keys = [app.issue("Acme", "One"), app.issue("Acme", "Two")];
    app.issue("Globex", "Theirs");
    let answer = app.system(&keys[0].secret).get(KEYS).await;
    assert_eq!(names(&answer), ["Two", "One"]);
    assert_eq!(answer.header("link"), "");
    for key in &keys {
        answer.hides(&key.secret);
        answer.hides(&key.secret[8..]);
    }
}

#[actix_web::test]
async fn links_lead_through_all_keys_whatever_happens_meanwhile() {
    let app = App::start().await;
    app.set_limit("Acme", 1_000);
    let first = app.issue("Acme", "Key 000");
    for number in 1..230 {
        app.issue("Acme", &format!("Key {number:03}"));
    }
    let system = app.system(&first.secret);
    let (mut seen, mut path) = (Vec::new(), format!("{KEYS}?limit=100"));
    loop {
        let page = system.get(&path).await;
        seen.extend(names(&page));
        app.issue("Acme", "Late comer");
        match next(&app, &page) {
            Some(link) => path = link,
            None => break,
        }
    }
    let expected: Vec<String> = (0..230).rev().map(|n| format!("Key {n:03}")).collect();
    assert_eq!(seen, expected);
    // Without a limit all of them come, up to a thousand.
    let all = system.get(KEYS).await;
    assert_eq!(names(&all).len(), 233);
    assert_eq!(next(&app, &all), None);
    assert_eq!(
        names(&system.get(&format!("{KEYS}?limit=1000")).await).len(),
        233
    );
    assert_eq!(
        names(&system.get(&format!("{KEYS}?limit=1")).await).len(),
        1
    );
}

#[actix_web::test]
async fn a_limit_or_mark_out_of_range_is_refused() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "limit=99999999999999999999",
        "limit=",
        "cursor=",
        "cursor=1",
        "cursor=-1",
        "cursor=%27%20OR%201%3D1",
        "cursor=99999999999999999999999",
        "limit=1&limit=2",
        "offset=10",
    ] {
        system.get(&format!("{KEYS}?{query}")).await.problem(400);
    }
    // A mark of the right shape is only a place in one's own list.
    let theirs = app.issue("Globex", "Theirs");
    assert_eq!(
        names(
            &system
                .get(&format!("{KEYS}?cursor=9223372036854775807.{}", theirs.id))
                .await
        ),
        ["Admin"]
    );
    let end = system.get(&format!("{KEYS}?cursor=0.{MISSING}")).await;
    assert_eq!(end.json(), json!([]));
}

#[actix_web::test]
async fn a_key_deleted_from_the_list_is_not_listed() {
    let app = App::start().await;
    let (admin, gone) = (app.issue("Acme", "Admin"), app.issue("Acme", "Gone"));
    let system = app.system(&admin.secret);
    system.delete(&gone.resource()).await;
    let mut alice = app.sign_in(ALICE).await;
    alice
        .submit(&gone.page("deletion"), &gone.page("deletion"), &[])
        .await
        .leads_to("/tenant-api-keys");
    assert_eq!(names(&system.get(KEYS).await), ["Admin"]);
    system.get(&gone.resource()).await.problem(404);
    system.delete(&gone.resource()).await.problem(404);
}

#[actix_web::test]
async fn filters_combine_and_links_carry_them() {
    let app = App::start().await;
    app.set_limit("Acme", 100);
    let admin = app.issue("Acme", "Admin");
    for number in 0..5 {
        app.issue_with("Acme", &format!("Short {number}"), None, &[], Some(60));
        app.issue_with("Acme", &format!("Soon {number}"), None, &[], Some(86_400));
    }
    let gone = app.issue("Acme", "Gone (soon)");
    let system = app.system(&admin.secret);
    system.delete(&gone.resource()).await;
    let over = app.issue_with("Acme", "Left", None, &[], Some(86_400));
    system.delete(&over.resource()).await;
    app.clock.advance(chrono::TimeDelta::seconds(60));
    for (query, expected) in [
        ("status=active", 6),
        ("status=expired", 5),
        ("status=revoked", 2),
        ("status=disabled", 0),
        ("expiration=expiring-soon", 5),
        ("expiration=expired&status=expired&q=SHORT", 5),
        ("expiration=valid&q=short", 0),
        ("q=soon&status=revoked", 1),
        ("q=%25", 0),
        ("status=&expiration=&q=", 13),
    ] {
        let answer = system.get(&format!("{KEYS}?{query}")).await;
        assert_eq!(names(&answer).len(), expected, "{query}");
    }
    let mut path = format!("{KEYS}?q=soon&status=active&limit=2");
    let mut seen = Vec::new();
    loop {
        let page = system.get(&path).await;
        seen.extend(names(&page));
        match next(&app, &page) {
            Some(link) => path = link,
            None => break,
        }
        assert!(path.contains("q=soon&status=active"), "{path}");
    }
    let expected: Vec<String> = (0..5).rev().map(|n| format!("Soon {n}")).collect();
    assert_eq!(seen, expected);
}

#[actix_web::test]
async fn a_filter_that_makes_no_sense_is_refused_and_so_is_a_key_in_it() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    for query in [
        "status=gone",
        "status=Active",
        "expiration=never",
        "expiration=soon",
        "q=a&q=b",
        "sort=name",
        &format!("q={}", "x".repeat(201)),
    ] {
        system.get(&format!("{KEYS}?{query}")).await.problem(400);
    }
    let answer = system.get(&format!("{KEYS}?q={}", admin.secret)).await;
    answer.problem(400);
    answer.hides(&admin.secret);
}

#[actix_web::test]
async fn the_list_can_be_that_of_one_project() {
    let app = App::start().await;
    let shop = app.add_project("Acme", "Shop");
    let theirs = app.add_project("Globex", "Theirs");
    let keys = ["One", "Two", "Three"].map(|name| app.issue("Acme", name));
    for key in &keys[..2] {
        app.alter_key(key, &format!("project_id = '{shop}'"));
    }
    let system = app.system(&keys[2].secret);
    let page = system.get(&format!("{KEYS}?project={shop}&limit=1")).await;
    assert_eq!(names(&page), ["Two"]);
    let rest = system.get(&next(&app, &page).unwrap()).await;
    assert_eq!(names(&rest), ["One"]);
    assert_eq!(next(&app, &rest), None);
    for none in [&*theirs, MISSING] {
        let page = system.get(&format!("{KEYS}?project={none}")).await;
        assert_eq!(page.body, "[]");
    }
    let wrong = system.get(&format!("{KEYS}?project=Shop")).await;
    wrong.problem(400);
}
