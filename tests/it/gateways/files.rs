//! The files for gateways that the tests can't run: what they say, and that they can be read.

use std::fs;
use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};

use crate::support::*;

/// Every header in which Keystead tells who it is.
const IDENTITY: [&str; 6] = [
    "x-keystead-key-id",
    "x-keystead-key-name",
    "x-keystead-tenant-id",
    "x-keystead-scopes",
    "x-keystead-request-id",
    "x-keystead-warning",
];

fn shipped(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    fs::read_to_string(root.join(name)).unwrap()
}

fn yaml(name: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&shipped(name)).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// Every value under this name, at any depth.
fn all<'a>(yaml: &'a Yaml, name: &str, found: &mut Vec<&'a Yaml>) {
    match yaml {
        Yaml::Hash(members) => {
            for (key, value) in members {
                if key.as_str() == Some(name) {
                    found.push(value);
                }
                all(value, name, found);
            }
        }
        Yaml::Array(items) => items.iter().for_each(|item| all(item, name, found)),
        _ => {}
    }
}

fn every<'a>(yaml: &'a Yaml, name: &str) -> Vec<&'a Yaml> {
    let mut found = Vec::new();
    all(yaml, name, &mut found);
    found
}

fn texts<'a>(yaml: &'a Yaml, name: &str) -> Vec<&'a str> {
    every(yaml, name)
        .into_iter()
        .filter_map(Yaml::as_str)
        .collect()
}

#[test]
fn traefik_asks_about_every_request_and_believes_no_client() {
    let file = yaml("traefik/keystead.yml");
    let asking = every(&file, "forwardAuth");
    assert_eq!(asking.len(), 2);
    for ask in asking {
        assert_eq!(ask["trustForwardHeader"].as_bool(), Some(false));
        assert_eq!(
            ask["authResponseHeadersRegex"].as_str(),
            Some("(?i)keystead")
        );
        let address = ask["address"].as_str().unwrap();
        assert!(address.starts_with("http://127.0.0.1:8080/forward-auth?scope="));
    }
    // Each router to the API asks first.
    for (name, router) in file["http"]["routers"].as_hash().unwrap() {
        let asks = router["middlewares"][0].as_str().unwrap_or_default();
        let guarded = router["service"].as_str() == Some("your-api");
        assert_eq!(guarded, asks.starts_with("may-"), "{name:?}");
    }
}

#[test]
fn envoy_asks_about_every_request_and_believes_no_client() {
    let file = yaml("envoy/envoy.yaml");
    let removed = texts(&file, "remove");
    for name in
        IDENTITY
            .iter()
            .chain(&["x-forwarded-for", "forwarded", "authorization", "x-api-key"])
    {
        assert!(removed.contains(name), "{name}");
    }
    assert_eq!(
        texts(&file, "headers_with_underscores_action"),
        ["DROP_HEADER"]
    );
    for allowed in every(&file, "failure_mode_allow") {
        assert_eq!(allowed.as_bool(), Some(false));
    }
    for service in every(&file, "server_uri") {
        assert_eq!(service["timeout"].as_str(), Some("2s"));
    }
    let prefixes = texts(&file, "path_prefix");
    assert_eq!(
        prefixes,
        [
            "/ext-authz/work-orders:read",
            "/ext-authz/work-orders:write"
        ]
    );
    // Each route switches one of the two questions off, and only one.
    let off = every(&file, "typed_per_filter_config");
    let names: Vec<&str> = off
        .iter()
        .flat_map(|filters| filters.as_hash().unwrap().keys())
        .filter_map(Yaml::as_str)
        .collect();
    assert_eq!(names, ["may-write", "may-read"]);
}

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
        .collect();
    assert!(sent.len() >= 5, "{sent:?}");
    for name in sent.iter().chain(&IDENTITY) {
        assert!(
            IDENTITY.contains(name),
            "{name} is not in this list and in deploy/"
        );
        for file in [
            "nginx/keystead.conf",
            "caddy/Caddyfile",
            "haproxy/keystead.lua",
            "envoy/envoy.yaml",
        ] {
            let text = shipped(file).to_lowercase();
            assert!(text.contains(name), "{file} lacks {name}");
        }
    }
}
