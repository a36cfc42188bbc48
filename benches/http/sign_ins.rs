//! Verification beside a wave of sign-ins, each from another address and for another person.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::beside::beside_attack;
use crate::load::{Load, Measured};
use crate::proxy::{Proxy, runtime};
use crate::servers::{Running, Work};
use crate::{ask_gateway, middle};

const SIGN_INS_A_SECOND: u64 = 200;
const ROUNDS: usize = 9;

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
    let form = runtime().block_on(form(server.port));
    let places = [
        ("nothing", None),
        ("sign-ins at a bare server", Some(bare.port)),
        ("sign-ins", Some(server.port)),
    ];
    let beside = |asked: Option<u16>, seconds| {
        let measure = || load.for_seconds(seconds);
        match asked {
            Some(port) => beside_attack(|stop| sign_in_until(port, &form, stop), measure),
            None => (measure(), 0.0),
        }
    };
    // The first twenty are looked at beside verification, whatever it costs.
    beside(Some(server.port), 3);
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| places.map(|(_, asked)| beside(asked, 4)))
        .collect();
    println!("\n| beside | requests/s | p99 us | sign-ins/s |");
    println!("|---|---:|---:|---:|");
    for (place, (name, _)) in places.iter().enumerate() {
        let of = |what: fn(&Measured, f64) -> f64| {
            middle(
                rounds
                    .iter()
                    .map(|round| what(&round[place].0, round[place].1)),
            )
        };
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} |",
            of(|measured, _| measured.rate),
            of(|measured, _| measured.p99_micros),
            of(|_, asked| asked),
        );
    }
    let times = |peer: usize| {
        middle(
            rounds
                .iter()
                .map(|round| round[2].0.p99_micros / round[peer].0.p99_micros),
        )
    };
    println!(
        "\nBeside sign-ins: p99 {:.2} times that beside nothing (limit: 1.2), {:.2} times that beside the same requests \
         at a bare server",
        times(0),
        times(1),
    );
}

/// Sends sign-ins at their rate, whether they are answered or not: how many a second it came to.
fn sign_in_until(port: u16, form: &(String, String), stop: &AtomicBool) -> f64 {
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime(), async {
        let (cookie, csrf) = form;
        let proxy = Rc::new(Proxy::to(port));
        let begun = tokio::time::Instant::now();
        let mut asked = 0;
        while !stop.load(Ordering::Relaxed) {
            let (proxy, request) = (Rc::clone(&proxy), sign_in(asked, cookie, csrf));
            tokio::task::spawn_local(async move {
                // The password was looked at and is wrong; too many wait; the bare server.
                let answer = proxy.ask(&request).await;
                assert!(["401", "503", "200"].contains(&&answer[9..12]), "{answer}");
            });
            asked += 1;
            tokio::time::sleep_until(
                begun + Duration::from_millis(asked * 1_000 / SIGN_INS_A_SECOND),
            )
            .await;
        }
        asked as f64 / begun.elapsed().as_secs_f64()
    })
}

/// The cookie and the token that every sign-in brings.
pub async fn form(port: u16) -> (String, String) {
    let page = Proxy::to(port)
        .ask("GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
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
    let [high, low] = [number / 250, number % 250];
    let address = format!("X-Forwarded-For: 10.0.{high}.{low}\r\n");
    let email = format!("person{number}%40example.com");
    wrong_password(&email, cookie, csrf, &address)
}

/// A sign-in with a wrong password, and more headers.
pub fn wrong_password(email: &str, cookie: &str, csrf: &str, headers: &str) -> String {
    let body = format!("csrf={csrf}&email={email}&password=wrong+horse+battery&next=");
    let length = body.len();
    format!(
        "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
