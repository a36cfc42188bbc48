//! What Prometheus reads.

use keystead::db;
use keystead::domain::rollout::Switch;
use serde_json::json;

use crate::support::direct;
use crate::support::metrics::{listener, read, value};
use crate::support::process::{Place, Server};

/// A server with metrics, and the address at which it says that it serves them.
fn serve(place: &Place) -> (Server, String) {
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_METRICS_LISTEN", "127.0.0.1:0");
    let server = place.start(command);
    let base = listener(&server);
    (server, base)
}

#[actix_web::test]
async fn prometheus_reads_verdicts_times_index_ring_and_connections() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let (server, metrics) = serve(&place);
    for _ in 0..3 {
        let answer = server.system(&key).get("/forward-auth").await;
        assert_eq!(answer.status, 200);
    }
    let answer = server.system("nonsense").get("/forward-auth").await;
    assert_eq!(answer.status, 401);
    assert_eq!(server.stranger().get("/healthz").await.status, 200);
    let text = read(&metrics).await;
    let of = |series: &str| value(&text, series);
    assert_eq!(of("keystead_verdicts_total{code=\"VALID\"}"), 3.0);
    assert_eq!(of("keystead_verdicts_total{code=\"MALFORMED\"}"), 1.0);
    assert_eq!(of("keystead_verdicts_total{code=\"REVOKED\"}"), 0.0);
    assert_eq!(of("keystead_verification_seconds_count"), 4.0);
    assert_eq!(of("keystead_verification_seconds_bucket{le=\"+Inf\"}"), 4.0);
    assert!(of("keystead_verification_seconds_sum") > 0.0);
    assert_eq!(of("keystead_index_keys"), 1.0);
    assert_eq!(of("keystead_index_certain"), 1.0);
    assert_eq!(of("keystead_request_log_capacity"), 8_000.0);
    assert_eq!(of("keystead_request_log_dropped_total"), 0.0);
    assert!(of("keystead_database_connections{state=\"idle\"}") >= 0.0);
    assert!(text.ends_with("# EOF\n"));
    for secret in ["Acme", "ERP", key.as_str()] {
        assert!(!text.contains(secret), "{secret} is in the metrics");
    }
}

#[actix_web::test]
async fn credentials_that_cannot_be_opened_are_counted_each_time_they_are_asked_for() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let acme = place
        .db()
        .read(|conn| db::tenants::find_by_name(conn, "Acme"));
    direct::switch_integrations(&place.db(), acme.unwrap().id, Switch::On);
    let (server, metrics) = serve(&place);
    let system = server.system(&key);
    let project = system
        .post("/api/v1/projects", json!({ "name": "Shop" }))
        .await;
    let project = project.json()["id"].as_str().unwrap().to_owned();
    let fields = json!({ "api_key": "sk-of-the-organisation-000000000000000001" });
    let kept = "/api/v1/integrations/openai/credentials";
    let saved = system.post(kept, json!({ "fields": fields })).await;
    assert_eq!(saved.status, 201, "{}", saved.body);
    let read_it = format!("/api/v1/projects/{project}/integrations/openai/credential");
    let counted = async || {
        let text = read(&metrics).await;
        value(&text, "keystead_credentials_damaged_total")
    };
    assert_eq!(system.get(&read_it).await.status, 200);
    assert_eq!(counted().await, 0.0);
    // Past the product; a change beside it has the server read the row anew.
    let damage = "UPDATE integration_credentials SET ciphertext = nonce";
    direct::sql(&place.db(), damage);
    let changed = system
        .post(kept, json!({ "fields": fields, "current": false }))
        .await;
    assert_eq!(changed.status, 201, "{}", changed.body);
    for times in [1.0, 2.0] {
        system.get(&read_it).await.problem(500);
        assert_eq!(counted().await, times);
    }
    assert!(server.log().contains("can't be opened"), "{}", server.log());
}

#[actix_web::test]
async fn the_public_listener_has_no_metrics_and_the_other_nothing_else() {
    let place = Place::new().with_acme();
    let (mut server, metrics) = serve(&place);
    assert_eq!(server.stranger().get("/metrics").await.status, 404);
    for path in ["/", "/login", "/healthz", "/api/v1/auth/whoami"] {
        let answer = reqwest::get(format!("{metrics}{path}")).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    assert_eq!(server.stop(), 0);
}

#[actix_web::test]
async fn the_dashboard_asks_only_for_series_that_exist() {
    let place = Place::new().with_acme();
    let (_server, metrics) = serve(&place);
    let text = read(&metrics).await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/grafana/keystead.json");
    let dashboard: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut asked = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            for word in query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                if word.starts_with("keystead_") {
                    assert!(
                        text.contains(&format!("{word} ")) || text.contains(&format!("{word}{{")),
                        "{word}"
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked >= 8, "{asked}");
}
