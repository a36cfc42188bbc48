//! What a client reads that is refused.

use reqwest::Method;
use serde_json::json;

use crate::support::echo::Echo;
use crate::support::gateway::{Gateway, Kind};
use crate::support::system::KEYS;

const HERE: &str = "127.0.0.1";

pub async fn a_refusal_brings_keysteads_document(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, reader) = gateway.key("Reader", "Read only", &[]).await;
    let limit = json!({ "requests": 1, "per": "minute", "burst": 1 });
    let wish = json!({ "name": "Limited", "rate_limit": limit });
    let limited = gateway.make(KEYS, wish).await;
    let limited = limited["key"].as_str().unwrap();
    let headers = [("X-API-Key", limited)];
    let answer = gateway.send(HERE, Method::GET, "/orders", &headers).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (get, post, long) = (Method::GET, Method::POST, "k".repeat(7_000));
    for (method, keys, status, detail) in [
        (&get, vec![], 401, "Invalid or missing API key"),
        (&get, vec!["nonsense"], 401, "Invalid or missing API key"),
        (
            &post,
            vec![&*reader],
            403,
            "This key lacks the scope work-orders:write.",
        ),
        (
            &get,
            vec![&*reader, "other"],
            400,
            "Send one credential, in one header",
        ),
        (
            &get,
            vec![&*long, &long, &long],
            431,
            "The headers are larger than 16 KiB.",
        ),
        (
            &get,
            vec![limited],
            429,
            "Too many requests: this key may make",
        ),
    ] {
        let headers: Vec<_> = keys.iter().map(|key| ("X-API-Key", *key)).collect();
        // Its ending says nothing about the answer's type.
        let path = "/orders/7.html";
        let answer = gateway.send(HERE, method.clone(), path, &headers).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        let kind = answer.header("content-type");
        assert_eq!(kind, "application/problem+json", "{status}");
        let document = answer.json();
        assert_eq!(document["status"], status);
        let said = document["detail"].as_str().unwrap();
        assert!(said.starts_with(detail), "{said}");
        assert!(document["instance"].as_str().unwrap().len() >= 32);
        assert_eq!(answer.header("cache-control"), "no-store", "{status}");
        let challenges = answer.headers.get_all("www-authenticate").iter().count();
        let wanted = usize::from(matches!(status, 401 | 403));
        assert_eq!(challenges, wanted, "{status}");
        let wait = answer.header("retry-after").parse::<u64>().is_ok();
        assert_eq!(wait, status == 429, "{status}");
    }
    assert_eq!(gateway.api.seen().len(), 1);
}

/// What Keystead would say, and the status and title that the client gets.
const REFUSALS: [(&str, u16, &str); 5] = [
    (
        "401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n",
        401,
        TOLD,
    ),
    ("403 Forbidden\r\nWWW-Authenticate: Bearer\r\n", 403, TOLD),
    ("429 Too Many Requests\r\nRetry-After: 7\r\n", 429, TOLD),
    ("503 Service Unavailable\r\nRetry-After: 7\r\n", 503, TOLD),
    ("500 Internal Server Error\r\n", 503, UNSURE),
];
const TOLD: &str = "Told";
const UNSURE: &str = "Service Unavailable";

pub async fn a_refused_request_is_asked_about_once(kind: Kind) {
    let other = Echo::start();
    let gateway = Gateway::start_asking(kind, &other);
    for (start, status, title) in REFUSALS {
        let answer = format!(
            "{start}Content-Type: application/problem+json\r\nX-Keystead-Problem: {{\"title\":\"Told\"}}\r\n\
             Content-Length: 16\r\n\r\n{{\"title\":\"Told\"}}"
        );
        other.answers(answer.leak());
        let before = other.seen().len();
        let answer = gateway.read(Some("some-key")).await;
        assert_eq!(answer.status, status, "{start}");
        assert_eq!(other.seen().len() - before, 1, "{start}");
        // Traefik has no document of its own. Envoy reads nothing of an answer of 500 or above.
        let is_own = title == UNSURE || status == 503 && kind == Kind::Envoy;
        let wait = start.contains("Retry") && !is_own;
        assert_eq!(answer.header("retry-after"), if wait { "7" } else { "" });
        if is_own && kind == Kind::Traefik {
            continue;
        }
        let title = if is_own { UNSURE } else { title };
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["title"], title, "{start}");
    }
    assert!(gateway.api.seen().is_empty());
}
