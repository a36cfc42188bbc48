//! What clients claim about themselves.

use reqwest::Method;

use crate::support::gateway::{Gateway, Kind};

const HERE: &str = "127.0.0.1";
const NAMES: [&str; 7] = [
    "key-id",
    "key-name",
    "tenant-id",
    "project-id",
    "scopes",
    "request-id",
    "warning",
];

pub async fn identity_that_a_client_claims_never_reaches_the_api(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (id, key) = gateway.key("ERP", "Full access", &[]).await;
    let bearer = format!("Bearer {key}");
    let mut claims = Vec::new();
    for name in NAMES {
        for spelling in [
            format!("X-Keystead-{name}"),
            format!("x-keystead-{name}"),
            format!("X_Keystead_{name}").replace('-', "_"),
            format!("x-keystead_{name}").replace('-', "_"),
            format!("X-KEYSTEAD-{}", name.to_uppercase()),
            format!("X_KEYSTEAD_{}", name.to_uppercase().replace('-', "_")),
            format!("X.Keystead.{name}").replace('-', "."),
        ] {
            claims.push(spelling);
        }
    }
    for claim in &claims {
        // Twice, once before and once after what the gateway looks at first.
        let headers = [
            (&**claim, "forged"),
            ("Authorization", &bearer),
            (claim, "forged"),
        ];
        let before = gateway.api.seen().len();
        let answer = gateway.send(HERE, Method::GET, "/orders", &headers).await;
        assert_eq!(answer.status, 200, "{claim}");
        let seen = gateway.api.seen();
        assert_eq!(seen.len(), before + 1);
        let seen = seen.last().unwrap();
        assert!(!seen.head.contains("forged"), "{claim}: {}", seen.head);
        assert_eq!(seen.header("x-keystead-key-id"), id, "{claim}");
        // Nor does it help to have the gateway's own headers removed as those of the connection.
        let connection = format!("{claim}, x-keystead-key-id");
        let headers = [
            ("Authorization", &*bearer),
            ("Connection", &connection),
            (claim, "forged"),
        ];
        assert_eq!(
            gateway
                .send(HERE, Method::GET, "/orders", &headers)
                .await
                .status,
            200
        );
        let seen = gateway.api.seen().pop().unwrap();
        assert!(!seen.head.contains("forged"), "{claim}: {}", seen.head);
        assert_eq!(seen.header("x-keystead-key-id"), id, "{claim}");
    }
    // Without a key such a claim is worth nothing.
    let passed = gateway.api.seen().len();
    let headers: Vec<(&str, &str)> = claims.iter().map(|claim| (&**claim, &*id)).collect();
    let answer = gateway.send(HERE, Method::GET, "/orders", &headers).await;
    assert_eq!(answer.status, 401);
    assert_eq!(gateway.api.seen().len(), passed);
}

pub async fn names_that_keystead_never_uses_do_not_reach_the_api_either(kind: Kind) {
    let gateway = Gateway::start(kind);
    let (_, key) = gateway.key("ERP", "Full access", &[]).await;
    for name in [
        "X-Keystead-Role",
        "x-keystead-user",
        "X-KEYSTEAD-KEY-ID-2",
        "X-Keystead-Problem",
        "X-Keystead-",
        "X_Keystead_Role",
        "X-Keystead_Role",
    ] {
        let headers = [("X-API-Key", &*key), (name, "forged")];
        let answer = gateway.send(HERE, Method::GET, "/orders", &headers).await;
        // nginx has no way to remove what it does not know by name, and drops what has an underscore in it.
        let is_nginx = matches!(kind, Kind::Nginx | Kind::NginxBySocket);
        let status = if is_nginx && !name.contains('_') {
            400
        } else {
            200
        };
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        for seen in gateway.api.seen() {
            assert!(!seen.head.contains("forged"), "{name}: {}", seen.head);
        }
    }
}
