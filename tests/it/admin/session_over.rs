//! A session that is over: people are told so, and come back to where they were.

use chrono::TimeDelta;
use reqwest::Method;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const OVER: &str = "Your session is over. Sign in to go on where you were.";

/// Sends something from a page, as browsers say it.
async fn from(app: &App, person: &mut Person, page: &str, request: (Method, &str)) -> Answer {
    let referer = format!("{}{page}", app.base);
    let (method, path) = request;
    let mut request = person
        .request(method.clone(), path)
        .header("referer", referer);
    if method == Method::POST {
        request = request.form(&[("csrf", "0")]);
    }
    person.send(request).await
}

#[actix_web::test]
async fn a_click_after_the_end_says_so_and_leads_back() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.clock.advance(TimeDelta::hours(2));
    let wanted = "/tenant-api-keys?status=active&sort=name";
    let answer = alice.get(wanted).await;
    let sign_in = answer.header("location").to_owned();
    let page = alice.get(&sign_in).await;
    page.shows(OVER);
    assert_eq!(page.field("next"), wanted);
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", wanted)];
    let back = alice.submit(&sign_in, "/login", &fields).await;
    back.leads_to(wanted);
    assert_eq!(alice.get(wanted).await.status, 200);
}

#[actix_web::test]
async fn who_signed_out_in_another_tab_is_told_too() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    alice.submit(KEYS, "/logout", &[]).await.leads_to("/login");
    let list = "/tenant-api-keys?sort=name";
    let get = |path: &str| (Method::GET, path.to_owned());
    let post = |path: &str| (Method::POST, path.to_owned());
    let over = |word: &str| format!("/login?next=%2Ftenant-api-keys%3Fsort%3Dname&over={word}");
    for ((method, path), place) in [
        (
            get(KEYS),
            "/login?next=%2Ftenant-api-keys&over=page".to_owned(),
        ),
        (get("/usage/requests.csv"), over("page")),
        (post(&key.page("revocation")), over("form")),
        (post(&key.page("suspension")), over("form")),
        (post("/logout"), over("form")),
        (post("/theme"), over("form")),
    ] {
        let answer = from(&app, &mut alice, list, (method, &path)).await;
        answer.leads_to(&place);
    }
    alice
        .get(&over("form"))
        .await
        .shows("Your session is over, so nothing was changed. Sign in to go on where you were.");
    // A dialog is no place to come back to: the page below it is.
    alice.htmx = true;
    let answer = from(
        &app,
        &mut alice,
        list,
        (Method::GET, &key.page("revocation")),
    )
    .await;
    assert_eq!(answer.header("hx-redirect"), over("page"));
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn strangers_are_only_asked_to_sign_in() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    let docs = "/api/docs";
    from(&app, &mut visitor, docs, (Method::GET, KEYS))
        .await
        .leads_to("/login?next=%2Ftenant-api-keys");
    let page = visitor.get("/login?next=%2Ftenant-api-keys").await;
    page.shows("Sign in to continue.");
    page.hides("session is over");
    visitor.get("/").await.leads_to("/login");
    visitor.get("/login").await.lacks(".callout");
    // What another site says of where somebody was is not followed.
    let elsewhere = visitor
        .request(Method::POST, "/settings")
        .header("referer", "https://evil.test/tenant-api-keys");
    visitor.send(elsewhere).await.leads_to("/login?next=%2F");
}

#[actix_web::test]
async fn nobody_is_sent_to_an_address_that_only_takes_forms() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let of_pages = [
        "fn pages(",
        "fn of_people(",
        "fn of_integrations(",
        "fn support(",
    ]
    .map(routes::routes_after)
    .concat();
    let shown = |path: &str| of_pages.contains(&("PAGE".to_owned(), path));
    let forms = of_pages
        .iter()
        .filter(|(method, path)| method == "POST" && !shown(path));
    let mut count = 0;
    for (_, path) in forms {
        let path = path.replace("{id}", &key.id);
        let query = serde_urlencoded::to_string([("next", &path)]).unwrap();
        let page = app.visitor().get(&format!("/login?{query}")).await;
        assert_eq!(page.field("next"), "/", "{path}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[actix_web::test]
async fn a_browser_without_cookies_is_told_what_signing_in_needs() {
    for insecure in [false, true] {
        let app = App::start_with(|config| config.insecure_cookie = insecure, true).await;
        let mut visitor = app.visitor();
        let token = visitor.token("/login").await;
        visitor.cookies.clear();
        let fields = [
            ("csrf", &*token),
            ("email", ALICE),
            ("password", PASSWORD),
            ("next", ""),
        ];
        let page = visitor.post("/login", &fields).await;
        assert_eq!(page.status, 403);
        page.shows("Signing in needs cookies, and your browser sent none.");
        assert_eq!(page.says("https"), !insecure);
        page.hides("out of date");
        page.has("form[action='/login'] [name='password']");
        assert_eq!(app.rows("sessions"), 0);
    }
    let app = App::start_empty().await;
    let link = app.setup_link.clone().unwrap();
    let link = link.strip_prefix(&app.base).unwrap();
    let mut visitor = app.visitor();
    let token = visitor.token(link).await;
    visitor.cookies.clear();
    let answer = visitor.post("/setup", &[("csrf", &token)]).await;
    assert_eq!(answer.status, 403);
    answer.shows("Allow cookies for this address");
}
