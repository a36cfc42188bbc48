//! A server whose disk, that of `BENCH_SMALL_DISK`, has no byte left, or soon will have none.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

use super::Figure;
use super::changes::change;
use super::watch::watch;
use crate::beside::beside_attack;
use crate::proxy::{Proxy, runtime};
use crate::servers::{Program, Running, TENANTS, Work};
use crate::sign_ins::{form, wrong_password};
use crate::{api, ask_gateway};

const STRANGERS: usize = 3;
const QUESTIONS: u32 = 2_000;
/// Bytes that a tenant finds free.
const LEFT: u64 = 16 << 20;
const SECONDS: u64 = 20;
/// Keys that another tenant revokes after that.
const REVOKED: usize = 5;

/// Nothing is left, and strangers try passwords.
pub fn by_strangers(program: &Program) -> Vec<Figure> {
    let what = "another tenant's questions of a gateway that are answered 200";
    let Some((work, keys, server)) = on_small_disk(program) else {
        return vec![(what, "no BENCH_SMALL_DISK".into())];
    };
    let form = runtime().block_on(form(server.port));
    fill(work.path(), 0);
    let attack = |stop: &AtomicBool| try_passwords(server.port, &form, stop);
    let question = ask_gateway(&keys[1]);
    let (watched, ()) = beside_attack(attack, || watch(server.port, &question, QUESTIONS));
    let share = watched.good as f64 / watched.took.len() as f64;
    vec![(what, format!("{:.1} %", share * 100.0))]
}

/// A key changes an allowlist again and again, for as long as there is room.
pub fn by_a_tenant(program: &Program) -> Vec<Figure> {
    let what = "of 5 keys, those that another tenant can revoke then";
    let Some((work, keys, server)) = on_small_disk(program) else {
        return vec![(what, "no BENCH_SMALL_DISK".into())];
    };
    fill(work.path(), LEFT);
    let attack = |stop: &AtomicBool| change(server.port, &keys[0], &keys[TENANTS], stop);
    let of_second: Vec<&String> = keys.iter().skip(1).step_by(TENANTS).collect();
    let (made, _) = beside_attack(attack, || {
        std::thread::sleep(Duration::from_secs(SECONDS));
        runtime().block_on(revoke(server.port, &of_second[..=REVOKED]))
    });
    vec![(what, made.to_string())]
}

/// A server there, with its keys.
fn on_small_disk(program: &Program) -> Option<(Work, Vec<String>, Running)> {
    let disk = std::env::var_os("BENCH_SMALL_DISK")?;
    let work = program.work_in(Path::new(&disk));
    let keys = work.seed(1_000, usize::MAX);
    // What is refused for want of room would be a line each.
    let server = Running::keystead(&work, &["--log", "off"]);
    Some((work, keys, server))
}

/// Leaves so many bytes of the disk on which this directory is.
fn fill(directory: &Path, left: u64) {
    let mut file = std::fs::File::create(directory.join("filler")).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        let part = vec![0; size];
        while file.write_all(&part).is_ok() {}
    }
    let length = file.metadata().unwrap().len();
    file.set_len(length - left).unwrap();
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
