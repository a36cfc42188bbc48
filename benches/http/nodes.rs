//! Several servers on the PostgreSQL that `BENCH_POSTGRES` names: how long a revocation waits for all of them, how many
//! changes a second go through the one row that they share, what each more server gives, and what looking at the lease costs
//! a verification.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::beside::beside_attack;
use crate::load::Load;
use crate::proxy::{Proxy, runtime};
use crate::records::on_postgres;
use crate::servers::{Running, TENANTS, Work};
use crate::{api, ask_gateway, middle, millis, percentile, scale_out};

const KEYS: u32 = 150_000;
const REVOCATIONS: usize = 300;
/// Verifications a second beside them.
const RATE: u64 = 20_000;
const CONNECTIONS: u64 = 20;
/// Clients that make changes at once, and for how long.
const CLIENTS: usize = 16;
const TIME: Duration = Duration::from_secs(10);
/// Pairs of rounds in which the lease is compared.
const ROUNDS: usize = 9;

pub fn run() {
    on_postgres(|work| {
        let secrets = work.seed(KEYS, usize::MAX);
        let others: Vec<Work> = (0..2).map(|_| work.beside()).collect();
        let mut servers = vec![Running::keystead(&work, &[])];
        println!(
            "\n| servers | verifications/s | revocation p50 ms | p99 ms | longest ms | changes/s |"
        );
        println!("|---:|---:|---:|---:|---:|---:|");
        let mut keys = secrets.clone();
        for count in [1, 3] {
            while servers.len() < count {
                let other = &others[servers.len() - 1];
                let secrets = work.secrets();
                let settings: Vec<&str> = secrets.iter().map(String::as_str).collect();
                servers.push(Running::keystead(other, &settings));
            }
            row(&servers, &mut keys, 0);
            row(&servers, &mut keys, RATE);
        }
        scale_out::run(&servers, &secrets);
        drop(servers);
        lease(&work, &secrets);
    });
}

fn row(servers: &[Running], keys: &mut Vec<String>, rate: u64) {
    let mine = keys.split_off(keys.len() - (REVOCATIONS + 1) * TENANTS);
    let asked: Vec<String> = keys[..1_000].iter().map(|key| ask_gateway(key)).collect();
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let (mut took, answered) = beside_attack(
        |stop| ask(&ports, &asked, rate, stop),
        || runtime().block_on(revoke(&ports, &mine)),
    );
    let changes = runtime().block_on(change(&ports, keys));
    let (median, late) = (percentile(&mut took, 50), percentile(&mut took, 99));
    println!(
        "| {} | {answered:.0} | {:.1} | {:.1} | {:.1} | {changes:.0} |",
        servers.len(),
        millis(median),
        millis(late),
        millis(took[took.len() - 1]),
    );
}

/// Revokes keys of one tenant, each at the next server; its first key does it.
async fn revoke(ports: &[u16], keys: &[String]) -> Vec<Duration> {
    let of_tenant: Vec<&String> = keys.iter().step_by(TENANTS).collect();
    let (admin, rest) = of_tenant.split_first().unwrap();
    let proxies: Vec<Proxy> = ports.iter().map(|&port| Proxy::to(port)).collect();
    let mut took = Vec::new();
    for (at, key) in rest.iter().take(REVOCATIONS).enumerate() {
        let proxy = &proxies[at % proxies.len()];
        let id = api::id_of(proxy, key).await;
        let begun = Instant::now();
        let answer = proxy.ask(&api::revocation(&id, admin)).await;
        took.push(begun.elapsed());
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    took
}

/// Asks all servers at a rate until it is told to stop; gives the answers a second. What is revoked meanwhile is not among
/// the keys.
fn ask(ports: &[u16], requests: &[String], rate: u64, stop: &AtomicBool) -> f64 {
    let (begun, answered) = (Instant::now(), AtomicU64::new(0));
    let every = Duration::from_nanos(1_000_000_000 * CONNECTIONS / rate.max(1));
    runtime().block_on(async {
        let connection = |number: u64| {
            let port = ports[number as usize % ports.len()];
            let answered = &answered;
            async move {
                let (proxy, mut next) = (Proxy::to(port), Instant::now());
                for request in requests.iter().cycle() {
                    if stop.load(Ordering::Relaxed) || rate == 0 {
                        return;
                    }
                    let answer = proxy.ask(request).await;
                    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                    answered.fetch_add(1, Ordering::Relaxed);
                    next += every;
                    tokio::time::sleep_until(next.into()).await;
                }
            }
        };
        futures_util::future::join_all((0..CONNECTIONS).map(connection)).await;
    });
    answered.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

/// Changes keys of as many tenants at once, on all servers; gives the changes a second.
async fn change(ports: &[u16], keys: &[String]) -> f64 {
    let (begun, changed) = (Instant::now(), AtomicU64::new(0));
    let client = |number: usize| {
        let (admin, key) = (&keys[number], &keys[number + TENANTS]);
        let (port, changed) = (ports[number % ports.len()], &changed);
        async move {
            let proxy = Proxy::to(port);
            let id = api::id_of(&proxy, key).await;
            for round in 0_u64.. {
                if begun.elapsed() >= TIME {
                    return;
                }
                let settings = format!("{{\"description\":\"round {round}\"}}");
                let answer = proxy.ask(&api::change(&id, admin, &settings)).await;
                assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                changed.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    futures_util::future::join_all((0..CLIENTS).map(client)).await;
    changed.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

/// The same keys at a server with a lease and at one that has its database to itself, in turn.
fn lease(work: &Work, of_leased: &[String]) {
    let alone = Work::new();
    let of_alone = alone.seed(KEYS, usize::MAX);
    let settings = ["--request-log-per-second", "0"];
    let servers = [
        (Running::keystead(work, &settings), of_leased),
        (Running::keystead(&alone, &settings), &of_alone[..]),
    ];
    let asked = servers.each_ref().map(|(server, keys)| {
        let requests: Vec<String> = keys[..10_000].iter().map(|key| ask_gateway(key)).collect();
        (server, requests)
    });
    let round = || {
        asked
            .each_ref()
            .map(|(server, requests)| Load::new(server, requests).for_seconds(2).cpu_micros)
    };
    let rounds: Vec<[f64; 2]> = (0..ROUNDS).map(|_| round()).collect();
    let of = |at: usize| middle(rounds.iter().map(|round| round[at]));
    println!(
        "\nforward-auth with a lease {:.2} us of CPU, without {:.2}: {:.3} times (limit 1.03)",
        of(0),
        of(1),
        middle(rounds.iter().map(|[leased, alone]| leased / alone))
    );
}
