//! The request log as it is stored.

use keystead::db::request_records::{Filter, Record, list};
use keystead::domain::id::{KeyId, TenantId};
use keystead::domain::request_id::RequestId;
use keystead::domain::verdict::Code;
use keystead::verify::records::{Record as Waiting, Ring};
use keystead::verify::shares::Subject;
use reqwest::Method;
use serde_json::json;

use crate::support::{App, direct, noon};

async fn recorded(app: &App, tenant: &str, count: usize) -> Vec<Record> {
    let tenant = app.tenant(tenant);
    let read = || {
        app.db
            .read(|conn| list(conn, tenant, &Filter::default(), 100))
            .unwrap()
    };
    direct::until("the requests are recorded", async || read().len() == count).await;
    read()
}

#[actix_web::test]
async fn a_request_is_recorded_with_who_what_when_and_the_verdict() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let request = app
        .system(&key.secret)
        .request(Method::GET, "/api/v1/auth/api-keys?limit=5")
        .header("user-agent", "erp-sync/2.1");
    let answer = request.send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap();
    let [record] = recorded(&app, "Acme", 1).await.try_into().unwrap();
    assert_eq!(record.id.to_string(), id);
    assert_eq!(
        (record.key_id.to_string(), record.code.as_str()),
        (key.id, "VALID")
    );
    assert_eq!(record.at, noon());
    assert_eq!(record.method, "GET");
    assert_eq!(record.path, "/api/v1/auth/api-keys", "without its query");
    assert_eq!(record.address, "127.0.0.1");
    assert_eq!(record.user_agent, "erp-sync/2.1");
    assert_eq!(record.scope, "api-keys:read");
    assert_eq!(recorded(&app, "Globex", 0).await, []);
}

#[actix_web::test]
async fn refusals_are_recorded_with_the_scope_that_was_asked() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let answer = app
        .system(&key.secret)
        .get("/forward-auth?scope=orders:write")
        .await;
    assert_eq!(answer.status, 403);
    let [record] = recorded(&app, "Acme", 1).await.try_into().unwrap();
    assert_eq!(record.code, Code::InsufficientScope);
    assert_eq!(record.scope, "orders:write");
}

#[actix_web::test]
async fn what_a_client_writes_is_cut_and_never_holds_a_secret() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    for agent in [&"x".repeat(5_000), &format!("curl {}", key.secret)] {
        let request = app
            .system(&key.secret)
            .request(Method::GET, "/api/v1/auth/whoami")
            .header("user-agent", agent);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let records = recorded(&app, "Acme", 2).await;
    let mut agents: Vec<&str> = records
        .iter()
        .map(|record| record.user_agent.as_str())
        .collect();
    agents.sort_unstable();
    assert_eq!(agents, ["[redacted]", "x".repeat(200).as_str()]);
}

#[actix_web::test]
async fn a_key_at_the_cut_is_redacted_whole_and_a_method_is_a_short_word() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let body = key.secret.rsplit('_').next().unwrap();
    let ask = async |method: &str, path: &str, agent: &str| {
        let question =
            json!({ "key": key.secret, "method": method, "path": path, "user_agent": agent });
        let answer = app.asker().post("/api/v1/verify", question).await;
        assert_eq!(answer.json()["code"], "VALID", "{}", answer.body);
    };
    // The cut leaves all of the key but its last character, and only the start of its body.
    let at = |cut: usize, left: usize| format!("/{}_{}", "x".repeat(cut - left - 2), key.secret);
    let whole = key.secret.len() - 1;
    ask("get", &at(512, whole), &at(200, whole)).await;
    ask("M-SEARCH", &at(512, 20), &at(200, 20)).await;
    // Glued to other words it is a key still.
    let glued = format!("/key_{}_old", key.secret);
    ask(&"LONG".repeat(1_000), &glued, &glued).await;
    ask("GET /secret", "/a", "b").await;
    ask(&key.secret, &format!("/a?key={}", key.secret), "b").await;
    let records = recorded(&app, "Acme", 5).await;
    let mut methods: Vec<&str> = records.iter().map(|record| &*record.method).collect();
    methods.sort_unstable();
    assert_eq!(methods, ["", "", "LONGLONGLONGLONG", "M-SEARCH", "get"]);
    let texts = |text: fn(&Record) -> &String, expected: &str| {
        let redacted = records.iter().filter(|record| text(record) == "[redacted]");
        assert_eq!(redacted.count(), 3);
        let rest = records.iter().filter(|record| text(record) == expected);
        assert_eq!(rest.count(), 2);
        assert!(
            records
                .iter()
                .all(|record| !text(record).contains(&body[..10]))
        );
    };
    texts(|record| &record.path, "/a");
    texts(|record| &record.user_agent, "b");
}

#[actix_web::test]
async fn unknown_keys_leave_no_record() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    for text in ["nonsense", "ks_live_00000000000000000000000000000000000000"] {
        assert_eq!(app.system(text).get("/forward-auth").await.status, 401);
    }
    assert_eq!(app.system(&key.secret).whoami().await.status, 200);
    recorded(&app, "Acme", 1).await;
    assert_eq!(app.rows("request_records"), 1);
}

#[actix_web::test]
async fn switched_off_it_records_no_request_and_calls_nothing_a_gap() {
    let app = App::start_with(|config| config.request_log_per_second = 0, true).await;
    let key = app.issue("Acme", "ERP");
    assert_eq!(app.system(&key.secret).whoami().await.status, 200);
    direct::until("the use is counted", async || app.rows("key_usage") > 0).await;
    assert_eq!(app.rows("request_records"), 0);
    assert_eq!(app.rows("usage_gaps"), 0);
}

