//! Strangers at the sign-in page of a server whose disk, that of `BENCH_SMALL_DISK`, has no byte left.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join_all;

use super::Figure;
use super::watch::watch;
use crate::beside::beside_attack;
use crate::proxy::{Proxy, runtime};
use crate::servers::{Program, Running, TENANTS};
use crate::sign_ins::{form, wrong_password};
use crate::{api, ask_gateway};

const STRANGERS: usize = 3;
const QUESTIONS: u32 = 2_000;

/// Keys that another tenant revokes.
const REVOKED: usize = 5;

pub fn measure(program: &Program) -> Vec<Figure> {
    let verified = "another tenant's questions of a gateway that are answered 200";
    let revoked = "of 5 keys, those that another tenant can revoke";
    let Some(disk) = std::env::var_os("BENCH_SMALL_DISK") else {
        let none = || "no BENCH_SMALL_DISK".to_owned();
        return vec![(verified, none()), (revoked, none())];
    };
    let work = program.work_in(Path::new(&disk));
    let keys = work.seed(1_000, usize::MAX);
    // Each refused sign-in would be a line.
    let server = Running::keystead(&work, &["--log", "off"]);
    let form = runtime().block_on(form(server.port));
    fill(&work.path().join("filler"));
    let attack = |stop: &AtomicBool| try_passwords(server.port, &form, stop);
    let question = ask_gateway(&keys[1]);
    let of_second: Vec<&String> = keys.iter().skip(1).step_by(TENANTS).collect();
    let ((watched, made), ()) = beside_attack(attack, || {
        let watched = watch(server.port, &question, QUESTIONS);
        let made = runtime().block_on(revoke(server.port, &of_second[..=REVOKED]));
        (watched, made)
    });
    let share = watched.good as f64 / watched.took.len() as f64;
    vec![
        (verified, format!("{:.1} %", share * 100.0)),
        (revoked, made.to_string()),
    ]
}

/// Revokes all but the first of these keys by that: how many were.
async fn revoke(port: u16, keys: &[&String]) -> usize {
    let proxy = Proxy::to(port);
    let mut made = 0;
    for key in &keys[1..] {
        let id = api::id_of(&proxy, key).await;
        let answer = proxy.try_to_ask(&api::revocation(&id, keys[0])).await;
        made += usize::from(answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 204")));
    }
    made
}

/// Writes until nothing fits any more.
fn fill(file: &Path) {
    let mut file = std::fs::File::create(file).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        let part = vec![0; size];
        while file.write_all(&part).is_ok() {}
    }
}

fn try_passwords(port: u16, (cookie, csrf): &(String, String), stop: &AtomicBool) {
    let next = AtomicU64::new(0);
    let proxy = Proxy::to(port);
    runtime().block_on(join_all((0..STRANGERS).map(|_| async {
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let email = format!("person{number}%40example.com");
            let _ = proxy
                .try_to_ask(&wrong_password(&email, cookie, csrf, ""))
                .await;
        }
    })));
}
