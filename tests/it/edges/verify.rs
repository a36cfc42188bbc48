//! The verifier's question.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::*;

const VERIFY: &str = "/api/v1/verify";

#[actix_web::test]
async fn a_valid_key_is_answered_with_who_it_is() {
    let app = App::start().await;
    let key = app.issue_with(
        "Acme",
        "Wörk \"orders\" 🚚",
        Some("Read only"),
        &[],
        Some(3_600),
    );
    let answer = app
        .asker()
        .post(
            VERIFY,
            json!({ "key": key.secret, "method": "GET", "path": "/x" }),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({
            "valid": true, "code": "VALID", "key_id": key.id, "tenant_id": app.tenant("Acme").to_string(),
            "name": "Wörk \"orders\" 🚚", "environment": "live", "authorization_group": "Read only",
            "scopes": ["*:read"], "expires_at": "2026-11-20T13:00:00Z",
            "warning": "This key expires on 20 Nov 2026 (in 1 h).",
            "request_id": answer.header("x-request-id"),
        })
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.hides(&key.secret);
}

#[actix_web::test]
async fn several_scopes_and_odd_names_are_json_alone_and_in_a_batch() {
    let app = App::start().await;
    app.add_group("Acme", "\"Orders\" \\ lines", "orders:write orders:read");
    let name = "\\\" \u{2044} {}";
    let key = app.issue_with("Acme", name, Some("\"Orders\" \\ lines"), &[], None);
    let one = app
        .asker()
        .post(VERIFY, json!({ "key": key.secret }))
        .await
        .json();
    assert_eq!(one["name"], json!(name));
    assert_eq!(one["authorization_group"], json!("\"Orders\" \\ lines"));
    assert_eq!(one["scopes"], json!(["orders:read", "orders:write"]));
    let questions =
        json!({ "keys": [{ "key": key.secret }, { "key": "x" }, { "key": key.secret }] });
    let batch = app
        .asker()
        .post("/api/v1/verify/batch", questions)
        .await
        .json();
    let results = batch["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(results[1]["code"], "MALFORMED");
    for result in [&results[0], &results[2]] {
        assert_eq!(
            (&result["name"], &result["scopes"]),
            (&one["name"], &one["scopes"])
        );
    }
}

#[actix_web::test]
async fn a_key_that_never_ends_says_null() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let answer = app
        .asker()
        .post(VERIFY, json!({ "key": key.secret }))
        .await
        .json();
    assert!(answer.as_object().unwrap().contains_key("expires_at"));
    assert_eq!(answer["expires_at"], json!(null));
}

#[actix_web::test]
async fn white_space_around_the_key_is_not_part_of_it() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for (text, code) in [
        (format!(" {key}\t"), "VALID"),
        (format!("{key}\n"), "VALID"),
        (format!(" \t{key}\r\n\n"), "VALID"),
        (format!("{}\n{}", &key[..9], &key[9..]), "MALFORMED"),
        (format!("{key}\u{200b}"), "MALFORMED"),
        (format!("{key}\u{0}"), "MALFORMED"),
        (format!("\u{a0}{key}"), "MALFORMED"),
        (String::new(), "MALFORMED"),
    ] {
        assert_eq!(app.stranger().verify(&text).await, code, "{text:?}");
    }
}

#[actix_web::test]
async fn whoever_has_a_verifiers_token_asks_from_anywhere_and_nobody_else_does() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let question = json!({ "key": key });
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.7"),
        ("Host", "keys.example.com"),
        ("Host", "10.0.0.7:8080"),
    ] {
        let request = app.asker().request(Method::POST, VERIFY);
        let answer = Answer::of(request.header(name, value).json(&question)).await;
        assert_eq!(answer.json()["code"], "VALID", "{name}: {value}");
    }
    let nobody = app.stranger().post(VERIFY, question.clone()).await;
    let detail = "Invalid or missing verifier token";
    assert_eq!(nobody.problem(401)["detail"], detail);
    assert_eq!(
        nobody.header("www-authenticate"),
        "Bearer realm=\"keystead verifiers\""
    );
    let mut slip = app.verifier.clone();
    slip.pop();
    for wrong in [&*key, "x", "ks_verifier_", &slip, &format!("{slip}\u{e9}")] {
        let answer = app.system(wrong).post(VERIFY, question.clone()).await;
        assert_eq!(answer.problem(401)["detail"], detail, "{wrong}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"keystead verifiers\", error=\"invalid_token\""
        );
        answer.hides("tenant_id");
    }
}

#[actix_web::test]
async fn a_question_in_the_query_is_refused_and_not_half_read() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for query in ["scope=orders:write", "x", "ip=203.0.113.7&"] {
        let path = format!("{VERIFY}?{query}");
        let answer = app.asker().post(&path, json!({ "key": key })).await;
        let detail = answer.problem(400)["detail"].clone();
        assert!(
            detail.as_str().unwrap().contains("body"),
            "{query}: {detail}"
        );
    }
}

