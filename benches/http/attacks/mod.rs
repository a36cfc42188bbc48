//! What one tenant, or a stranger, does to all others: at this program, and at the older one that `BENCH_BEFORE` names, in
//! turn. Each runs with its own limits, on data that it made itself.

mod bodies;
mod changes;
mod crowd;
mod full_disk;
mod guesses;
mod log;
mod watch;

use std::time::Duration;

use crate::servers::Program;
use crate::{millis, percentile, searches, unread};

/// What was measured, and how much.
type Figure = (&'static str, String);

type Attack = (&'static str, fn(&Program) -> Vec<Figure>);

const ATTACKS: [Attack; 9] = [
    (
        "a full disk, 3 strangers who try passwords",
        full_disk::by_strangers,
    ),
    (
        "a disk with 16 MiB left, a key that changes an allowlist",
        full_disk::by_a_tenant,
    ),
    (
        "a key that changes an allowlist of 1,000 again and again",
        changes::measure,
    ),
    ("24 searches in a long request log", search),
    ("a revoked key is asked about without a pause", log::measure),
    ("300 connections that are never read", read_nothing),
    (
        "1,100 connections, 1,024 open files allowed",
        crowd::measure,
    ),
    (
        "a key that sends lists of addresses of 255 KiB",
        bodies::measure,
    ),
    (
        "48 guesses of passwords at once, from ever new addresses",
        guesses::measure,
    ),
];

/// Runs all of them, or those whose name has `BENCH_ATTACK` in it.
pub fn run() {
    let wanted = std::env::var("BENCH_ATTACK").unwrap_or_default();
    let programs: Vec<Program> = Program::before()
        .into_iter()
        .chain([Program::now()])
        .collect();
    let names: Vec<&str> = programs.iter().map(|program| program.name).collect();
    println!("\n| attack | measured | {} |", names.join(" | "));
    println!("|---|---|{}", "---:|".repeat(names.len()));
    for (attack, measure) in ATTACKS {
        if !attack.contains(&wanted) {
            continue;
        }
        let columns: Vec<Vec<Figure>> = programs.iter().map(measure).collect();
        for (place, (measured, _)) in columns[0].iter().enumerate() {
            let figures = columns.iter().map(|column| column[place].1.as_str());
            let figures: Vec<&str> = figures.collect();
            println!("| {attack} | {measured} | {} |", figures.join(" | "));
        }
    }
}

fn search(program: &Program) -> Vec<Figure> {
    let (mut took, failed) = searches::beside(&program.work());
    let mut figures = latencies(
        "another tenant's revocation, ms: p50 / p99 / most",
        &mut took,
    );
    figures.push(("revocations that were not made", failed.to_string()));
    figures
}

fn read_nothing(program: &Program) -> Vec<Figure> {
    vec![("KiB for each", unread::of(program).to_string())]
}

fn latencies(what: &'static str, took: &mut [Duration]) -> Vec<Figure> {
    let [middle, slow, most] = [50, 99, 100].map(|of| millis(percentile(took, of)));
    vec![(what, format!("{middle:.1} / {slow:.1} / {most:.1}"))]
}
