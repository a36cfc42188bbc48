//! Does a change that concerns all keys of a tenant take longer the more keys there are? A tenant is suspended and resumed by the
//! command for it, which ends when the server accepts none of its keys, or all of them.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::servers::{Program, Running, Work};
use crate::{millis, percentile};

const SIZES: [u32; 2] = [1_000, 1_000_000];
const ROUNDS: usize = 3;
/// Seeded tenants are called so, and by their number.
const TENANT: &str = "Tenant 1";

pub fn run() {
    println!(
        "\n| program | keys of the tenant | suspended or resumed after ms | times the first | not applied in time |"
    );
    println!("|---|---:|---:|---:|---:|");
    for program in [Program::before(), Some(Program::now())]
        .into_iter()
        .flatten()
    {
        let mut first = None;
        for keys in SIZES {
            let work = program.work();
            work.seed_tenants(1, keys);
            let server = Running::keystead(&work, &[]);
            let (took, failed) = suspend(&work);
            drop(server);
            let took = millis(took);
            println!(
                "| {} | {keys} | {took:.1} | {:.2} | {failed} of {} |",
                program.name,
                took / *first.get_or_insert(took),
                2 * ROUNDS
            );
        }
    }
}

/// The median, and how often the server could not apply it in time.
fn suspend(work: &Work) -> (Duration, usize) {
    let mut failed = 0;
    let mut took: Vec<Duration> = (0..ROUNDS)
        .flat_map(|_| ["suspend", "resume"])
        .map(|command| {
            let begun = Instant::now();
            let status = work
                .keystead()
                .args(["tenant", command, "--tenant", TENANT])
                .args(["--reason", "Measured"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            failed += usize::from(!status.unwrap().success());
            begun.elapsed()
        })
        .collect();
    (percentile(&mut took, 50), failed)
}
