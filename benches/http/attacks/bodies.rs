//! A key of one tenant that sends the longest lists that are read, in several requests at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join_all;

use super::watch::watch;
use super::{Figure, latencies};
use crate::beside::beside_attack;
use crate::proxy::{Proxy, runtime};
use crate::servers::{Program, Running, TENANTS};
use crate::{api, ask_gateway};

const BODY: usize = 255 * 1_024;
const CONNECTIONS: usize = 4;
const QUESTIONS: u32 = 1_500;

pub fn measure(program: &Program) -> Vec<Figure> {
    let work = program.work();
    let keys = work.seed(1_000, usize::MAX);
    let server = Running::keystead(&work, &[]);
    let attack = |stop: &AtomicBool| send_lists(server.port, &keys[0], &keys[TENANTS], stop);
    let question = ask_gateway(&keys[1]);
    let (mut watched, sent) = beside_attack(attack, || watch(server.port, &question, QUESTIONS));
    assert_eq!(watched.good, watched.took.len());
    let what = "another tenant's questions of a gateway, ms: p50 / p99 / most";
    let mut figures = latencies(what, &mut watched.took);
    figures.push(("lists in all", sent.to_string()));
    figures
}

/// Sends lists without a pause: how many.
fn send_lists(port: u16, admin: &str, key: &str, stop: &AtomicBool) -> u64 {
    let list = api::allowlist(0, BODY / 14);
    let sent = AtomicU64::new(0);
    let proxy = Proxy::to(port);
    runtime().block_on(async {
        let request = api::change(&api::id_of(&proxy, key).await, admin, &list);
        assert!((BODY - 16 * 1_024..256 * 1_024).contains(&request.len()));
        join_all((0..CONNECTIONS).map(|_| async {
            while !stop.load(Ordering::Relaxed) {
                proxy.ask(&request).await;
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }))
        .await;
    });
    sent.into_inner()
}
