//! The client's address behind proxies: one address everywhere, and no say for those who are not trusted.

use std::net::IpAddr;

use keystead::db::request_records::{Filter, list};
use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

const PATH: &str = "/forward-auth";
const THERE: &str = "203.0.113.7";

/// What the gateway hears about a key when it sends these headers from this address.
async fn asked(app: &App, key: &str, from: &str, headers: &[(&str, &str)]) -> u16 {
    let gateway = app.visitor_from(from.parse::<IpAddr>().unwrap());
    let mut request = gateway.request(Method::GET, PATH).bearer_auth(key);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request).await.status
}

#[actix_web::test]
async fn an_allowlist_sees_the_client_behind_a_trusted_proxy() {
    let app = App::start_behind("127.0.0.9, 127.0.0.2", "x-forwarded-for").await;
    let there = app.issue_with("Acme", "There", None, &[THERE], None);
    let anywhere = app.issue("Acme", "Anywhere");
    let xff = "X-Forwarded-For";
    for (from, headers, status) in [
        ("127.0.0.9", &[(xff, THERE)][..], 200),
        (
            "127.0.0.9",
            &[(xff, "10.1.1.1, ::ffff:203.0.113.7, 127.0.0.2")],
            200,
        ),
        (
            "127.0.0.9",
            &[
                (xff, "10.1.1.1"),
                (xff, "203.0.113.7:99"),
                (xff, "127.0.0.2"),
            ],
            200,
        ),
        // What the client claimed stands further left, in the same line or in its own.
        ("127.0.0.9", &[(xff, "203.0.113.7, 10.1.1.1")], 401),
        ("127.0.0.9", &[(xff, THERE), (xff, "10.1.1.1")], 401),
        // An unknown client is not on any list.
        ("127.0.0.9", &[(xff, "203.0.113.7, unknown")], 401),
        ("127.0.0.9", &[(xff, "203.0.113.7, ")], 401),
        ("127.0.0.9", &[(xff, "")], 401),
        ("127.0.0.9", &[], 401),
        // Other headers say nothing.
        (
            "127.0.0.9",
            &[("Forwarded", "for=203.0.113.7"), ("X-Real-IP", THERE)],
            401,
        ),
        // Nor does a peer that is not trusted.
        ("127.0.0.1", &[(xff, THERE)], 401),
        ("127.0.0.1", &[(xff, "203.0.113.7, 127.0.0.9")], 401),
    ] {
        let what = format!("{from} {headers:?}");
        assert_eq!(
            asked(&app, &there.secret, from, headers).await,
            status,
            "{what}"
        );
        assert_eq!(
            asked(&app, &anywhere.secret, from, headers).await,
            200,
            "{what}"
        );
    }
}

#[actix_web::test]
async fn one_header_family_is_read_and_the_other_is_not() {
    let app = App::start_behind("127.0.0.1", "Forwarded").await;
    let there = app.issue_with("Acme", "There", None, &[THERE], None);
    for (name, value, status) in [
        (
            "Forwarded",
            "for=10.1.1.1, for=\"203.0.113.7:80\";proto=https",
            200,
        ),
        ("Forwarded", "for=203.0.113.7, for=10.1.1.1", 401),
        ("Forwarded", "for=203.0.113.7, proto=https", 401),
        ("X-Forwarded-For", THERE, 401),
    ] {
        let headers = [(name, value)];
        assert_eq!(
            asked(&app, &there.secret, "127.0.0.1", &headers).await,
            status,
            "{value}"
        );
    }
}

#[actix_web::test]
async fn the_audit_log_names_the_client_and_not_the_proxy() {
    let app = App::start_behind("127.0.0.1", "x-forwarded-for").await;
    let key = app.issue("Acme", "Admin");
    let request = app
        .system(&key.secret)
        .request(Method::DELETE, &key.resource())
        .header("X-Forwarded-For", "198.51.100.1, 203.0.113.7");
    assert_eq!(Answer::of(request).await.status, 204);
    let query = "SELECT count(*) AS n FROM audit_events WHERE action = 'key.revoked' AND address = '203.0.113.7'";
    assert_eq!(app.number(query), 1);
}

#[actix_web::test]
async fn the_request_log_holds_what_a_trusted_gateway_was_asked_for() {
    let app = App::start_behind("127.0.0.9", "x-forwarded-for").await;
    let tenant = app.tenant("Acme");
    let told = [
        ("X-Forwarded-For", THERE),
        ("X-Forwarded-Method", "PATCH"),
        ("X-Forwarded-Uri", "/orders/7?token=secret"),
    ];
    let claimed = [
        told,
        [
            ("X-A", "a"),
            ("X-Forwarded-Uri", "/other"),
            ("X-Forwarded-Method", "PUT"),
        ],
    ]
    .concat();
    for (from, headers, expected) in [
        ("127.0.0.9", &told[..], (THERE, "PATCH", "/orders/7")),
        (
            "127.0.0.9",
            &[("X-Original-URI", "/a#b")],
            ("127.0.0.9", "", "/a"),
        ),
        ("127.0.0.9", &claimed, (THERE, "", "")),
        ("127.0.0.1", &told, ("127.0.0.1", "", "")),
    ] {
        let key = app.issue("Acme", "ERP");
        assert_eq!(asked(&app, &key.secret, from, headers).await, 200);
        let read = || {
            let all = app
                .db
                .read(|conn| list(conn, tenant, &Filter::default(), 100))
                .unwrap();
            all.into_iter()
                .find(|record| record.key_id.to_string() == key.id)
        };
        direct::until("the request is recorded", async || read().is_some()).await;
        let record = read().unwrap();
        assert_eq!(
            (&*record.address, &*record.method, &*record.path),
            expected,
            "{headers:?}"
        );
    }
}
