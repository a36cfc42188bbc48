//! Pages are compressed, and give nothing away by their size: no secret is compressed beside what somebody chose.

use std::collections::BTreeSet;

use crate::support::browser_like::Answer;
use crate::support::*;

/// Asks as a browser does that takes compressed answers.
async fn ask(
    person: &browser_like::Person,
    method: reqwest::Method,
    path: &str,
    fields: &[(&str, &str)],
) -> reqwest::Response {
    let mut request = person
        .request(method.clone(), path)
        .header("accept-encoding", "gzip, deflate, br, zstd");
    if method == reqwest::Method::POST {
        request = request.form(fields);
    }
    request.send().await.unwrap()
}

fn encoding(answer: &reqwest::Response) -> &str {
    let value = answer.headers().get("content-encoding");
    value
        .map(|value| value.to_str().unwrap())
        .unwrap_or_default()
}

#[actix_web::test]
async fn what_somebody_signed_in_reads_is_compressed() {
    let app = App::start().await;
    app.issue("Acme", "ERP");
    let alice = app.sign_in(ALICE).await;
    for path in [
        "/tenant-api-keys",
        "/tenant-api-keys?q=erp",
        "/usage",
        "/verifiers",
    ] {
        let answer = ask(&alice, reqwest::Method::GET, path, &[]).await;
        assert_eq!(encoding(&answer), "gzip", "{path}");
        let vary: Vec<_> = answer.headers().get_all("vary").iter().collect();
        assert!(
            format!("{vary:?}")
                .to_lowercase()
                .contains("accept-encoding"),
            "{vary:?}"
        );
    }
    let full: usize = 50;
    app.set_limit("Acme", 100);
    for number in 1..full {
        app.issue("Acme", &format!("System {number}"));
    }
    for htmx in [false, true] {
        let mut person = alice.clone();
        person.htmx = htmx;
        let answer = ask(&person, reqwest::Method::GET, "/tenant-api-keys", &[]).await;
        let size = answer.bytes().await.unwrap().len();
        println!("A list of {full} keys takes {size} bytes.");
        assert!(size <= 12 * 1024, "{size} bytes");
    }
    let plain = Answer::of(alice.request(reqwest::Method::GET, "/tenant-api-keys")).await;
    plain.shows("ERP");
}

#[actix_web::test]
async fn an_answer_that_may_hold_a_secret_and_a_page_for_strangers_are_not() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let token = alice.token("/tenant-api-keys/new").await;
    let fields = [
        ("csrf", token.as_str()),
        ("name", "ERP"),
        ("environment", "live"),
        ("group", "Full access"),
    ];
    let made = ask(&alice, reqwest::Method::POST, "/tenant-api-keys", &fields).await;
    assert_eq!((made.status().as_u16(), encoding(&made)), (201, ""));
    assert!(made.text().await.unwrap().contains("ks_live_"));
    let visitor = app.visitor();
    for path in ["/login", "/login?next=%2Fusage", "/setup?token=x"] {
        let answer = ask(&visitor, reqwest::Method::GET, path, &[]).await;
        assert_eq!(encoding(&answer), "", "{path}");
    }
}

#[actix_web::test]
async fn the_token_of_a_session_looks_different_on_each_page_and_counts_everywhere() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    let mut tokens = BTreeSet::new();
    for _ in 0..5 {
        let page = alice.get("/tenant-api-keys?q=csrf").await;
        tokens.insert(page.field("csrf"));
    }
    assert_eq!(tokens.len(), 5);
    for token in &tokens {
        let looked = alice
            .post(
                "/tenant-api-keys/lookup",
                &[("csrf", token), ("key", &key.secret)],
            )
            .await;
        looked.leads_to(&format!("/tenant-api-keys/{}", key.id));
    }
    // Half of one and half of another are none.
    let all: Vec<&String> = tokens.iter().collect();
    let mixed = format!("{}{}", &all[0][..64], &all[1][64..]);
    let refused = alice
        .post(
            "/tenant-api-keys/lookup",
            &[("csrf", &mixed), ("key", &key.secret)],
        )
        .await;
    assert_eq!(refused.status, 403);
}

#[actix_web::test]
async fn a_style_sheet_comes_in_the_smallest_form_that_is_accepted() {
    let app = App::start().await;
    let style = keystead::web::assets::url("css/app.css");
    for (accepted, coding) in [
        (Some("gzip, deflate, br, zstd"), "br"),
        (Some("gzip;q=0, BR ; q=0.5"), "br"),
        (Some("gzip"), "gzip"),
        (Some("br;q=0, gzip;q=0.2"), "gzip"),
        (Some("identity"), ""),
        (Some("identity;q=0, *;q=0"), ""),
        (Some("zstd"), ""),
        (None, ""),
    ] {
        let mut request = app.visitor().request(reqwest::Method::GET, style);
        if let Some(accepted) = accepted {
            request = request.header("accept-encoding", accepted);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(encoding(&answer), coding, "{accepted:?}");
    }
}