#[actix_web::test]
async fn the_token_comes_in_one_header_and_as_a_bearer_token() {
    let app = App::start().await;
    let token = &app.verifier;
    let question = json!({ "key": app.issue("Acme", "ERP").secret });
    let ask = async |headers: &[(&str, String)], query: &str| {
        let mut request = app
            .stranger()
            .request(Method::POST, &format!("{VERIFY}{query}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Answer::of(request.json(&question)).await
    };
    let bearer = ("Authorization", format!("Bearer {token}"));
    let alone = ("X-API-Key", token.clone());
    // What the OAuth edge takes is not taken here.
    let basic = format!("Basic {}", STANDARD.encode(format!("x:{token}")));
    for (headers, query, status) in [
        (
            vec![("Authorization", format!("bearer\t {token} "))],
            "",
            200,
        ),
        (vec![bearer.clone(), bearer.clone()], "", 400),
        (vec![bearer.clone(), alone.clone()], "", 400),
        (vec![alone], "", 401),
        (vec![("Authorization", token.clone())], "", 401),
        (vec![("Authorization", format!("Basic {token}"))], "", 401),
        (vec![("Authorization", basic)], "", 401),
        (vec![], &format!("?verifier={token}"), 400),
        (vec![bearer], "?access_token=x", 400),
    ] {
        let answer = ask(&headers, query).await;
        assert_eq!(answer.status, status, "{headers:?} {query}");
        answer.hides(token);
    }
}

#[actix_web::test]
async fn a_verifiers_token_is_no_key() {
    let app = App::start().await;
    let system = app.asker();
    for path in [
        "/api/v1/auth/whoami",
        "/api/v1/auth/api-keys",
        "/forward-auth",
    ] {
        system.get(path).await.problem(401);
    }
    assert_eq!(system.verify(&app.verifier).await, "MALFORMED");
}

#[actix_web::test]
async fn other_methods_are_refused() {
    let app = App::start().await;
    for method in [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ] {
        let answer = Answer::of(app.stranger().request(method.clone(), VERIFY)).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let odd = Method::from_bytes(b"PROPFIND").unwrap();
    assert_eq!(
        Answer::of(app.stranger().request(odd, VERIFY)).await.status,
        405
    );
}

#[actix_web::test]
async fn a_node_in_doubt_says_503_and_never_401() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    // The change log says something that this version does not understand.
    app.sql("UPDATE change_head SET rev = rev + 1");
    app.sql("INSERT INTO change_log (rev, kind, item, payload) SELECT rev, 'mystery', 'x', '{}' FROM change_head");
    direct::until("the index is in doubt", async || {
        app.stranger().get("/readyz").await.status == 503
    })
    .await;
    let asked = app.asker().post(VERIFY, json!({ "key": key.secret })).await;
    asked.problem(503);
    for path in ["/forward-auth", "/api/v1/auth/whoami"] {
        let answer = app.system(&key.secret).get(path).await;
        answer.problem(503);
        assert_ne!(answer.header("retry-after"), "", "{path}");
    }
    assert_ne!(asked.header("retry-after"), "");
    assert_eq!(app.stranger().get("/healthz").await.status, 200);

    app.sql("DELETE FROM change_log WHERE kind = 'mystery'");
    direct::until("the index is certain again", async || {
        app.stranger().get("/readyz").await.status == 200
    })
    .await;
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn a_change_made_elsewhere_is_followed() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let id = key.id.clone();
    app.db
        .write(|conn| {
            keystead::db::change_log::append(
                conn,
                keystead::db::change_log::Item::Key(id.parse()?),
            )?;
            Ok(diesel::RunQueryDsl::execute(
                diesel::sql_query("UPDATE api_keys SET revoked_at = '2026-11-20 11:00:00'"),
                conn,
            )
            .unwrap())
        })
        .unwrap();
    direct::until("the revocation arrives", async || {
        app.stranger().verify(&key.secret).await == "REVOKED"
    })
    .await;
}

#[actix_web::test]
async fn an_ipv4_address_in_ipv6_clothes_is_the_ipv4_address_however_it_is_asked() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &["203.0.113.0/24"], None);
    let clothed = "::ffff:203.0.113.7";
    let question = json!({ "key": key.secret, "ip": clothed });
    let one = app.asker().post(VERIFY, question.clone()).await.json();
    assert_eq!(one["code"], "VALID");
    let questions = json!({ "keys": [question] });
    let batch = app.asker().post("/api/v1/verify/batch", questions).await;
    assert_eq!(batch.json()["results"][0]["code"], "VALID");
    let request = app.asker().request(Method::POST, "/oauth2/introspect");
    let fields = [("token", &*key.secret), ("ip", clothed)];
    assert_eq!(
        Answer::of(request.form(&fields)).await.json()["active"],
        true
    );
    // The request log knows it under one name, so that filters and lists find it.
    app.recorded(3).await;
    let plain = "SELECT count(*) AS n FROM request_records WHERE address = '203.0.113.7'";
    assert_eq!(app.number(plain), 3);
}
