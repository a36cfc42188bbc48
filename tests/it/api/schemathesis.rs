//! The API held against its OpenAPI document as served, by a program that knows nothing else of it: schemathesis.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::json;

use crate::support::direct;
use crate::support::process::{Place, Server};

/// What happens to a key in its life; each of them follows a link from the answer that made it.
const LIFE: [&str; 7] = [
    "createKey",
    "getKey",
    "updateKey",
    "rotateKey",
    "disableKey",
    "enableKey",
    "revokeKey",
];

/// A request that was sent, and its answer.
struct Call {
    is_stateful: bool,
    operation: String,
    status: u16,
    id: String,
}

impl Call {
    fn read(line: &str) -> Self {
        let [phase, operation, status, id] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        Self {
            is_stateful: phase == "stateful",
            operation: operation.into(),
            status: status.parse().unwrap(),
            id: id.into(),
        }
    }

    fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Runs phases with the rights of a key, and fails with what schemathesis found.
fn run(
    place: &Place,
    server: &Server,
    phases: &str,
    key: [&str; 2],
    verifier: &str,
    known: &[String; 2],
) {
    let program = std::env::var("KEYSTEAD_TEST_SCHEMATHESIS").expect(
        "KEYSTEAD_TEST_SCHEMATHESIS names the program: run tests/run, which installs it, or set \
         it to target/schemathesis/bin/schemathesis",
    );
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis");
    let [id, secret] = key;
    let output = Command::new(program)
        .args([
            "--config-file",
            &format!("{files}/schemathesis.toml"),
            "run",
        ])
        .arg(format!("{}/api/v1/openapi.json", server.base))
        .args(["--phases", phases, "--seed", "1"])
        .current_dir(&place.dir)
        .env_clear()
        .env("PYTHONPATH", files)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .env("KEYSTEAD_KEY", secret)
        .env("KEYSTEAD_KEY_ID", id)
        .env("KEYSTEAD_VERIFIER", verifier)
        .env("KEYSTEAD_PROJECT", &known[0])
        .env("KEYSTEAD_CREDENTIAL", &known[1])
        .env("KEYSTEAD_CALLS", place.dir.join("calls"))
        .output()
        .unwrap();
    let (said, trouble) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}{trouble}{}", server.log());
}

/// Each operation with how often it succeeded.
fn successes<'a>(calls: impl Iterator<Item = &'a Call>) -> BTreeMap<&'a str, usize> {
    let mut successes = BTreeMap::new();
    for call in calls {
        *successes.entry(call.operation.as_str()).or_default() += usize::from(call.succeeded());
    }
    successes
}

#[actix_web::test]
async fn every_request_that_schemathesis_makes_up_is_answered_as_documented() {
    let place = Place::new().with_acme();
    let (secret, verifier) = (place.key("Schemathesis"), place.verifier("Schemathesis"));
    direct::sql(
        &place.db(),
        "UPDATE tenants SET key_limit = 1000000, plan = 'Enterprise'",
    );
    let all = "INSERT INTO feature_rollouts (feature, percentage) VALUES ('integrations', 100)";
    direct::sql(&place.db(), all);
    let server = place.serve();
    let acting = server.system(&secret);
    let own = acting.whoami().await.json();
    let key = [own["id"].as_str().unwrap(), &secret];
    let project = acting.post("/api/v1/projects", json!({ "name": "Shop" }));
    let shared = json!({ "name": "Shared", "fields": { "api_key": format!("sk-{:060}", 0) } });
    let shared = acting.post("/api/v1/integrations/openai/credentials", shared);
    let known = [project.await.json(), shared.await.json()]
        .map(|made| made["id"].as_str().unwrap().to_owned());
    // Chains start from nothing: what single requests leave behind would make them different each time.
    for phases in ["examples,coverage,fuzzing", "stateful"] {
        run(&place, &server, phases, key, &verifier, &known);
    }

    // It got beyond the door: the acting key lived to the end, and every operation was done.
    // By a connection of its own: the other one was not used for so long that it may just be closing.
    assert_eq!(server.system(&secret).whoami().await.status, 200);
    let calls = std::fs::read_to_string(place.dir.join("calls")).unwrap();
    let calls: Vec<Call> = calls.lines().map(Call::read).collect();
    assert!(calls.iter().all(|call| call.status != 401));
    let single = successes(calls.iter().filter(|call| !call.is_stateful));
    assert!(single.len() >= 19, "{single:?}");
    assert!(single.values().all(|&count| count > 0), "{single:?}");
    let chained = successes(calls.iter().filter(|call| call.is_stateful));
    for operation in LIFE {
        assert!(chained[operation] >= 10, "{chained:?}");
    }
    for operation in ["create", "get", "update", "delete"] {
        assert!(
            chained[&*format!("{operation}AuthorizationGroup")] >= 15,
            "{chained:?}"
        );
    }

    // These were chains: what was made was changed, and so on.
    let mut lives: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for call in calls
        .iter()
        .filter(|call| call.is_stateful && call.succeeded())
    {
        if LIFE.contains(&call.operation.as_str()) {
            lives.entry(&call.id).or_default().insert(&call.operation);
        }
    }
    let long = lives.values().filter(|life| life.len() >= 5).count();
    assert!(long >= 5, "{long} of {}", lives.len());
}
