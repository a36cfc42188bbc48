//! What a verification costs over HTTP, against a bare actix-web handler whose answer has the same size.
//!
//! Both servers run with one worker on core 0, one at a time under load (A B A B); the load comes from core 1.
//! CPU time is read from `/proc`. Run it on an idle machine: `cargo bench --bench http`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::pedantic,
    reason = "a measuring tool"
)]

mod bare;
mod load;
mod servers;

use load::{Load, Measured};
use servers::Running;

const KEYS: u32 = 100_000;
/// Different keys that the load uses.
const USED: usize = 10_000;
const ROUNDS: usize = 3;

/// A way to ask, as the text of a request for a key.
type Request = fn(&str) -> String;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, body, filler] = arguments.as_slice()
        && mode == "--bare"
    {
        return bare::serve(body.parse().unwrap(), filler.parse().unwrap());
    }
    servers::pin_this_process();
    let work = servers::Work::new();
    let keys = work.seed(KEYS, USED);
    println!(
        "\n{} keys, {USED} of them asked about, 1 worker, {} connections\n",
        KEYS,
        load::CONNECTIONS
    );
    println!("| question | server | requests/s | p50 us | p99 us | CPU us/request |");
    println!("|---|---|---:|---:|---:|---:|");
    let mut summary = Vec::new();
    for (name, request) in [
        ("verify", verify as Request),
        ("forward-auth", forward_auth),
    ] {
        let (ours, bare) = compare(name, request, &work, &keys);
        summary.push((
            name,
            ours.cpu_micros / bare.cpu_micros,
            ours.p99_micros / bare.p99_micros,
        ));
    }
    println!("\n| question | CPU per request, times bare | p99, times bare |");
    println!("|---|---:|---:|");
    for (name, cpu, p99) in summary {
        println!("| {name} | {cpu:.2} | {p99:.2} |");
    }
}

fn verify(key: &str) -> String {
    let body = format!("{{\"key\":\"{key}\"}}");
    let length = body.len();
    format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn forward_auth(key: &str) -> String {
    format!("GET /forward-auth HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n")
}

/// Both servers in turn; gives the median round of each by CPU.
fn compare(
    name: &str,
    request: Request,
    work: &servers::Work,
    keys: &[String],
) -> (Measured, Measured) {
    let requests: Vec<String> = keys.iter().map(|key| request(key)).collect();
    let ours = Running::keystead(work);
    let (whole, body) = load::answer_size(ours.port, &requests[0]);
    let (smallest, _) = load::answer_size(Running::bare(body, 0).port, &requests[0]);
    let bare = Running::bare(body, whole - smallest);
    assert_eq!(
        load::answer_size(bare.port, &requests[0]),
        (whole, body),
        "the bare answer has another size"
    );
    let mut results: [Vec<Measured>; 2] = [Vec::new(), Vec::new()];
    for server in [&ours, &bare] {
        Load {
            port: server.port,
            pid: server.pid(),
            requests: &requests,
            seconds: 1,
        }
        .run();
    }
    for _ in 0..ROUNDS {
        for (server, results) in [&ours, &bare].into_iter().zip(&mut results) {
            let measured = Load {
                port: server.port,
                pid: server.pid(),
                requests: &requests,
                seconds: 4,
            }
            .run();
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

fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.cpu_micros.total_cmp(&b.cpu_micros));
    rounds.swap_remove(rounds.len() / 2)
}
