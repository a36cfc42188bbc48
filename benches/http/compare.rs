//! Keystead against a bare actix-web handler whose answer has the same size, and perhaps against the older Keystead that
//! `BENCH_BEFORE` names, in turn.

use crate::load::{Load, Measured, answer_size};
use crate::servers::{Program, Running, Work};
use crate::{ask_gateway, middle};

const KEYS: u32 = 1_000_000;
/// Different keys that the load uses.
const USED: usize = 10_000;
/// How often each server has its turn.
const ROUNDS: usize = 9;

/// A server, and what it is asked.
pub struct Asked<'a> {
    pub server: &'a Running,
    pub requests: &'a [String],
}

/// Medians of all rounds. A ratio is that of a round and the one that came before or after it, so that it matters little when
/// other work slows the whole machine down for a while.
pub struct Compared {
    pub ours: f64,
    pub bare: f64,
    pub cpu: f64,
    pub p99: f64,
    /// The same of the older program, and the ratios to it.
    pub before: Option<Before>,
}

pub struct Before {
    pub cpu_micros: f64,
    pub cpu: f64,
    pub p99: f64,
}

/// With which settings, and with which keys.
struct Setup {
    name: &'static str,
    settings: &'static [&'static str],
    seeding: &'static [&'static str],
    limit: f64,
}

const SETUPS: [Setup; 2] = [
    Setup {
        name: "without request log and rate limits",
        settings: &["--request-log-per-second", "0"],
        seeding: &[],
        limit: 1.10,
    },
    Setup {
        name: "with everything",
        settings: &["--metrics-listen", "127.0.0.1:0"],
        seeding: &["--rate-limit", "1000000"],
        limit: 1.25,
    },
];

pub fn run() {
    let older = Program::before();
    let columns = |text| if older.is_some() { text } else { "" };
    println!("\n{KEYS} keys, {USED} of them asked about, 1 worker, 32 connections\n");
    println!(
        "| question | CPU us/request | bare | times bare | target | p99, times bare | target |{}",
        columns(" before | times before | p99, times before |")
    );
    println!(
        "|---|---:|---:|---:|---:|---:|---:|{}",
        columns("---:|---:|---:|")
    );
    for setup in &SETUPS {
        let now = Started::new(&Program::now(), setup);
        let before = older.as_ref().map(|older| Started::new(older, setup));
        for (place, question) in ["verify", "forward-auth"].into_iter().enumerate() {
            let before = before.as_ref().map(|before| before.asked(place));
            let compared = compare(&now.asked(place), before.as_ref());
            row(
                &format!("{question}, {}", setup.name),
                &compared,
                setup.limit,
            );
        }
    }
}

fn row(question: &str, compared: &Compared, limit: f64) {
    let Compared {
        ours,
        bare,
        cpu,
        p99,
        before,
    } = compared;
    let before = before.as_ref().map_or(String::new(), |before| {
        let Before {
            cpu_micros,
            cpu,
            p99,
        } = before;
        format!(" {cpu_micros:.2} | {cpu:.2} | {p99:.2} |")
    });
    println!(
        "| {question} | {ours:.2} | {bare:.2} | {cpu:.2} | {limit:.2} | {p99:.2} | 2 |{before}"
    );
}

/// A server with its keys.
struct Started {
    server: Running,
    /// To verify, and of a gateway.
    requests: [Vec<String>; 2],
    _work: Work,
}

impl Started {
    fn new(program: &Program, setup: &Setup) -> Self {
        let work = program.work();
        let keys = work.seed_with(KEYS, USED, setup.seeding);
        let token = work.verifier();
        let requests = [
            keys.iter().map(|key| ask(&token, key)).collect(),
            keys.iter().map(|key| ask_gateway(key)).collect(),
        ];
        Self {
            server: Running::keystead(&work, setup.settings),
            requests,
            _work: work,
        }
    }

    fn asked(&self, place: usize) -> Asked<'_> {
        Asked {
            server: &self.server,
            requests: &self.requests[place],
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

/// All servers in turn.
pub fn compare(ours: &Asked<'_>, before: Option<&Asked<'_>>) -> Compared {
    let first = &ours.requests[0];
    let (whole, body) = answer_size(ours.server.port, first);
    let (smallest, _) = answer_size(Running::bare(body, 0).port, first);
    let bare = Running::bare(body, whole - smallest);
    assert_eq!(
        answer_size(bare.port, first),
        (whole, body),
        "the bare answer has another size"
    );
    // Ours is between the two.
    let mut loads = vec![
        Load::new(&bare, ours.requests),
        Load::new(ours.server, ours.requests),
    ];
    loads.extend(before.map(|before| Load::new(before.server, before.requests)));
    for load in &loads {
        load.for_seconds(1);
    }
    let rounds: Vec<Vec<Measured>> = (0..ROUNDS)
        .map(|_| loads.iter().map(|load| load.for_seconds(2)).collect())
        .collect();
    let cpu = |place: usize| middle(rounds.iter().map(|round| round[place].cpu_micros));
    let times = |place: usize, of: fn(&Measured) -> f64| {
        middle(rounds.iter().map(|round| of(&round[1]) / of(&round[place])))
    };
    Compared {
        ours: cpu(1),
        bare: cpu(0),
        cpu: times(0, |measured| measured.cpu_micros),
        p99: times(0, |measured| measured.p99_micros),
        before: before.map(|_| Before {
            cpu_micros: cpu(2),
            cpu: times(2, |measured| measured.cpu_micros),
            p99: times(2, |measured| measured.p99_micros),
        }),
    }
}
