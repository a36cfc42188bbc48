//! Guesses of passwords, each from another address: half of them of a person who signs in meanwhile in a browser in which
//! they did before.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::Figure;
use crate::beside::beside_attack;
use crate::person::{self, Person, make_admin};
use crate::proxy::{Proxy, runtime};
use crate::records::{connect, number};
use crate::servers::{Program, Running};
use crate::sign_ins::{form, wrong_password};

const AT_ONCE: usize = 48;
const TENANT: &str = "Tenant 1";
/// Of the person, one a second.
const ATTEMPTS: u32 = 20;

pub fn measure(program: &Program) -> Vec<Figure> {
    let work = program.work();
    work.seed(1_000, 1);
    make_admin(work.keystead(), TENANT);
    let server = Running::keystead(&work, &[]);
    let mut person = Person::sign_in(server.port, TENANT);
    let form = runtime().block_on(form(server.port));
    let attack = |stop: &AtomicBool| guess(server.port, &form, stop);
    let (got_in, guesses) = beside_attack(attack, || {
        let begun = Instant::now();
        let mut got_in = 0;
        for attempt in 0..ATTEMPTS {
            let due = begun + Duration::from_secs(1) * attempt;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            got_in += u32::from(person.try_to_sign_in(TENANT) == 303);
        }
        got_in
    });
    let rows = "SELECT COUNT(*) AS n FROM sign_in_failures";
    let rows = number(&mut connect(work.source()), rows);
    vec![
        (
            "20 attempts of the person with the right password that succeed",
            got_in.to_string(),
        ),
        ("guesses in all", guesses.to_string()),
        ("rows that are kept of them", rows.to_string()),
    ]
}

/// Guesses until told to stop: how often.
fn guess(port: u16, (cookie, csrf): &(String, String), stop: &AtomicBool) -> u64 {
    let next = AtomicU64::new(0);
    let known = person::email(TENANT).replace('@', "%40");
    runtime().block_on(join_all((0..AT_ONCE).map(|_| async {
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let stranger = format!("person{number}%40example.com");
            let email = if number.is_multiple_of(2) {
                &known
            } else {
                &stranger
            };
            let request = wrong_password(email, cookie, csrf, "");
            let proxy = Proxy::from(address(number), port);
            let _ = proxy.try_to_ask(&request).await;
        }
    })));
    next.into_inner()
}

/// One of this machine's, in 127.1.0.0 and what follows.
fn address(number: u64) -> Ipv4Addr {
    let first = u64::from(Ipv4Addr::new(127, 1, 0, 0).to_bits());
    Ipv4Addr::from_bits(u32::try_from(first + number % (1 << 23)).unwrap())
}
