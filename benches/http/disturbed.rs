//! Verification beside other work: admin changes and the request log, then garbage at full rate.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::api;
use crate::load::Load;
use crate::servers::{Running, Work};
use crate::{ask_gateway, median};

/// Systems that change a key each; one alone would wait for its answers, and make fewer changes.
const CHANGERS: usize = 5;
/// Of each system.
const CHANGES_A_SECOND: u32 = 10;
const ROUNDS: usize = 3;

/// The rate alone, and beside 50 changes a second with the request log on.
pub fn changes() {
    let work = Work::new();
    let keys = work.seed(100_000, 10_000);
    let (changing, asked) = keys.split_at(CHANGERS);
    let requests: Vec<String> = asked.iter().map(|key| ask_gateway(key)).collect();
    println!("\n| beside | requests/s | p99 us | CPU us/request | changes/s |");
    println!("|---|---:|---:|---:|---:|");
    let mut rates = Vec::new();
    for (name, log, disturbed) in [
        ("nothing, request log off", "0", false),
        ("request log", "1000", false),
        ("request log and changes", "1000", true),
    ] {
        let server = Running::keystead(&work, &["--request-log-per-second", log]);
        let stop = Arc::new(AtomicBool::new(!disturbed));
        let made = Arc::new(AtomicU64::new(0));
        let changers: Vec<_> = changing
            .iter()
            .map(|key| {
                let (stop, made) = (Arc::clone(&stop), Arc::clone(&made));
                let (key, port) = (key.clone(), server.port);
                std::thread::spawn(move || change(port, &key, &stop, &made))
            })
            .collect();
        let load = Load::new(&server, &requests);
        load.for_seconds(1);
        let (begun, before) = (Instant::now(), made.load(Ordering::Relaxed));
        let measured = median((0..ROUNDS).map(|_| load.for_seconds(4)).collect());
        let rate = (made.load(Ordering::Relaxed) - before) as f64 / begun.elapsed().as_secs_f64();
        stop.store(true, Ordering::Relaxed);
        for changer in changers {
            changer.join().unwrap();
        }
        println!(
            "| {name} | {:.0} | {:.0} | {:.2} | {rate:.0} |",
            measured.rate, measured.p99_micros, measured.cpu_micros
        );
        rates.push(measured.rate);
    }
    println!(
        "\nDisturbed: {:.0} % of the undisturbed rate (limit: 85 %)",
        rates[2] / rates[0] * 100.0
    );
}

/// Gives the key another description, again and again.
fn change(port: u16, key: &str, stop: &AtomicBool, made: &AtomicU64) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let id = api::id_in(&send(&mut stream, &api::who_am_i(key)));
    let mut next = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let body = format!(
            "{{\"description\":\"Change {}\"}}",
            made.load(Ordering::Relaxed)
        );
        let answer = send(&mut stream, &api::change(&id, key, &body));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        made.fetch_add(1, Ordering::Relaxed);
        next += Duration::from_secs(1) / CHANGES_A_SECOND;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

fn send(stream: &mut TcpStream, question: &str) -> String {
    stream.write_all(question.as_bytes()).unwrap();
    let mut buffer = [0; 16 * 1_024];
    let read = stream.read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

/// A valid key's answers beside as many questions about garbage.
pub fn garbage() {
    let work = Work::new();
    let keys = work.seed(100_000, 10_000);
    let server = Running::keystead(&work, &[]);
    let valid: Vec<String> = keys.iter().map(|key| ask_gateway(key)).collect();
    // Half of them have the wrong check, half are well formed and unknown: keys of another server.
    let other = Work::new();
    let unknown = other.seed(5_000, 5_000);
    let garbage: Vec<String> = unknown
        .iter()
        .flat_map(|key| {
            [
                ask_gateway(key),
                ask_gateway(&format!("{}0", &key[..key.len() - 1])),
            ]
        })
        .collect();
    let half = |requests, expected| Load {
        port: server.port,
        pids: vec![server.pid()],
        requests,
        connections: 16,
        expected,
    };
    println!("\n| connections | valid requests/s | valid p99 us | garbage/s |");
    println!("|---|---:|---:|---:|");
    let alone = Load::new(&server, &valid);
    alone.for_seconds(1);
    let alone = median((0..ROUNDS).map(|_| alone.for_seconds(4)).collect());
    println!(
        "| 32 with valid keys | {:.0} | {:.0} | 0 |",
        alone.rate, alone.p99_micros
    );
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let [beside, noise] = Load::together([&half(&valid, "200"), &half(&garbage, "401")], 4);
        println!(
            "| 16 with valid keys, 16 with garbage | {:.0} | {:.0} | {:.0} |",
            beside.rate, beside.p99_micros, noise.rate
        );
        rounds.push(beside);
    }
    let beside = median(rounds);
    println!(
        "\nBeside garbage: p99 {:.2} times (limit: 2)",
        beside.p99_micros / alone.p99_micros
    );
    // What valid keys caused waits in the usage journal for up to ten seconds; garbage alone must cause nothing.
    std::thread::sleep(Duration::from_secs(15));
    let before = server.written_bytes();
    let noise = half(&garbage, "401").for_seconds(4);
    std::thread::sleep(Duration::from_secs(2));
    let after = server.written_bytes();
    println!(
        "Garbage alone: {:.0} questions a second, {} bytes written to disk",
        noise.rate,
        after - before
    );
}
