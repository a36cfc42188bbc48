//! A key that works no more and is asked about at full rate: what is left of the request log for others.

use std::time::Duration;

use super::Figure;
use super::watch::watch;
use crate::beside::beside_attack;
use crate::load::Load;
use crate::proxy::{Proxy, runtime};
use crate::records::{connect, number};
use crate::servers::{Program, Running, TENANTS};
use crate::{api, ask_gateway};

const SECONDS: u64 = 20;
/// Requests a second that the log takes: fewer than usual, so that a slow machine can ask about more.
const LOGGED: &str = "400";
/// Of the other tenant.
const QUESTIONS: u32 = 128;

pub fn measure(program: &Program) -> Vec<Figure> {
    let work = program.work();
    let keys = work.seed(1_000, usize::MAX);
    let server = Running::keystead(&work, &["--request-log-per-second", LOGGED]);
    let revoked = [ask_gateway(&keys[TENANTS])];
    runtime().block_on(async {
        let proxy = Proxy::to(server.port);
        let id = api::id_of(&proxy, &keys[TENANTS]).await;
        let answer = proxy.ask(&api::revocation(&id, &keys[0])).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    });
    let flood = Load {
        expected: "401",
        ..Load::new(&server, &revoked)
    };
    let ask_others = || {
        // Until nothing is left of what the log may take at once.
        std::thread::sleep(Duration::from_secs(SECONDS - 4));
        watch(server.port, &ask_gateway(&keys[1]), QUESTIONS)
    };
    let (watched, flood) = beside_attack(|_| flood.for_seconds(SECONDS), ask_others);
    let asked = watched.took.len();
    assert_eq!(watched.good, asked);
    // Records are written once a second.
    std::thread::sleep(Duration::from_secs(3));
    let recorded = number(
        &mut connect(work.source()),
        "SELECT COUNT(*) AS n FROM request_records JOIN tenants ON tenants.id = request_records.tenant_id \
         WHERE tenants.name = 'Tenant 2'",
    );
    vec![
        (
            "another tenant's requests that are in the log",
            format!("{recorded} of {asked}"),
        ),
        (
            "questions about the key, a second",
            format!("{:.0}", flood.rate),
        ),
    ]
}
