//! Rows about long lists keep what came and what went, not both lists.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::*;

/// So many addresses, the first of which ends in `.from`.
fn addresses(net: u32, count: u32) -> Vec<String> {
    (0..count)
        .map(|n| format!("10.{net}.{}.{}", n / 250, n % 250))
        .collect()
}

fn detail_of(app: &App, key: &app::Issued) -> Value {
    let newest = app.events(&key.id).pop().unwrap();
    assert_eq!(newest.action, "key.updated");
    assert!(newest.detail.len() < 4_000, "{}", newest.detail.len());
    serde_json::from_str(&newest.detail).unwrap()
}

#[actix_web::test]
async fn a_list_of_a_thousand_that_goes_to_and_fro_leaves_short_rows_that_tell_it_all() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Globex", "Admin"), app.issue("Globex", "ERP"));
    let system = app.system(&admin.secret);
    let (one, other) = (addresses(1, 1_000), addresses(2, 1_000));
    let mut mixed = one.clone();
    mixed[0] = "192.0.2.1".into();
    for list in [&one, &other, &one, &mixed] {
        let body = json!({ "ip_allowlist": list });
        let answer = system.patch(&key.resource(), body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let kept = answer.json()["ip_allowlist"].clone();
        let kept: Vec<String> = serde_json::from_value(kept).unwrap();
        let change = &detail_of(&app, &key)["after"]["ip_allowlist"];
        assert_eq!(change["count"], 1_000);
        let digest = Sha256::digest(kept.join("\n"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(change["sha256"], digest);
        let named = |member: &str| change[member].as_array().unwrap().len();
        assert!(named("added") + named("removed") <= 100);
    }
    let last = &detail_of(&app, &key)["after"]["ip_allowlist"];
    assert_eq!(last["added"], json!(["192.0.2.1"]));
    assert_eq!(last["removed"], json!(["10.1.0.0"]));
    let mut bob = app.sign_in(BOB).await;
    let page = bob.get("/audit?action=key.updated").await;
    page.shows("added 192.0.2.1; removed 10.1.0.0; 1,000 in all");
    page.shows("and 950 more; removed");
    let page = bob.get(&format!("/tenant-api-keys/{}", key.id)).await;
    page.shows("IP allowlist: 1 range added, 1 removed");
    page.shows("IP allowlist: 1,000 ranges added, 1,000 removed");
    // As rows were before.
    let old = json!({
        "before": { "ip_allowlist": ["10.0.0.0/8"] },
        "after": { "ip_allowlist": ["10.1.0.0/16", "192.0.2.7"] },
    });
    app.sql(&format!(
        "UPDATE audit_events SET detail = '{old}' WHERE action = 'key.updated'"
    ));
    let page = bob.get("/audit?action=key.updated").await;
    page.shows("10.1.0.0/16, 192.0.2.7");
    let page = bob.get(&format!("/tenant-api-keys/{}", key.id)).await;
    page.shows("IP allowlist: 2 ranges added, 1 removed");
}
