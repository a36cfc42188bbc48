//! Verification beside a wave of sign-ins, each from another address and for another person.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::Load;
use crate::servers::{Running, Work};
use crate::{ask_gateway, median};

const SIGN_INS_A_SECOND: u64 = 200;
const ROUNDS: usize = 3;

/// The p99 alone, beside the same requests at a server that does nothing with them, and beside the sign-ins.
pub fn run() {
    let work = Work::new();
    let keys = work.seed(100_000, 10_000);
    let proxied = [
        "--trusted-proxies",
        "127.0.0.1",
        "--forwarded-header",
        "x-forwarded-for",
    ];
    let (server, bare) = (Running::keystead(&work, &proxied), Running::bare(2_000, 0));
    let requests: Vec<String> = keys.iter().map(|key| ask_gateway(key)).collect();
    let load = Load::new(&server, &requests);
    load.for_seconds(1);
    println!("\n| beside | requests/s | p99 us | sign-ins/s | answered in time |");
    println!("|---|---:|---:|---:|---:|");
    let mut p99 = Vec::new();
    let form = runtime().block_on(form(server.port));
    for (name, asked) in [
        ("nothing", None),
        ("sign-ins at a bare server", Some(bare.port)),
        ("sign-ins", Some(server.port)),
    ] {
        let stop = Arc::new(AtomicBool::new(false));
        let wave = asked.map(|port| {
            let (seen, form) = (Arc::clone(&stop), form.clone());
            std::thread::spawn(move || sign_in_until(port, &form, &seen))
        });
        // The first twenty are looked at beside verification, whatever it costs.
        load.for_seconds(3);
        let measured = median((0..ROUNDS).map(|_| load.for_seconds(4)).collect());
        stop.store(true, Ordering::Relaxed);
        let wave = wave.map(|wave| wave.join().unwrap());
        let (asked, judged, took) = wave.unwrap_or((0, 0, 1.0));
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} | {:.1}/s |",
            measured.rate,
            measured.p99_micros,
            asked as f64 / took,
            judged as f64 / took,
        );
        p99.push(measured.p99_micros);
    }
    println!(
        "\nBeside sign-ins: p99 {:.2} times that beside nothing (limit: 1.2), {:.2} times that beside the same requests \
         at a bare server",
        p99[2] / p99[0],
        p99[2] / p99[1],
    );
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Sends sign-ins at their rate, whether they are answered or not: how many, how many of them a password was looked at
/// for, and the seconds it took.
fn sign_in_until(port: u16, form: &(String, String), stop: &AtomicBool) -> (u64, u64, f64) {
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime(), async {
        let (cookie, csrf) = form;
        let answered = Rc::new(Cell::new(0));
        let begun = tokio::time::Instant::now();
        let mut asked = 0;
        while !stop.load(Ordering::Relaxed) {
            let request = sign_in(asked, cookie, csrf);
            let answered = Rc::clone(&answered);
            tokio::task::spawn_local(async move {
                // 401: the password was looked at and is wrong. 503: too many wait. 200: the bare server.
                match ask(port, &request).await {
                    answer if answer.starts_with("HTTP/1.1 401") => {
                        answered.set(answered.get() + 1)
                    }
                    answer => assert!(["503", "200"].contains(&&answer[9..12]), "{answer}"),
                }
            });
            asked += 1;
            tokio::time::sleep_until(
                begun + Duration::from_millis(asked * 1_000 / SIGN_INS_A_SECOND),
            )
            .await;
        }
        (asked, answered.get(), begun.elapsed().as_secs_f64())
    })
}

/// The cookie and the token that every sign-in brings.
async fn form(port: u16) -> (String, String) {
    let page = ask(
        port,
        "GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    )
    .await;
    let between = |text: &str, from: &str, to: &str| {
        let rest = text.split(from).nth(1).unwrap();
        rest.split(to).next().unwrap().to_owned()
    };
    let cookie = between(
        &page.replace("Set-Cookie", "set-cookie"),
        "set-cookie: ",
        ";",
    );
    (cookie, between(&page, "name=\"csrf\" value=\"", "\""))
}

fn sign_in(number: u64, cookie: &str, csrf: &str) -> String {
    let body = format!(
        "csrf={csrf}&email=person{number}%40example.com&password=wrong+horse+battery&next="
    );
    let [high, low] = [number / 250, number % 250];
    let length = body.len();
    format!(
        "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {cookie}\r\n\
         X-Forwarded-For: 10.0.{high}.{low}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

async fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
