//! Does a question cost more when there are more keys? Each size gets a database of its own; then all servers have
//! their turns, one after the other, so that other work on the machine slows all of them down alike.

use std::time::Instant;

use crate::load::Load;
use crate::servers::{Running, Work};
use crate::{ask_gateway, middle};

/// As many keys are asked about among millions as among a thousand: else the counts of more keys would be measured.
const USED: usize = 1_000;
const ROUNDS: usize = 9;

struct Size {
    keys: u32,
    start: f64,
    memory_kib: u64,
    server: Running,
    requests: Vec<String>,
    _work: Work,
}

pub fn run(sizes: &[u32]) {
    let sizes: Vec<Size> = sizes.iter().map(|&keys| start(keys)).collect();
    let loads: Vec<Load<'_>> = sizes
        .iter()
        .map(|size| Load::new(&size.server, &size.requests))
        .collect();
    for load in &loads {
        load.for_seconds(1);
    }
    let rounds: Vec<Vec<_>> = (0..ROUNDS)
        .map(|_| loads.iter().map(|load| load.for_seconds(2)).collect())
        .collect();
    println!(
        "\n| keys | start s | s per million | memory MiB | bytes a key beyond its name | CPU us/request | times the first | p99 us |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (place, size) in sizes.iter().enumerate() {
        let (keys, start) = (size.keys, size.start);
        println!(
            "| {keys} | {start:.2} | {:.2} | {:.0} | {} | {:.2} | {:.2} | {:.0} |",
            start / f64::from(keys) * 1e6,
            size.memory_kib as f64 / 1_024.0,
            beyond_name(size, &sizes[0]),
            middle(rounds.iter().map(|round| round[place].cpu_micros)),
            middle(
                rounds
                    .iter()
                    .map(|round| round[place].cpu_micros / round[0].cpu_micros)
            ),
            middle(rounds.iter().map(|round| round[place].p99_micros)),
        );
    }
}

fn start(keys: u32) -> Size {
    let work = Work::new();
    let used = work.seed(keys, USED.min(keys as usize));
    let begun = Instant::now();
    let server = Running::keystead(&work, &[]);
    Size {
        keys,
        start: begun.elapsed().as_secs_f64(),
        memory_kib: server.memory_kib(),
        server,
        requests: used.iter().map(|key| ask_gateway(key)).collect(),
        _work: work,
    }
}

/// Names of seeded keys are "System 1" and so on.
fn beyond_name(size: &Size, first: &Size) -> String {
    if size.keys == first.keys {
        return String::new();
    }
    let name = "System ".len() + size.keys.to_string().len();
    let grown = (size.memory_kib - first.memory_kib) * 1_024;
    format!(
        "{}",
        grown / u64::from(size.keys - first.keys) - name as u64
    )
}
