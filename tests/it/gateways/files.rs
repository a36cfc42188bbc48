//! The files of `deploy/`, read: what a run can't show.

use crate::support::gateway::shipped;
use crate::support::*;

#[actix_web::test]
async fn the_shipped_files_name_every_header_that_keystead_sends() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let answer = app.system(&key.secret).get("/forward-auth").await;
    let sent: Vec<&str> = answer
        .headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| name.starts_with("x-keystead-"))
        .chain(["x-keystead-project-id", "x-keystead-warning"])
        .collect();
    assert!(sent.len() >= 7, "{sent:?}");
    for file in [
        "nginx/keystead.conf",
        "caddy/Caddyfile",
        "haproxy/keystead.lua",
    ] {
        let text = shipped(file).to_lowercase();
        for name in &sent {
            assert!(text.contains(name), "{file} lacks {name}");
        }
    }
    // These pass on whatever has the name in it.
    assert!(shipped("traefik/keystead.yml").contains("authResponseHeadersRegex: \"(?i)keystead\""));
    assert!(shipped("envoy/envoy.yaml").contains("prefix: x-keystead-,"));
}
