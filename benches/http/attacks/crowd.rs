//! More connections than the server may open files, each with one question, and then silent.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::Figure;
use crate::ask_gateway;
use crate::proxy::{Proxy, connect_from, runtime};
use crate::servers::{Program, Running};

const CONNECTIONS: u16 = 1_100;
const FILES: u32 = 1_024;
const CLIENTS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(5);

pub fn measure(program: &Program) -> Vec<Figure> {
    vec![
        (
            "of one address: 10 new clients that get an answer within 5 s",
            answered(program, 1),
        ),
        (
            "of 11 addresses: 10 new clients that get an answer within 5 s",
            answered(program, 11),
        ),
    ]
}

fn answered(program: &Program, addresses: u16) -> String {
    let work = program.work();
    let keys = work.seed(1_000, 1);
    let server = Running::with_few_files(&work, FILES);
    let question = ask_gateway(&keys[0]);
    runtime().block_on(async {
        let mut silent = Vec::new();
        for number in 0..CONNECTIONS {
            let [_, last] = (2 + number % addresses).to_be_bytes();
            let address = Ipv4Addr::new(127, 0, 0, last);
            let mut stream = connect_from(address, server.port).await.unwrap();
            // It may have had to give way already.
            let _ = stream.write_all(question.as_bytes()).await;
            silent.push(stream);
        }
        let clients = join_all((0..CLIENTS).map(|_| async {
            let proxy = Proxy::to(server.port);
            let answer = timeout(PATIENCE, proxy.try_to_ask(&question)).await;
            answer.is_ok_and(|answer| answer.is_ok_and(|text| text.starts_with("HTTP/1.1 200")))
        }));
        let answered = clients.await.into_iter().filter(|answered| *answered);
        answered.count().to_string()
    })
}
