//! Keystead against a bare actix-web handler whose answer has the same size, A B A B.

use crate::load::{Load, Measured, answer_size};
use crate::servers::{Running, Work};
use crate::{ask_gateway, middle};

const KEYS: u32 = 1_000_000;
/// Different keys that the load uses.
const USED: usize = 10_000;
/// How often each server has its turn.
const ROUNDS: usize = 9;

/// Medians of all rounds. A ratio is that of a round and the one that followed it, so that it matters little when other
/// work slows the whole machine down for a while.
pub struct Compared {
    pub ours: f64,
    pub bare: f64,
    pub cpu: f64,
    pub p99: f64,
}

pub fn run() {
    println!("\n{KEYS} keys, {USED} of them asked about, 1 worker, 32 connections\n");
    println!(
        "| question | CPU us/request | bare | times bare | target | p99, times bare | target |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
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
            let Compared {
                ours,
                bare,
                cpu,
                p99,
            } = compare(requests, &server);
            println!(
                "| {question}, {name} | {ours:.2} | {bare:.2} | {cpu:.2} | {limit:.2} | {p99:.2} | 2 |"
            );
        }
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

/// Both servers in turn, A B A B.
pub fn compare(requests: &[String], ours: &Running) -> Compared {
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
    let rounds: Vec<[Measured; 2]> = (0..ROUNDS)
        .map(|_| loads.each_ref().map(|load| load.for_seconds(2)))
        .collect();
    let middle = |of: fn(&[Measured; 2]) -> f64| middle(rounds.iter().map(of));
    Compared {
        ours: middle(|[ours, _]| ours.cpu_micros),
        bare: middle(|[_, bare]| bare.cpu_micros),
        cpu: middle(|[ours, bare]| ours.cpu_micros / bare.cpu_micros),
        p99: middle(|[ours, bare]| ours.p99_micros / bare.p99_micros),
    }
}
