//! Keys of projects in the pages.

use super::key_edits::{fields, place, send};
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const NEW: &str = "/tenant-api-keys/new";

#[actix_web::test]
async fn a_key_is_generated_in_a_project_and_moved_to_another() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(NEW).await.lacks("#project");
    let shop = app.add_project("Acme", "Shop");
    let depot = app.add_project("Acme", "Depot");
    app.add_project("Globex", "Theirs");
    app.add_project("Acme", "Old");
    app.sql("UPDATE projects SET archived_at = '2026-11-20 11:30:00' WHERE name = 'Old'");
    let form = alice.get(NEW).await;
    assert_eq!(
        form.words_of("#project option"),
        ["Whole organization", "Depot", "Shop"]
    );
    let group = app.group("Acme", "Full access");
    let input = [
        ("name", "ERP"),
        ("environment", "live"),
        ("group", &*group),
        ("project", &*shop),
    ];
    let made = alice.submit(NEW, KEYS, &input).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let ids = alice.get(KEYS).await.attributes("a.name", "href");
    let id = ids[0].rsplit('/').next().unwrap();
    let key = app::Issued {
        id: id.split('?').next().unwrap().to_owned(),
        secret: String::new(),
    };
    alice.get(&place(&key)).await.shows("Shop");

    let edit = key.page("edit");
    assert_eq!(alice.get(&edit).await.field("project"), shop);
    let changed = fields(&mut alice, &edit, &[("project", &depot)]).await;
    send(&mut alice, &edit, &changed)
        .await
        .leads_to(&place(&key));
    let page = alice.get(&place(&key)).await;
    page.shows("Project: Shop → Depot");
    // Without the field it stays, and an empty one is the whole organization.
    let kept = fields(&mut alice, &edit, &[("name", "ERP 2")]).await;
    send(&mut alice, &edit, &kept).await.leads_to(&place(&key));
    assert_eq!(alice.get(&edit).await.field("project"), depot);
    let freed = fields(&mut alice, &edit, &[("project", "")]).await;
    send(&mut alice, &edit, &freed).await.leads_to(&place(&key));
    let page = alice.get(&place(&key)).await;
    page.shows("Project: Depot → whole organization");
    assert_eq!(alice.get(&edit).await.field("project"), "");
}

#[actix_web::test]
async fn a_wrong_project_comes_back_with_what_was_typed() {
    let app = App::start().await;
    app.add_project("Acme", "Shop");
    let theirs = app.add_project("Globex", "Theirs");
    let mut alice = app.sign_in(ALICE).await;
    let group = app.group("Acme", "Full access");
    for project in [&*theirs, MISSING, "Shop"] {
        let input = [
            ("name", "ERP"),
            ("environment", "live"),
            ("group", &*group),
            ("project", project),
        ];
        let refused = alice.submit(NEW, KEYS, &input).await;
        assert_eq!(refused.status, 422, "{project}");
        refused.shows("Choose one of this tenant's projects");
        refused.has("#project[aria-invalid='true']");
        assert_eq!(refused.field("name"), "ERP");
    }
    assert_eq!(app.rows("api_keys"), 0);
}
