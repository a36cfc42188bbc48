//! Memory of connections whose clients send questions and never read the answers: bare actix-web, and Keystead.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use crate::ask_gateway;
use crate::servers::{Program, Running, Work};

pub const CONNECTIONS: u64 = 300;

pub fn run() {
    println!("\n| {CONNECTIONS} connections that are never read | KiB for each |");
    println!("|---|---:|");
    let (work, question) = prepare(&Program::now());
    println!(
        "| bare actix-web | {} |",
        measure(&Running::bare(300, 0), &question)
    );
    let ours = Running::keystead(&work, &[]);
    println!("| Keystead | {} |", measure(&ours, &question));
}

/// KiB that each connection takes at a program.
pub fn of(program: &Program) -> u64 {
    let (work, question) = prepare(program);
    measure(&Running::keystead(&work, &[]), &question)
}

fn prepare(program: &Program) -> (Work, String) {
    let work = program.work();
    let keys = work.seed(1_000, 1);
    let question = ask_gateway(&keys[0]);
    (work, question)
}

/// KiB that each connection takes, once the server takes no more of any.
fn measure(server: &Running, question: &str) -> u64 {
    let before = server.memory_kib();
    let many = question.repeat(400);
    let mut open: Vec<TcpStream> = (0..CONNECTIONS)
        .map(|_| {
            let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
            stream
                .set_write_timeout(Some(Duration::from_millis(50)))
                .unwrap();
            stream
        })
        .collect();
    // All of them again and again: a client that waits would let the others be ended meanwhile.
    for _ in 0..3 {
        for stream in &mut open {
            while stream.write_all(many.as_bytes()).is_ok() {}
        }
    }
    (server.memory_kib().saturating_sub(before)) / CONNECTIONS
}
