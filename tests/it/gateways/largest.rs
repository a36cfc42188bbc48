//! The largest identity that Keystead gives out.

use chrono::{TimeDelta, Utc};
use reqwest::Method;
use serde_json::json;

use crate::support::browser_like::{Answer, Person};
use crate::support::gateway::{Gateway, Kind};
use crate::support::system::KEYS;

/// Everything as long as it may be: 100 scopes, of 129 letters but for the one that lets it pass, and a name of 200
/// letters with four bytes each.
pub async fn the_largest_identity_reaches_the_api_whole(kind: Kind) {
    let gateway = Gateway::start(kind);
    let mut scopes: Vec<String> = (0..99)
        .map(|number| format!("{number:0>64}:{}", "w".repeat(64)))
        .collect();
    scopes.push("work-orders:*".into());
    let (group, name) = ("\u{1f69a}".repeat(80), "\u{1f511}".repeat(200));
    let wish = json!({ "name": group, "scopes": scopes });
    gateway
        .make("/api/v1/auth/authorization-groups", wish)
        .await;
    let shop = gateway
        .make("/api/v1/projects", json!({ "name": "Shop" }))
        .await;
    let wish = json!({
        "name": name,
        "authorization_group": group,
        "project": shop["id"],
        "expires_at": (Utc::now() + TimeDelta::days(3)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "rate_limit": { "requests": 1_000_000, "per": "minute", "burst": 1_000_000 },
    });
    let made = gateway.make(KEYS, wish).await;
    let key = made["key"].as_str().unwrap();
    let client = Person::new(&format!("http://{}", gateway.socket), None);
    // Beside a client's own large headers, and beside a body that is there already.
    let (filler, body) = ("f".repeat(7_000), "0123456789".repeat(20_000));
    for (method, body) in [(Method::GET, None), (Method::POST, Some(body))] {
        let mut request = client
            .request(method.clone(), "/orders")
            .header("Host", "api.example.com")
            .header("X-Filler", &filler)
            .bearer_auth(key);
        if let Some(body) = &body {
            request = request.body(body.clone());
        }
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.body);
        let seen = gateway.api.seen().pop().unwrap();
        assert_eq!(seen.header("x-keystead-key-id"), made["id"]);
        assert_eq!(seen.header("x-keystead-key-name").len(), 200 * 4 * 3);
        assert_eq!(seen.header("x-keystead-scopes"), scopes.join(" "));
        assert_eq!(seen.header("x-keystead-project-id"), shop["id"]);
        assert!(seen.header("x-keystead-warning").contains("expires"));
        assert_eq!(seen.header("x-filler"), filler);
        assert!(seen.body == body.unwrap_or_default(), "{method}");
    }
}
