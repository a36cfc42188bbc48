//! Keystead against a bare actix-web handler whose answer has the same size, A B A B.

use crate::load::{Load, Measured, answer_size};
use crate::servers::{Running, Work};
use crate::{ask_gateway, median};

const KEYS: u32 = 1_000_000;
/// Different keys that the load uses.
const USED: usize = 10_000;
const ROUNDS: usize = 3;

pub fn run() {
    println!("\n{KEYS} keys, {USED} of them asked about, 1 worker, 32 connections\n");
    println!("| question | server | requests/s | p50 us | p99 us | CPU us/request |");
    println!("|---|---|---:|---:|---:|---:|");
    let mut summary = Vec::new();
    let without: (_, &[&str], &[&str], _) = (
        "without request log and rate limits",
        &["--request-log-per-second", "0"],
        &[],
        1.10,
    );
    let with: (_, &[&str], &[&str], _) = (
        "with everything",
        &["--metrics-listen", "127.0.0.1:0"],
        &["--rate-limit", "1000000"],
        1.25,
    );
    for (name, settings, seeding, limit) in [without, with] {
        let work = Work::new();
        let keys = work.seed_with(KEYS, USED, seeding);
        let token = work.verifier();
        let verify: Vec<String> = keys.iter().map(|key| ask(&token, key)).collect();
        let gateway: Vec<String> = keys.iter().map(|key| ask_gateway(key)).collect();
        let server = Running::keystead(&work, settings);
        for (question, requests) in [("verify", &verify), ("forward-auth", &gateway)] {
            let name = format!("{question}, {name}");
            let (ours, bare) = compare(&name, requests, &server);
            let p99 = ours.p99_micros / bare.p99_micros;
            summary.push((name, ours.cpu_micros / bare.cpu_micros, limit, p99));
        }
    }
    println!("\n| question | CPU per request, times bare | limit | p99, times bare | limit |");
    println!("|---|---:|---:|---:|---:|");
    for (name, cpu, limit, p99) in summary {
        println!("| {name} | {cpu:.2} | {limit:.2} | {p99:.2} | 2 |");
    }
}

fn ask(token: &str, key: &str) -> String {
    let body = format!("{{\"key\":\"{key}\"}}");
    let length = body.len();
    format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Both servers in turn; gives the median round of each by CPU.
fn compare(name: &str, requests: &[String], ours: &Running) -> (Measured, Measured) {
    let (whole, body) = answer_size(ours.port, &requests[0]);
    let (smallest, _) = answer_size(Running::bare(body, 0).port, &requests[0]);
    let bare = Running::bare(body, whole - smallest);
    assert_eq!(
        answer_size(bare.port, &requests[0]),
        (whole, body),
        "the bare answer has another size"
    );
    let loads = [Load::new(ours, requests), Load::new(&bare, requests)];
    for load in &loads {
        load.for_seconds(1);
    }
    let mut results: [Vec<Measured>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((server, load), results) in [ours, &bare].into_iter().zip(&loads).zip(&mut results) {
            let measured = load.for_seconds(4);
            println!(
                "| {name} | {} | {:.0} | {:.0} | {:.0} | {:.2} |",
                server.name,
                measured.rate,
                measured.p50_micros,
                measured.p99_micros,
                measured.cpu_micros
            );
            results.push(measured);
        }
    }
    let [ours, bare] = results.map(median);
    (ours, bare)
}
