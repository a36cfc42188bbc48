//! What verification costs over HTTP. One part: `cargo bench --bench http -- compare`; all but `growth` without a name.
//!
//! Servers run with one worker on core 0, one at a time under load; the load comes from core 1. CPU time is read from
//! `/proc`, and holds the whole process. Run it on an idle machine.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::pedantic,
    reason = "a measuring tool"
)]

mod api;
mod attacks;
mod bare;
mod beside;
mod caddy;
mod change_cost;
mod compare;
mod disturbed;
mod gateway;
mod growth;
mod large_tenant;
mod load;
mod nodes;
mod proxy;
mod records;
mod resolve;
mod scale_out;
mod searches;
mod servers;
mod sign_ins;
mod unread;

#[path = "../shared/credentials.rs"]
mod credentials;

#[path = "../pages/person.rs"]
#[allow(dead_code, reason = "only the pages are measured with all of it")]
mod person;

use std::time::Duration;

use load::Measured;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, body, filler, socket @ ..] = arguments.as_slice()
        && mode == "--bare"
    {
        let socket = socket.first().map(String::as_str);
        return bare::serve(body.parse().unwrap(), filler.parse().unwrap(), socket);
    }
    servers::pin_this_process();
    // cargo adds --bench.
    let wanted: Vec<&str> = arguments[1..]
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let all = wanted.is_empty();
    let is_wanted = |name: &str| all || wanted.contains(&name);
    if is_wanted("compare") {
        compare::run();
    }
    if is_wanted("resolve") {
        resolve::run();
    }
    if is_wanted("nginx") {
        gateway::run();
    }
    if is_wanted("caddy") {
        caddy::run();
    }
    if is_wanted("changes") {
        disturbed::changes();
    }
    if is_wanted("garbage") {
        disturbed::garbage();
    }
    if is_wanted("sign-ins") {
        sign_ins::run();
    }
    if is_wanted("records") {
        records::run();
    }
    if is_wanted("change-cost") {
        change_cost::run();
    }
    if is_wanted("searches") {
        searches::run();
    }
    if is_wanted("nodes") {
        nodes::run();
    }
    if is_wanted("large-tenant") {
        large_tenant::run();
    }
    if is_wanted("unread") {
        unread::run();
    }
    if is_wanted("attacks") {
        attacks::run();
    }
    if wanted.contains(&"growth") {
        growth::run(&[1_000, 100_000, 1_000_000]);
    }
    if wanted.contains(&"growth-10m") {
        growth::run(&[1_000, 100_000, 1_000_000, 10_000_000]);
    }
}

/// A gateway's question about a key.
fn ask_gateway(key: &str) -> String {
    format!("GET /forward-auth HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n")
}

/// The median.
fn middle(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = numbers.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// The value that so many of a hundred do not go beyond.
fn percentile(took: &mut [Duration], of: usize) -> Duration {
    took.sort();
    took[(took.len() * of / 100).min(took.len() - 1)]
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}

/// The median round by CPU.
fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.cpu_micros.total_cmp(&b.cpu_micros));
    rounds.swap_remove(rounds.len() / 2)
}
