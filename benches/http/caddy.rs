//! What a connection for each question costs Caddy, by the shipped file: CPU of Caddy and Keystead together.

use std::process::{Child, Command, Stdio};

use crate::gateway::free_port;
use crate::load::{Load, Measured, answer_size};
use crate::servers::{Running, Work};
use crate::{median, middle};

const ROUNDS: usize = 5;

pub fn run() {
    let work = Work::new();
    let keys = work.seed(100_000, 10_000);
    let server = Running::keystead(&work, &[]);
    let api = Running::bare(2, 0);
    let requests: Vec<String> = keys
        .iter()
        .map(|key| format!("GET / HTTP/1.1\r\nHost: api.example.com\r\nX-API-Key: {key}\r\n\r\n"))
        .collect();
    let ways = [("off", "one each"), ("75s", "kept")];
    let gateways = ways.map(|(keep, _)| Caddy::start(&work, keep, &server, &api));
    let measure = |caddy: &Caddy, seconds| {
        let load = Load {
            port: caddy.port,
            pids: vec![caddy.child.id(), server.pid()],
            requests: &requests,
            connections: 16,
            // Where connections are kept, an affected Caddy refuses some with 503.
            expected: "",
        };
        load.for_seconds(seconds)
    };
    for caddy in &gateways {
        answer_size(caddy.port, &requests[0]);
        measure(caddy, 1);
    }
    let rounds: Vec<[Measured; 2]> = (0..ROUNDS)
        .map(|_| gateways.each_ref().map(|caddy| measure(caddy, 4)))
        .collect();
    let times = middle(
        rounds
            .iter()
            .map(|[each, kept]| each.cpu_micros / kept.cpu_micros),
    );
    println!(
        "\n| connections to Keystead | requests/s | p99 us | CPU us/request, Caddy and Keystead |"
    );
    println!("|---|---:|---:|---:|");
    let (each, kept) = rounds.into_iter().map(|[each, kept]| (each, kept)).unzip();
    for ((_, name), rounds) in ways.iter().zip([each, kept]) {
        let Measured {
            rate,
            p99_micros,
            cpu_micros,
        } = median(rounds);
        println!("| {name} | {rate:.0} | {p99_micros:.0} | {cpu_micros:.1} |");
    }
    println!("\nA connection for each question costs {times:.2} times what kept ones cost");
}

struct Caddy {
    port: u16,
    child: Child,
}

impl Caddy {
    fn start(work: &Work, keep: &str, server: &Running, api: &Running) -> Self {
        let port = free_port();
        let mut sites = include_str!("../../deploy/caddy/Caddyfile").to_owned();
        for (from, to) in [
            (
                "\napi.example.com {",
                format!("\nhttp://api.example.com:{port} {{"),
            ),
            (
                "\nkeys.example.com {",
                format!("\nhttp://keys.example.com:{port} {{"),
            ),
            ("127.0.0.1:8080", format!("127.0.0.1:{}", server.port)),
            ("127.0.0.1:9000", format!("127.0.0.1:{}", api.port)),
            ("keepalive off", format!("keepalive {keep}")),
        ] {
            assert!(sites.contains(from), "no {from} in the Caddyfile");
            sites = sites.replace(from, &to);
        }
        let path = work.path().join(format!("{keep}.Caddyfile"));
        std::fs::write(&path, format!("{{\nadmin off\nauto_https off\n}}\n{sites}")).unwrap();
        let child = Command::new("taskset")
            .args([
                "-c",
                "0",
                "caddy",
                "run",
                "--adapter",
                "caddyfile",
                "--config",
            ])
            .arg(path)
            .env("HOME", work.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("needs Caddy (Debian package caddy)");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(std::time::Instant::now() < deadline, "Caddy does not start");
        }
        Self { port, child }
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
