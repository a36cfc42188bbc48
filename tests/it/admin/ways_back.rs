//! Whatever is done to a key from the list leads back to the list as it was.

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const LIST: &str = "/tenant-api-keys";
const SHOWN: &str = "/tenant-api-keys?q=sap&sort=name&view=cards";
const BACK: &str = "?back=%2Ftenant-api-keys%3Fq%3Dsap%26sort%3Dname%26view%3Dcards";

/// Follows the menu of the list to a question, and sends the form that it finds there.
async fn ask_and_do(
    alice: &mut Person,
    key: &Issued,
    what: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let question = format!("{}{BACK}", key.page(what));
    let list = alice.get(SHOWN).await;
    list.has(&format!("#row-menu[data-back='{BACK}']"));
    let page = alice.get(&question).await;
    page.has(&format!("[action='{question}']"));
    assert_eq!(page.link("Cancel").unwrap(), SHOWN);
    let csrf = page.field("csrf");
    let word = page.find_field("idempotency_key");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(word.as_deref().map(|word| ("idempotency_key", word)));
    all.extend_from_slice(fields);
    alice.post(&question, &all).await
}

#[actix_web::test]
async fn each_change_leads_back_to_the_list_as_it_was() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let off = format!("{}{BACK}", key.page("suspension"));
    alice.get(SHOWN).await.has(&format!("[action='{off}']"));
    alice.submit(SHOWN, &off, &[]).await.leads_to(SHOWN);
    // Undo, too.
    let on = format!("{}{BACK}", key.page("suspension/removal"));
    let list = alice.get(SHOWN).await;
    list.has(&format!(
        "form[method='post'][action='{on}'] > [name='csrf']"
    ));
    alice.submit(SHOWN, &on, &[]).await.leads_to(SHOWN);

    let fields = [("grace", "24h"), ("expiry", "keep")];
    let rotated = ask_and_do(&mut alice, &key, "rotation", &fields).await;
    assert_eq!(rotated.status, 201, "{}", rotated.body);
    rotated.has(&format!("[href='{SHOWN}&highlight={}']", key.id));
    ask_and_do(&mut alice, &key, "revocation", &[])
        .await
        .leads_to(SHOWN);
    ask_and_do(&mut alice, &key, "deletion", &[])
        .await
        .leads_to(SHOWN);
}

#[actix_web::test]
async fn a_way_back_leads_to_the_list_and_nowhere_else() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let whole = format!("/tenant-api-keys?q={}", key.secret);
    for strange in [
        "https://evil.test/tenant-api-keys",
        "//evil.test",
        "/settings",
        "/tenant-api-keys/new",
        "/tenant-api-keys@evil.test",
        "/tenant-api-keys\r\nSet-Cookie: a=b",
        "/tenant-api-keys?next=//evil.test",
        "/tenant-api-keys?cursor=made-up",
        "/tenant-api-keys?sort=nothing",
        &whole,
    ] {
        let query = serde_urlencoded::to_string([("back", strange)]).unwrap();
        for what in ["suspension", "suspension/removal"] {
            let path = format!("{}?{query}", key.page(what));
            alice.submit(LIST, &path, &[]).await.leads_to(LIST);
        }
        let question = format!("{}?{query}", key.page("revocation"));
        let asked = alice.get(&question).await;
        assert_eq!(asked.link("Cancel").unwrap(), LIST);
    }
}

#[actix_web::test]
async fn the_question_about_several_keys_leads_back_to_the_page_that_it_came_from() {
    let app = App::start().await;
    app.set_limit("Acme", 100);
    let keys: Vec<Issued> = (0..51)
        .map(|number| app.issue("Acme", &format!("System {number:02}")))
        .collect();
    let mut alice = app.sign_in(ALICE).await;
    let first = alice.get("/tenant-api-keys?sort=name").await;
    let second = first.attribute("[href*='sort=name&cursor=']", "href");
    let page = alice.get(&second).await;
    page.shows("System 50");
    let back = page.field("back");
    assert_eq!(back, second);
    let fields = [
        ("change", "disable"),
        ("key", keys[50].id.as_str()),
        ("back", back.as_str()),
    ];
    let asked = alice
        .submit(&second, "/tenant-api-keys/batch-plan", &fields)
        .await;
    asked.has(&format!("[href='{second}']"));
    alice
        .submit(&second, "/tenant-api-keys/batch", &fields)
        .await
        .leads_to(&second);
}

#[actix_web::test]
async fn the_counts_beside_the_filters_follow_a_change_of_one_key() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (key, other) = (app.issue("Acme", "SAP one"), app.issue("Acme", "SAP two"));
    app.issue("Acme", "Other");
    let token = alice.token(LIST).await;
    alice.htmx = true;
    let mut post = async |path: String| {
        let request = alice
            .request(reqwest::Method::POST, &path)
            .header("HX-Current-URL", "http://keys.test/tenant-api-keys?q=sap")
            .header("HX-Target", "tr#key")
            .form(&[("csrf", token.as_str())]);
        alice.send(request).await
    };
    let shows = |answer: &Answer, state: &str, count: &str| {
        let shown = answer.text_of(&format!("[hx-target='#count-{state}']"));
        assert_eq!(shown, count, "{state}");
    };
    let answer = post(key.page("suspension")).await;
    for (state, number) in [
        ("all", "2"),
        ("active", "1"),
        ("disabled", "1"),
        ("revoked", "0"),
    ] {
        shows(&answer, state, number);
    }
    let answer = post(other.page("revocation")).await;
    for (state, number) in [("active", "0"), ("disabled", "1"), ("revoked", "1")] {
        shows(&answer, state, number);
    }
    let answer = post(other.page("deletion")).await;
    for (state, number) in [("all", "1"), ("revoked", "0")] {
        shows(&answer, state, number);
    }
}

#[actix_web::test]
async fn the_filter_bar_sorts_without_scripts() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.issue("Acme", "SAP");
    let list = alice.get("/tenant-api-keys?sort=-name&view=cards").await;
    assert_eq!(list.field("sort"), "-name");
    let sort = |value: &str| list.text_of(&format!("[name='sort'] [value='{value}']"));
    assert_eq!(sort("-name"), "Name, Z to A");
    assert_eq!(sort(""), "Newest first");
    let fields = [
        ("q", ""),
        ("status", ""),
        ("expiration", ""),
        ("sort", "expires"),
        ("view", "cards"),
    ];
    alice
        .submit(LIST, "/tenant-api-keys/search", &fields)
        .await
        .leads_to("/tenant-api-keys?sort=expires&view=cards");
}
