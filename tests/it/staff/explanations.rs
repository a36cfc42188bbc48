//! Support explains a request of a tenant by its id.

use serde_json::json;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const EXPLAIN: &str = "/support/explain";

async fn explained(sam: &mut Person, id: &str) -> Answer {
    sam.submit(EXPLAIN, EXPLAIN, &[("request", id)]).await
}

#[actix_web::test]
async fn support_learns_why_and_neither_address_nor_path_unless_the_tenant_allows_it() {
    let app = App::start().await;
    let allowed = ["203.0.113.0/24"];
    let key = app.issue_with("Acme", "ERP", None, &allowed, None);
    let asked = json!({ "ip": "198.51.100.7", "method": "GET", "path": "/plants/7" });
    let (refused, code) = app.ask(&key, asked).await;
    assert_eq!(code, "IP_DENIED");
    let inside = json!({ "ip": "203.0.113.9", "path": "/plants/8" });
    let (accepted, _) = app.ask(&key, inside).await;
    app.recorded(2).await;
    let mut sam = app.sam().await;
    sam.get(EXPLAIN).await.has("#request");
    for id in [&refused, &accepted] {
        let page = explained(&mut sam, id).await;
        assert_eq!(page.status, 200);
        page.shows("Acme");
        page.shows("ERP");
        for hidden in ["198.51.100.7", "203.0.113", "/plants", &key.secret] {
            page.hides(hidden);
        }
    }
    let page = explained(&mut sam, &refused.to_uppercase()).await;
    page.shows("IP_DENIED");
    page.shows("It was not. The tenant does not show addresses to support.");
    page.shows("What would have passed");
    let looks = "SELECT count(*) AS n FROM audit_events WHERE action = 'request.explained' AND actor_name = 'Sam Stone' \
                 AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(looks), 3);
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get("/audit")
        .await
        .shows("Explained a request of key ERP");
    let page = format!("/tenant-api-keys/{}", key.id);
    alice.get(&page).await.shows("Request explained by support");
    // An admin allows it, which is on record.
    alice
        .get("/settings")
        .await
        .lacks("#support_sees_addresses[checked]");
    let on = [("support_sees_addresses", "on")];
    alice
        .submit("/settings", "/settings", &on)
        .await
        .leads_to("/settings");
    alice
        .get("/settings")
        .await
        .has("#support_sees_addresses[checked]");
    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'settings.changed' \
               AND detail LIKE '%\"after\":{\"support_sees_addresses\":true}%'";
    assert_eq!(app.number(row), 1);
    let page = explained(&mut sam, &refused).await;
    page.shows("The caller was at 198.51.100.7, which is not in 203.0.113.0/24.");
    page.shows("GET /plants/7");
}

#[actix_web::test]
async fn nothing_is_known_of_other_ids() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let rows = app.audit_rows();
    let secret = app.issue("Acme", "ERP").secret;
    for (id, told) in [
        (
            "0199c0de0199c0de0199c0de0199c0de",
            "Nothing is known by this id",
        ),
        ("nothing", "A request id has 32 characters"),
        ("", "A request id has 32 characters"),
        (&secret, "This is a key"),
    ] {
        let page = explained(&mut sam, id).await;
        assert_eq!(page.status, 422, "{id}");
        page.shows(told);
        page.hides(&secret);
    }
    // One key.
    assert_eq!(app.audit_rows(), rows + 1);
    // A text that is no key of ours belongs to no tenant.
    let answer = app
        .asker()
        .post("/api/v1/verify", json!({ "key": "ks_live_x" }))
        .await;
    let id = answer.json()["request_id"].as_str().unwrap().to_owned();
    let page = explained(&mut sam, &id).await;
    assert_eq!(page.status, 200);
    page.shows("does not have the form of a key");
}
