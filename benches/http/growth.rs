//! Does a question cost more when there are more keys? Each size gets a database of its own.

use std::time::Instant;

use crate::load::Load;
use crate::servers::{Running, Work};
use crate::{ask_gateway, median};

const USED: usize = 10_000;
const ROUNDS: usize = 3;

pub fn run(sizes: &[u32]) {
    println!(
        "\n| keys | start s | s per million | memory MiB | bytes a key beyond its name | CPU us/request | p99 us |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    let mut smallest = None;
    let mut costs = Vec::new();
    for &keys in sizes {
        let work = Work::new();
        let used = work.seed(keys, USED.min(keys as usize));
        let begun = Instant::now();
        let server = Running::keystead(&work, &[]);
        let start = begun.elapsed().as_secs_f64();
        let memory = server.memory_kib();
        let (base_keys, base_memory) = *smallest.get_or_insert((keys, memory));
        let requests: Vec<String> = used.iter().map(|key| ask_gateway(key)).collect();
        let load = Load::new(&server, &requests);
        load.for_seconds(1);
        let measured = median((0..ROUNDS).map(|_| load.for_seconds(4)).collect());
        // Names of seeded keys: "System 1" and so on.
        let name = "System ".len() + keys.to_string().len();
        let beyond = if keys == base_keys {
            String::new()
        } else {
            let grown = (memory - base_memory) * 1_024;
            format!("{}", grown / u64::from(keys - base_keys) - name as u64)
        };
        println!(
            "| {keys} | {start:.2} | {:.2} | {:.0} | {beyond} | {:.2} | {:.0} |",
            start / f64::from(keys) * 1e6,
            memory as f64 / 1_024.0,
            measured.cpu_micros,
            measured.p99_micros
        );
        costs.push((keys, measured.cpu_micros));
    }
    let (_, first) = costs[0];
    for (keys, cost) in &costs[1..] {
        println!(
            "\n{keys} keys: {:.2} times the CPU of the smallest",
            cost / first
        );
    }
}
