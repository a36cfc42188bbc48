//! Third parties' secrets on their way through the product.

use super::Watch;
use crate::support::browser_like::Person;
use crate::support::process::Server;

/// A third party's secret: saved on a page and by a system, given to a system that may have it, and shown to nobody.
pub async fn look(watch: &mut Watch, server: &Server, alice: &mut Person, key: &str) {
    let (mine, shared) = (random_secret(), random_secret());
    watch.secrets.extend([mine.clone(), shared.clone()]);
    let system = server.system(key);
    let made = serde_json::json!({ "name": "Canary" });
    let project = system.post("/api/v1/projects", made).await.json();
    let project = project["id"].as_str().unwrap().to_owned();
    let page = "/integrations/openai";
    let form = format!("{page}/credentials/new");
    let create = format!("{page}/credentials");
    for fields in [
        &[("fields.api_key", &*shared), ("expires_at", "2001-01-01")][..],
        &[("fields.api_key", &shared), ("fields.other", &shared)],
        &[("fields.api_key", &shared)],
    ] {
        watch.keep(
            "the form of a credential",
            alice.submit(&form, &create, fields).await,
        );
    }
    let own = format!("/api/v1/projects/{project}/integrations/openai");
    for body in [
        serde_json::json!({ "fields": { "api_key": mine, "other": mine } }),
        serde_json::json!({ "fields": { "api_key": mine }, "name": mine }),
        serde_json::json!({ "fields": { "api_key": mine }, mine.as_str(): 1 }),
        serde_json::json!({ "fields": { "api_key": mine } }),
    ] {
        let answer = system.post(&format!("{own}/credentials"), body).await;
        watch.keep("a credential saved by a system", answer);
    }
    let given = system.get(&format!("{own}/credential")).await;
    assert_eq!(given.json()["fields"]["api_key"], mine, "{}", given.body);
    for path in ["/api/v1/integrations", &own] {
        watch.keep(path, system.get(path).await);
    }
    for path in [
        "/integrations".to_owned(),
        page.into(),
        form,
        format!("{page}/switch-off"),
        format!("/projects/{project}/integrations"),
        format!("/projects/{project}/integrations/openai"),
        format!("/projects/{project}/integrations/openai/override-removal"),
    ] {
        watch.keep(&path, alice.get(&path).await);
    }
}

/// Looks like a secret of OpenAI.
fn random_secret() -> String {
    let word = || uuid::Uuid::new_v4().simple().to_string();
    format!("sk-canary_{}{}", word(), word())
}