#[actix_web::test]
async fn more_requests_than_fit_are_told_as_a_gap_that_counts_them() {
    let app = App::start_with(|config| config.request_log_per_second = 8, true).await;
    let key = app.issue("Acme", "ERP");
    let system = app.system(&key.secret);
    for _ in 0..200 {
        assert_eq!(system.get("/forward-auth").await.status, 200);
    }
    let dropped = "SELECT CAST(COALESCE(SUM(dropped), 0) AS BIGINT) AS n FROM usage_gaps";
    direct::until("every request is recorded or told of", async || {
        app.rows("request_records") + app.number(dropped) == 200
    })
    .await;
    assert!(app.number(dropped) > 0);
    // The totals miss nothing.
    let counted = "SELECT CAST(SUM(valid) AS BIGINT) AS n FROM key_usage WHERE span = 60";
    direct::until("all are counted", async || app.number(counted) == 200).await;
}

#[actix_web::test]
async fn a_key_in_a_scope_or_percent_encoded_in_a_path_is_redacted_too() {
    let app = App::start_behind("127.0.0.1", "x-forwarded-for").await;
    let key = app.issue("Acme", "ERP");
    let body = &key.secret[8..18];
    let scope = format!("{}:read", key.secret);
    let encoded = format!("/leak/{}", key.secret.replace('_', "%5F"));
    let question = json!({ "key": key.secret, "scope": scope, "path": encoded });
    assert_eq!(
        app.asker().post("/api/v1/verify", question).await.json()["code"],
        "VALID"
    );
    // What a gateway states is cut before it is kept.
    let long = format!("/{}/{}", "a".repeat(465), key.secret);
    let request = app
        .system(&key.secret)
        .request(Method::GET, "/forward-auth")
        .header("x-forwarded-uri", long);
    assert_eq!(request.send().await.unwrap().status(), 200);
    for record in recorded(&app, "Acme", 2).await {
        assert!(record.path.contains("[redacted]"), "{record:?}");
        assert!(!format!("{record:?}").contains(body), "{record:?}");
    }
}

/// One decision, which may be recorded.
fn ask(ring: &Ring, key: KeyId, tenant: TenantId, code: Code) {
    ring.push(&Subject { key, tenant, code }, || Waiting {
        id: RequestId::next(noon()),
        at: noon(),
        key_id: key,
        tenant_id: tenant,
        rev: 1,
        last4: None,
        code,
        address: None,
        method: "".into(),
        path: "".into(),
        scope: None,
        user_agent: "".into(),
    });
}

/// The tenants of what was recorded.
fn tenants(ring: &Ring) -> Vec<TenantId> {
    std::iter::from_fn(|| ring.pop())
        .map(|record| record.tenant_id)
        .collect()
}

#[test]
fn beside_a_tenant_that_asks_all_the_time_every_request_of_another_is_recorded() {
    for code in [Code::Valid, Code::Revoked] {
        let ring = Ring::new(1_000).unwrap();
        let (busy, busy_key) = (TenantId::new(), KeyId::new());
        let (quiet, quiet_key) = (TenantId::new(), KeyId::new());
        let mut recorded = Vec::new();
        for second in 0..20 {
            // Also by keys of which each has little.
            for number in 0..16_000 {
                let key = if number % 2 == 0 {
                    busy_key
                } else {
                    KeyId::new()
                };
                ask(&ring, key, busy, code);
            }
            if second >= 10 {
                for _ in 0..16 {
                    ask(&ring, quiet_key, quiet, Code::Valid);
                }
            }
            recorded.extend(tenants(&ring));
            ring.refill(1_000_000);
        }
        let of_quiet = recorded.iter().filter(|tenant| **tenant == quiet).count();
        assert_eq!(of_quiet, 160, "{code:?}");
        // What nobody else needs is not wasted.
        assert!(recorded.len() > 20_000, "{code:?}: {}", recorded.len());
    }
}

#[test]
fn of_a_key_that_does_not_work_some_refusals_stand_for_the_rest() {
    let ring = Ring::new(1_000).unwrap();
    let (tenant, dead, live) = (TenantId::new(), KeyId::new(), KeyId::new());
    for _ in 0..5_000 {
        ask(&ring, dead, tenant, Code::Expired);
    }
    assert_eq!(tenants(&ring).len(), 64);
    assert_eq!(ring.dropped(), 5_000 - 64);
    // Its tenant has its part still.
    for _ in 0..400 {
        ask(&ring, live, tenant, Code::Valid);
    }
    assert_eq!(tenants(&ring).len(), 400);
    ring.refill(8_000_000);
    ask(&ring, dead, tenant, Code::Expired);
    assert_eq!(tenants(&ring).len(), 1);
}

#[test]
fn a_quiet_server_may_record_a_burst_and_then_so_many_a_second() {
    let ring = Ring::new(10).unwrap();
    let recorded = || {
        for _ in 0..200 {
            ask(&ring, KeyId::new(), TenantId::new(), Code::Valid);
        }
        std::iter::from_fn(|| ring.pop()).count()
    };
    assert_eq!(recorded(), 80, "what eight seconds save up");
    assert_eq!(recorded(), 0);
    // Ten a second, in steps that are no whole request each.
    for _ in 0..10 {
        ring.refill(55_000);
    }
    assert_eq!(recorded(), 5);
    ring.refill(50_000);
    assert_eq!(recorded(), 1, "nothing is lost between two steps");
    ring.refill(3_600_000_000);
    assert_eq!(recorded(), 80);
    ring.refill(-1);
    assert_eq!(recorded(), 0);
    assert_eq!(ring.dropped(), 6 * 200 - 2 * 80 - 6);
}
