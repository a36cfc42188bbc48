//! CORS preflights: a browser's question before a request, which never carries a key (Fetch, section 3.2.2).

use reqwest::Method;

use crate::support::gateway::{Gateway, Kind};

const HERE: &str = "127.0.0.1";
const PREFLIGHT: [(&str, &str); 3] = [
    ("Origin", "https://shop.example.com"),
    ("Access-Control-Request-Method", "PUT"),
    ("Access-Control-Request-Headers", "authorization"),
];

pub async fn a_preflight_passes_where_the_file_lets_it_and_nothing_else_does(kind: Kind) {
    let gateway = Gateway::start_letting_preflights_pass(kind);
    let (id, key) = gateway.key("ERP", "Full access", &[]).await;
    let claims = [
        ("Authorization", &*key),
        ("X-API-Key", &*key),
        ("X-Keystead-Key-Id", "forged"),
        ("X-Keystead-Scopes", "forged"),
        ("Connection", "Upgrade"),
        ("Upgrade", "h2c"),
    ];
    let path = "/orders/a%20b?x=%2F";
    let headers = [&PREFLIGHT[..], &claims].concat();
    let answer = gateway.send(HERE, Method::OPTIONS, path, &headers).await;
    assert_eq!((answer.status, &*answer.body), (200, "ok"));
    let seen = gateway.only_seen();
    assert_eq!(seen.asked(), format!("OPTIONS {path}"));
    assert_eq!(seen.header("host"), "api.example.com");
    assert_eq!(seen.header("x-forwarded-for"), HERE);
    for (name, value) in PREFLIGHT {
        assert_eq!(seen.header(&name.to_lowercase()), value);
    }
    for secret in [&*key, "forged"] {
        assert!(!seen.head.contains(secret), "{}", seen.head);
    }
    assert_eq!(seen.header("upgrade"), "", "{}", seen.head);
    // Everything else is asked about as before.
    let method = [("Access-Control-Request-Method", "PUT")];
    let empty = [("Access-Control-Request-Method", "")];
    let cases: [(Method, &[(&str, &str)]); 5] = [
        (Method::OPTIONS, &[]),
        (Method::OPTIONS, &PREFLIGHT[..1]),
        (Method::OPTIONS, &empty),
        (Method::GET, &method),
        (Method::PUT, &method),
    ];
    for (name, headers) in cases {
        let answer = gateway.send(HERE, name.clone(), path, headers).await;
        assert_eq!(answer.status, 401, "{name} {headers:?}");
    }
    assert_eq!(gateway.api.seen().len(), 1);
    assert_eq!(gateway.read(Some(&key)).await.status, 200);
    let seen = gateway.api.seen().pop().unwrap();
    assert_eq!(seen.header("x-keystead-key-id"), id);
}
