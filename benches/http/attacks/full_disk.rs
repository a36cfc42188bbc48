//! Strangers at the sign-in page of a server whose disk, that of `BENCH_SMALL_DISK`, has no byte left.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join_all;

use super::Figure;
use super::watch::watch;
use crate::ask_gateway;
use crate::beside::beside_attack;
use crate::proxy::{Proxy, runtime};
use crate::servers::{Program, Running};
use crate::sign_ins::{form, wrong_password};

const STRANGERS: usize = 3;
const QUESTIONS: u32 = 2_000;

pub fn measure(program: &Program) -> Vec<Figure> {
    let what = "another tenant's questions of a gateway that are answered 200";
    let Some(disk) = std::env::var_os("BENCH_SMALL_DISK") else {
        return vec![(what, "BENCH_SMALL_DISK names none".into())];
    };
    let work = program.work_in(Path::new(&disk));
    let keys = work.seed(1_000, 1);
    let server = Running::keystead(&work, &[]);
    let form = runtime().block_on(form(server.port));
    fill(&work.path().join("filler"));
    let attack = |stop: &AtomicBool| try_passwords(server.port, &form, stop);
    let question = ask_gateway(&keys[0]);
    let (watched, ()) = beside_attack(attack, || watch(server.port, &question, QUESTIONS));
    let share = watched.good as f64 / watched.took.len() as f64;
    vec![(what, format!("{:.1} %", share * 100.0))]
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
