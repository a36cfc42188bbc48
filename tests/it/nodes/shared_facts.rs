//! What several servers have in common: one time, one rate limit for a key, and one of them for what is done once.

use std::time::Instant;

use serde_json::json;

use super::{Nodes, told};
use crate::support::direct;
use crate::support::process::Server;
use crate::support::system::KEYS;

/// Where Debian puts it.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

#[actix_web::test]
async fn a_server_whose_clock_is_an_hour_ahead_refuses_nothing_too_early() {
    assert!(
        std::path::Path::new(FAKETIME).exists(),
        "install libfaketime"
    );
    let mut nodes = Nodes::start(1).await;
    let ahead = nodes.launch_with(1, |command| {
        command.env("LD_PRELOAD", FAKETIME).env("FAKETIME", "+1h");
        // The time of day alone: what waits by another clock would never wake.
        command.env("DONT_FAKE_MONOTONIC", "1");
    });
    nodes.servers.push(ahead);
    let end = chrono::Utc::now() + chrono::TimeDelta::minutes(30);
    let admin = nodes.servers[0].system(&nodes.admin);
    let draft = json!({
        "name": "Short", "authorization_group": "Full access",
        "expires_at": end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    });
    let answer = admin.post(KEYS, draft).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let key = answer.json()["key"].as_str().unwrap().to_owned();
    for server in &nodes.servers {
        assert_eq!(told(server, &key).await, 200);
    }
    // Its pages go by the same time.
    assert_eq!(nodes.servers[1].system(&key).whoami().await.status, 200);
}

/// A key that may be used so often a minute.
async fn limited(nodes: &Nodes, name: &str, requests: u32) -> String {
    let admin = nodes.servers[0].system(&nodes.admin);
    let draft = json!({
        "name": name, "authorization_group": "Full access",
        "rate_limit": { "requests": requests, "per": "minute" },
    });
    let answer = admin.post(KEYS, draft).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["key"].as_str().unwrap().to_owned()
}

/// What a server says is left of a limit.
async fn left(server: &Server, key: &str) -> u32 {
    let answer = server.system(key).get("/forward-auth").await;
    let told = answer.header("ratelimit").to_owned();
    let left = told.split("r=").nth(1).unwrap().split(';').next();
    left.unwrap().parse().unwrap()
}

#[actix_web::test]
async fn two_servers_give_one_rate_limit_and_the_last_one_all_of_it() {
    let mut nodes = Nodes::start(2).await;
    let (large, small) = (
        limited(&nodes, "Large", 10_000).await,
        limited(&nodes, "Small", 30).await,
    );
    let half = |left: u32| left < 6_000;
    for server in &nodes.servers {
        direct::until("it gives half of each limit", async || {
            half(left(server, &large).await)
        })
        .await;
    }
    let (begun, mut passed) = (Instant::now(), 0);
    for _ in 0..60 {
        for server in &nodes.servers {
            passed += u32::from(told(server, &small).await == 200);
        }
    }
    // With what was earned meanwhile.
    let earned = begun.elapsed().as_secs_f64() / 2.0;
    assert!(f64::from(passed) <= 1.1 * (30.0 + earned), "{passed}");
    assert!(passed >= 28, "{passed}");

    assert_eq!(nodes.servers[1].stop(), 0);
    let alone = &nodes.servers[0];
    direct::until("it gives all of it", async || {
        !half(left(alone, &large).await)
    })
    .await;
}

/// A machine that stood still can't be had here; setting the time of day looks the same from inside.
#[actix_web::test]
async fn a_server_that_may_have_stood_still_renews_its_lease_before_it_answers() {
    let mut nodes = Nodes::start(0).await;
    let time = nodes.places[0].data("time");
    let set = |by: &str| {
        let new = time.with_extension("new");
        std::fs::write(&new, by).unwrap();
        std::fs::rename(&new, &time).unwrap();
    };
    set("+0");
    let server = nodes.launch_with(0, |command| {
        command.env("LD_PRELOAD", FAKETIME);
        command.env("FAKETIME_TIMESTAMP_FILE", &time);
        command.env("FAKETIME_NO_CACHE", "1");
        command.env("DONT_FAKE_MONOTONIC", "1");
        // Long enough that it does not end by itself while this looks.
        command.env("KEYSTEAD_LEASE_SECONDS", "5");
    });
    nodes.servers.push(server);
    let (_, key) = nodes.issue("ERP").await;
    let server = &nodes.servers[0];
    let seen = async |text: &str| {
        direct::until(text, async || {
            server.log().contains("the time of day jumped")
        })
        .await;
    };

    // Without the database there is no new lease, and the old one counts no more.
    nodes.cluster.crash();
    set("+1h");
    seen("the server notices").await;
    assert_eq!(told(server, &key).await, 503);
    nodes.cluster.start();
    direct::until("it has a lease again", async || {
        told(server, &key).await == 200
    })
    .await;
}
