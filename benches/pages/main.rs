//! What the pages that find keys cost: `cargo bench --bench pages`. A million keys in 1,000 tenants, 100,000 of them in
//! one. `KEYSTEAD_BENCH_POSTGRES` names an empty database on a PostgreSQL server of this machine; without it the
//! database is SQLite.
//!
//! One request after the other; after each, the CPU time that the processes took is read from `/proc`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::pedantic,
    reason = "a measuring tool"
)]

#[path = "../shared/credentials.rs"]
mod credentials;
mod person;
mod place;

use std::time::Instant;

use person::Person;
use place::{Place, Server};

const ROUNDS: usize = 300;
/// Most CPU that a page of keys may take.
const MILLIS: f64 = 3.0;
/// Most CPU that a page of 100 integrations may take.
const INTEGRATIONS_MILLIS: f64 = 5.0;
/// Most bytes that it may have on the wire.
const BYTES: usize = 40 * 1024;

/// A tenant and its number of keys.
const TENANTS: [(&str, &str); 2] = [("Tenant 1", "100,900"), ("Tenant 51", "900")];

/// What is asked for: a name, an address, and whether htmx asks for the list alone.
fn pages() -> Vec<(&'static str, String, bool)> {
    let list = "/tenant-api-keys";
    vec![
        ("list", list.into(), false),
        ("list, as cards", format!("{list}?view=cards"), false),
        ("list by name", format!("{list}?sort=name"), false),
        ("active keys", format!("{list}?status=active"), true),
        (
            "search, a common and a rare word",
            format!("{list}?q=system+51"),
            true,
        ),
        ("search, every key fits", format!("{list}?q=system"), true),
        ("search, none fits", format!("{list}?q=no+such+name"), true),
        (
            "search, two parts of words",
            format!("{list}?q=tem+99"),
            true,
        ),
    ]
}

fn main() {
    let place = Place::new();
    place.seed();
    let project = place.add_integrations(TENANTS[1].0);
    let server = place.serve();
    let pids = server.pids();
    let others = if pids.len() > 1 {
        " and its database connections"
    } else {
        ""
    };
    println!("CPU of the server process{others}.\n");
    println!("| keys of the tenant | page | CPU ms p50 | p99 | ms p50 | p99 | KB on the wire |");
    println!("|---:|---|---:|---:|---:|---:|---:|");
    let mut over = Vec::new();
    for (tenant, keys) in TENANTS {
        let person = Person::sign_in(server.port, tenant);
        for (name, path, htmx) in pages() {
            let page = Page {
                name,
                path,
                htmx,
                millis: MILLIS,
            };
            measure(&page, (&person, &server, &pids), keys, &mut over);
        }
        if tenant == TENANTS[1].0 {
            let page = Page {
                name: "integrations of a project, 100 of them",
                path: format!("/projects/{project}/integrations"),
                htmx: false,
                millis: INTEGRATIONS_MILLIS,
            };
            measure(&page, (&person, &server, &pids), keys, &mut over);
        }
    }
    let kilobytes = BYTES / 1_024;
    match over.as_slice() {
        [] => println!("\nAll within their CPU (p50) and {kilobytes} KB."),
        over => println!(
            "\nOver their CPU (p50) or {kilobytes} KB: {}.",
            over.join("; ")
        ),
    }
}

/// What is asked for.
struct Page {
    name: &'static str,
    path: String,
    /// The list alone, as htmx asks for it.
    htmx: bool,
    /// Most CPU at the median.
    millis: f64,
}

fn measure(
    page: &Page,
    (person, server, pids): (&Person, &Server, &[u32]),
    keys: &str,
    over: &mut Vec<String>,
) {
    let (mut cpu, mut took, mut bytes) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS + 20 {
        let (before, begun) = (server.cpu_nanos(pids), Instant::now());
        bytes = bytes.max(person.get(&page.path, page.htmx));
        let elapsed = begun.elapsed().as_secs_f64() * 1_000.0;
        if round >= 20 {
            cpu.push((server.cpu_nanos(pids) - before) as f64 / 1_000_000.0);
            took.push(elapsed);
        }
    }
    let [c50, c99] = shares(&mut cpu);
    let [t50, t99] = shares(&mut took);
    let (kilobytes, name) = (bytes as f64 / 1_024.0, page.name);
    println!("| {keys} | {name} | {c50:.2} | {c99:.2} | {t50:.2} | {t99:.2} | {kilobytes:.1} |");
    if c50 > page.millis || bytes > BYTES {
        over.push(format!("{name} of {keys} keys"));
    }
}

/// The median and the 99th percentile.
fn shares(values: &mut [f64]) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.50, 0.99].map(|share| values[((values.len() - 1) as f64 * share) as usize])
}
