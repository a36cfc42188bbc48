//! A key that gives another one of its tenant a long allowlist, and the one before again, as fast as it is let.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

use super::Figure;
use crate::api;
use crate::beside::beside_attack;
use crate::proxy::{Proxy, runtime};
use crate::servers::{Program, Running, TENANTS};

const SECONDS: u64 = 20;
const CONNECTIONS: usize = 4;

pub fn measure(program: &Program) -> Vec<Figure> {
    let work = program.work();
    let keys = work.seed(1_000, usize::MAX);
    let server = Running::keystead(&work, &[]);
    let data = work.path().join("data");
    let taken = || [size(&data), server.written_bytes()];
    let before = taken();
    let attack = |stop: &AtomicBool| change(server.port, &keys[0], &keys[TENANTS], stop);
    let wait = || std::thread::sleep(Duration::from_secs(SECONDS));
    let ((), made) = beside_attack(attack, wait);
    let after = taken();
    let each_second = |place: usize| {
        let mib = (after[place].saturating_sub(before[place])) as f64 / f64::from(1 << 20);
        format!("{:.2}", mib / SECONDS as f64)
    };
    vec![
        (
            "changes a second",
            format!("{:.1}", made as f64 / SECONDS as f64),
        ),
        ("MiB that the data grow by each second", each_second(0)),
        ("MiB written to disk each second", each_second(1)),
    ]
}

/// How many changes were made.
pub fn change(port: u16, admin: &str, key: &str, stop: &AtomicBool) -> u64 {
    let lists = [0, 1].map(|second| api::allowlist(second, 1_000));
    let (turn, made) = (AtomicU64::new(0), AtomicU64::new(0));
    let proxy = Proxy::to(port);
    runtime().block_on(async {
        let id = api::id_of(&proxy, key).await;
        let requests = lists.map(|list| api::change(&id, admin, &list));
        join_all((0..CONNECTIONS).map(|_| async {
            while !stop.load(Ordering::Relaxed) {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                let answer = proxy
                    .ask(&requests[usize::from(turn.is_multiple_of(2))])
                    .await;
                if answer.starts_with("HTTP/1.1 200") {
                    made.fetch_add(1, Ordering::Relaxed);
                }
            }
        }))
        .await;
    });
    made.into_inner()
}

/// Bytes of the database and of all that is beside it.
fn size(data: &Path) -> u64 {
    let files = std::fs::read_dir(data).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}
