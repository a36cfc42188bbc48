//! The load: keep-alive connections that each send the next request when the answer is there.

use std::fs;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::servers::Running;

pub struct Load<'a> {
    pub port: u16,
    /// Processes whose CPU time counts.
    pub pids: Vec<u32>,
    pub requests: &'a [String],
    pub connections: usize,
    /// The status of every answer.
    pub expected: &'static str,
}

pub struct Measured {
    pub rate: f64,
    pub p99_micros: f64,
    pub cpu_micros: f64,
}

impl<'a> Load<'a> {
    /// 32 connections to a server, every answer 200.
    pub fn new(server: &Running, requests: &'a [String]) -> Self {
        Self {
            port: server.port,
            pids: vec![server.pid()],
            requests,
            connections: 32,
            expected: "200",
        }
    }

    pub fn for_seconds(&self, seconds: u64) -> Measured {
        let [measured] = Self::together([self], seconds);
        measured
    }

    /// Several loads at once. Each counts the CPU of all.
    pub fn together<const N: usize>(loads: [&Self; N], seconds: u64) -> [Measured; N] {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let cpu = |load: &Self| load.pids.iter().map(|&pid| cpu_nanos(pid)).sum::<u64>();
        let before = loads.map(cpu);
        let begun = Instant::now();
        let until = begun + Duration::from_secs(seconds);
        let latencies: [Vec<u32>; N] = runtime.block_on(async {
            let local = tokio::task::LocalSet::new();
            // The load never sleeps: else the slower of two servers would also pay for waking it, with each answer.
            local.spawn_local(async {
                loop {
                    tokio::task::yield_now().await;
                }
            });
            let started = loads.map(|load| load.start(&local, until));
            local
                .run_until(async {
                    let mut all = [const { Vec::new() }; N];
                    for (all, started) in all.iter_mut().zip(started) {
                        for connection in started {
                            all.extend(connection.await.unwrap());
                        }
                    }
                    all
                })
                .await
        });
        let took = begun.elapsed().as_secs_f64();
        let mut place = 0;
        latencies.map(|mut latencies| {
            let spent = cpu(loads[place]) - before[place];
            place += 1;
            latencies.sort_unstable();
            let at = |share: f64| {
                latencies[((latencies.len() - 1) as f64 * share) as usize] as f64 / 1_000.0
            };
            let count = latencies.len() as f64;
            Measured {
                rate: count / took,
                p99_micros: at(0.99),
                cpu_micros: spent as f64 / 1_000.0 / count,
            }
        })
    }

    fn start(
        &self,
        local: &tokio::task::LocalSet,
        until: Instant,
    ) -> Vec<tokio::task::JoinHandle<Vec<u32>>> {
        let expected = format!("HTTP/1.1 {}", self.expected);
        (0..self.connections)
            .map(|number| {
                let requests = self.requests.iter().skip(number).step_by(self.connections);
                let requests: Vec<String> = requests.cloned().collect();
                local.spawn_local(connection(self.port, requests, until, expected.clone()))
            })
            .collect()
    }
}

/// Nanoseconds that a process's threads have run on a CPU.
pub fn cpu_nanos(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

async fn connection(
    port: u16,
    requests: Vec<String>,
    until: Instant,
    expected: String,
) -> Vec<u32> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::with_capacity(200_000);
    let mut buffer = vec![0; 16 * 1024];
    for request in requests.iter().cycle() {
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        stream.write_all(request.as_bytes()).await.unwrap();
        let size = read_answer(&mut stream, &mut buffer).await;
        assert!(
            buffer[..size].starts_with(expected.as_bytes()),
            "{}",
            String::from_utf8_lossy(&buffer[..size])
        );
        latencies.push(begun.elapsed().as_nanos() as u32);
    }
    latencies
}

/// Reads one answer to its end and gives its size.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> usize {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        filled += read;
        let Some(head) = buffer[..filled]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
        else {
            continue;
        };
        if filled >= head + 4 + content_length(&buffer[..head]) {
            return filled;
        }
    }
}

fn content_length(head: &[u8]) -> usize {
    let text = std::str::from_utf8(head).unwrap();
    let line = text
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("content-length:"))
        .unwrap();
    line[15..].trim().parse().unwrap()
}

/// The size of a server's answer to a request: in all, and of its body.
pub fn answer_size(port: u16, request: &str) -> (usize, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut buffer = vec![0; 16 * 1024];
        let size = read_answer(&mut stream, &mut buffer).await;
        let head = buffer[..size]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        (size, size - head - 4)
    })
}
