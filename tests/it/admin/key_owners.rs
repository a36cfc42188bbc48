//! Who looks after a key: in forms, in lists, and when they leave.

use super::key_edits::{fields, place, send};
use crate::support::browser_like::Person;
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const NEW: &str = "/tenant-api-keys/new";

/// Generates a key in the form; `owner` as typed.
async fn generate(app: &App, person: &mut Person, name: &str, owner: &str) -> app::Issued {
    let group = app.group("Acme", "Full access");
    let input = [
        ("name", name),
        ("environment", "live"),
        ("group", &*group),
        ("owner", owner),
    ];
    let made = person.submit(NEW, KEYS, &input).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = direct::text(
        &app.db,
        &format!("SELECT id AS t FROM api_keys WHERE name = '{name}'"),
    );
    app::Issued {
        id,
        secret: String::new(),
    }
}

#[actix_web::test]
async fn a_key_belongs_to_who_makes_it_unless_somebody_else_is_named() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (name, typed, shown) in [
        ("Mine", "", "Alice Archer"),
        ("Veras", " VERA@acme.test ", "Vera Viewer"),
        ("Plants", "Plant IT, extension 12", "Plant IT, extension 12"),
        ("Strangers", "bob@globex.test", "bob@globex.test"),
    ] {
        let key = generate(&app, &mut alice, name, typed).await;
        let page = alice.get(&place(&key)).await;
        assert!(
            page.words_of(".key-facts dd").contains(&shown.to_owned()),
            "{}",
            page.body
        );
    }
    let list = alice.get(KEYS).await;
    list.shows("Owner: Plant IT, extension 12");
    let long = "x".repeat(101);
    let group = app.group("Acme", "Full access");
    let input = [
        ("name", "Long"),
        ("environment", "live"),
        ("group", &*group),
        ("owner", &*long),
    ];
    let refused = alice.submit(NEW, KEYS, &input).await;
    assert_eq!(refused.status, 422);
    refused.has("#owner[aria-invalid='true']");
    assert_eq!(refused.field("owner"), long);
}

#[actix_web::test]
async fn an_owner_is_changed_searched_and_filtered_by() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (erp, _) = (
        generate(&app, &mut alice, "ERP", "").await,
        generate(&app, &mut alice, "Payroll", "Plant IT").await,
    );
    let edit = erp.page("edit");
    assert_eq!(alice.get(&edit).await.field("owner"), ALICE);
    let changed = fields(&mut alice, &edit, &[("owner", VERA)]).await;
    send(&mut alice, &edit, &changed)
        .await
        .leads_to(&place(&erp));
    let page = alice.get(&place(&erp)).await;
    page.shows("Owner: Alice Archer → Vera Viewer");
    for (search, name) in [("vera", "ERP"), (VERA, "ERP"), ("plant", "Payroll")] {
        let found = alice.get(&format!("{KEYS}?q={search}")).await;
        assert_eq!(found.words_of("a.name"), [name], "{search}");
    }
    let vera = direct::text(
        &app.db,
        &format!("SELECT id AS t FROM users WHERE email = '{VERA}'"),
    );
    let theirs = format!("{KEYS}?owner={vera}");
    assert_eq!(alice.get(&theirs).await.words_of("a.name"), ["ERP"]);
    let members = alice.get("/members").await;
    assert_eq!(members.link("1 key"), Some(theirs));
    // Nobody is an answer too, and stands out.
    let nobody = fields(&mut alice, &edit, &[("owner", "")]).await;
    send(&mut alice, &edit, &nobody)
        .await
        .leads_to(&place(&erp));
    alice
        .get(KEYS)
        .await
        .shows("1 active key has no owner who is still a member");
    let found = alice.get(&format!("{KEYS}?need=ownerless")).await;
    assert_eq!(found.words_of("a.name"), ["ERP"]);
}

#[actix_web::test]
async fn whoever_leaves_hands_their_keys_over_or_leaves_them_to_be_found() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = generate(&app, &mut alice, "ERP", VERA).await;
    let vera = direct::text(
        &app.db,
        &format!("SELECT id AS t FROM users WHERE email = '{VERA}'"),
    );
    let removal = format!("/members/{vera}/removal");
    alice
        .get(KEYS)
        .await
        .hides("no owner who is still a member");
    let ask = alice.get(&removal).await;
    ask.shows("Keys they look after ERP");
    ask.has(&format!("[name='owner'][value='{ALICE}'][checked]"));
    alice
        .submit(&removal, &removal, &[("owner", "")])
        .await
        .leads_to("/members");
    alice
        .get(&place(&key))
        .await
        .shows("Vera Viewer (no longer a member)");
    alice
        .get(KEYS)
        .await
        .shows("1 active key has no owner who is still a member");
    // An edit of something else keeps who it was.
    let edit = key.page("edit");
    let renamed = fields(&mut alice, &edit, &[("name", "ERP 2")]).await;
    send(&mut alice, &edit, &renamed)
        .await
        .leads_to(&place(&key));
    alice
        .get(&place(&key))
        .await
        .shows("Vera Viewer (no longer a member)");
}

#[actix_web::test]
async fn a_new_owner_is_chosen_with_the_removal() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = generate(&app, &mut alice, "ERP", VERA).await;
    let vera = direct::text(
        &app.db,
        &format!("SELECT id AS t FROM users WHERE email = '{VERA}'"),
    );
    let removal = format!("/members/{vera}/removal");
    alice
        .submit(&removal, &removal, &[("owner", ALICE)])
        .await
        .leads_to("/members");
    let page = alice.get(&place(&key)).await;
    page.shows("Owner: Vera Viewer → Alice Archer");
    assert_eq!(
        app.audit(&key),
        [
            format!("key.created by {ALICE}"),
            format!("key.updated by {ALICE}")
        ]
    );
}
