//! Verifications of one, two and three servers on one database, each against what a core gives: whether servers that share
//! a database are in each other's way.

use crate::load::Load;
use crate::servers::Running;
use crate::{ask_gateway, middle};

const ROUNDS: usize = 7;
const SECONDS: u64 = 2;

/// One worker each, all on one core: so what they give together is to stay that core's worth, however many they are. Those
/// that are not asked renew their leases beside it.
pub fn run(servers: &[Running], keys: &[String]) {
    let [one, two, three] = servers else {
        panic!("three servers are compared");
    };
    let requests: Vec<String> = keys[..10_000].iter().map(|key| ask_gateway(key)).collect();
    let load = |server: &Running, connections: usize| Load {
        connections,
        ..Load::new(server, &requests)
    };
    let round = || {
        [
            sum(&Load::together([&load(one, 48)], SECONDS)),
            sum(&Load::together([&load(one, 24), &load(two, 24)], SECONDS)),
            sum(&Load::together(
                [&load(one, 16), &load(two, 16), &load(three, 16)],
                SECONDS,
            )),
        ]
    };
    let rounds: Vec<[(f64, f64); 3]> = (0..ROUNDS).map(|_| round()).collect();
    println!(
        "\n| servers asked | verifications/s | us of CPU each | a core's worth of verifications/s | times one server |"
    );
    println!("|---:|---:|---:|---:|---:|");
    for at in 0..servers.len() {
        let rate = middle(rounds.iter().map(|round| round[at].0));
        let cost = middle(rounds.iter().map(|round| round[at].1));
        let against_one = middle(rounds.iter().map(|round| round[0].1 / round[at].1));
        println!(
            "| {} | {rate:.0} | {cost:.2} | {:.0} | {against_one:.3} |",
            at + 1,
            1_000_000.0 / cost
        );
    }
}

/// Verifications a second of all, and what one costs.
fn sum(measured: &[crate::Measured]) -> (f64, f64) {
    let rate: f64 = measured.iter().map(|one| one.rate).sum();
    let spent: f64 = measured.iter().map(|one| one.rate * one.cpu_micros).sum();
    (rate, spent / rate)
}
