//! Bodies that are not what they should be.

use crate::support::system::KEYS;
use crate::support::*;

const JSON: &str = "application/json";

#[actix_web::test]
async fn what_is_not_json_or_has_two_meanings_is_400() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let deep = |levels: usize| {
        format!(
            "{{\"name\":\"ERP\",\"x\":{}{}}}",
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    for body in [
        "".to_owned(),
        "{".to_owned(),
        "name=ERP".to_owned(),
        "{\"name\":\"ERP\"} {}".to_owned(),
        "{\"name\":\"ERP\",}".to_owned(),
        "{'name':'ERP'}".to_owned(),
        "{\"name\":\"ERP\",\"name\":\"Two\"}".to_owned(),
        "{\"name\":\"ERP\",\"n\\u0061me\":\"Two\"}".to_owned(),
        "{\"name\":\"ERP\",\"expires_at\":null,\"expires_at\":null}".to_owned(),
        "{\"name\":1e400}".to_owned(),
        "{\"name\":\"\\ud800\"}".to_owned(),
        "{\"name\":\"\\udc00x\"}".to_owned(),
        "{\"name\":NaN}".to_owned(),
        "\u{feff}{\"name\":\"ERP\"}".to_owned(),
        deep(40),
        deep(5_000),
    ] {
        let answer = system.send(KEYS, JSON, body.clone()).await;
        answer.problem(400);
    }
    let latin = b"{\"name\":\"caf\xe9\"}".to_vec();
    system.send(KEYS, JSON, latin).await.problem(400);
    assert_eq!(app.rows("api_keys"), 1);
}

#[actix_web::test]
async fn another_content_type_is_415() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json5",
        "multipart/form-data",
        "",
        "json",
    ] {
        system
            .send(KEYS, kind, "{\"name\":\"ERP\"}")
            .await
            .problem(415);
        app.asker()
            .send("/api/v1/verify", kind, "{\"key\":\"x\"}")
            .await
            .problem(415);
    }
    assert_eq!(app.rows("api_keys"), 1);
    let kind = "Application/JSON ; charset=utf-8";
    assert_eq!(
        system.send(KEYS, kind, "{\"name\":\"ERP\"}").await.status,
        201
    );
}

#[actix_web::test]
async fn a_body_over_64_kib_is_413_and_of_a_key_one_over_256_kib() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let body = format!("{{\"name\":\"{}\"}}", "x".repeat(66_000));
    let groups = "/api/v1/auth/authorization-groups";
    let rotate = format!("{}/rotate", admin.resource());
    for path in [groups, &rotate] {
        system.send(path, JSON, body.clone()).await.problem(413);
    }
    system.send(KEYS, JSON, body.clone()).await.problem(422);
    let longer = format!("{{\"name\":\"{}\"}}", "x".repeat(256 * 1024));
    system.send(KEYS, JSON, longer).await.problem(413);
    let asker = app.asker();
    asker.send("/api/v1/verify", JSON, body).await.problem(413);
}

#[actix_web::test]
async fn a_compressed_body_is_not_unpacked() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let request = system
        .request(reqwest::Method::POST, KEYS)
        .header("content-type", JSON);
    let request = request
        .header("content-encoding", "gzip")
        .body(vec![0x1f, 0x8b, 8, 0]);
    let answer = browser_like::Answer::of(request).await;
    assert!([400, 415].contains(&answer.status), "{}", answer.status);
    answer.problem(answer.status);
}

#[actix_web::test]
async fn a_body_that_can_not_be_read_is_never_repeated() {
    let app = App::start().await;
    let key = app.issue("Acme", "Admin").secret;
    let system = app.system(&key);
    for body in [
        format!("{{\"name\":\"ERP\",\"{key}\":1}}"),
        format!("{{\"name\":\"ERP\" {key}}}"),
        key.clone(),
        format!("{{\"name\":\"ERP\",\"environment\":\"{key}\"}}"),
        format!("{{\"name\":\"ERP\",\"authorization_group\":\"{key}\"}}"),
        format!("{{\"name\":\"ERP\",\"expires_at\":\"{key}\"}}"),
        format!("{{\"name\":\"ERP\",\"ip_allowlist\":[\"{key}\"]}}"),
    ] {
        let answer = system.send(KEYS, JSON, body.clone()).await;
        assert!([400, 422].contains(&answer.status), "{}", answer.status);
        answer.hides(&key);
    }
}

#[actix_web::test]
async fn the_verifiers_question_is_read_as_strictly() {
    let app = App::start().await;
    let system = app.asker();
    for (body, status) in [
        ("{", 400),
        ("[]", 422),
        ("{}", 422),
        ("{\"key\":\"a\",\"key\":\"b\"}", 400),
        ("{\"key\":\"\\ud800\"}", 400),
        ("{\"key\":1}", 422),
        ("{\"key\":\"a\",\"tenant_id\":\"b\"}", 422),
        ("{\"key\":\"a\",\"ip\":\"1.2.3\"}", 422),
        ("{\"key\":\"a\",\"ip\":\"fe80::1%eth0\"}", 422),
        ("{\"key\":\"a\",\"scope\":\"orders\"}", 422),
        ("{\"key\":\"a\"} x", 400),
    ] {
        system
            .send("/api/v1/verify", JSON, body)
            .await
            .problem(status);
    }
}
