//! What bounds a key bounds what it makes and changes.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::support::browser_like::Answer;
use crate::support::system::KEYS;
use crate::support::*;

#[actix_web::test]
async fn a_bounded_key_makes_keys_within_its_bounds_alone() {
    let app = App::start().await;
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    let bounds = json!({
        "name": "Bounded", "expires_at": "2026-12-01T00:00:00Z", "ip_allowlist": ["127.0.0.0/30"],
        "rate_limit": { "requests": 100, "per": "minute" },
    });
    let bounded = admin.post(KEYS, bounds.clone()).await.json();
    let system = app.system(bounded["key"].as_str().unwrap());
    for (member, wider, said) in [
        (
            "expires_at",
            json!("2026-12-01T00:00:01Z"),
            "The key that asks ends at 2026-12-01T00:00:00Z: choose an end that is no later.",
        ),
        (
            "expires_at",
            json!(null),
            "The key that asks ends at 2026-12-01T00:00:00Z: choose an end that is no later.",
        ),
        (
            "ip_allowlist",
            json!(["127.0.0.1", "127.0.0.4"]),
            "The key that asks is bound to its own addresses: enforce a list with no others.",
        ),
        (
            "rate_limit",
            json!({ "requests": 2, "per": "second" }),
            "The key that asks has 100 per minute: set a limit that is no higher.",
        ),
    ] {
        let mut wanted = bounds.clone();
        wanted[member] = wider;
        let problem = system.post(KEYS, wanted).await.problem(422);
        assert_eq!(
            problem["errors"],
            json!([{ "field": member, "message": said }])
        );
    }
    let mut observed = bounds.clone();
    observed["ip_allowlist_mode"] = json!("observe");
    system.post(KEYS, observed).await.problem(422);
    let child = system.post(KEYS, bounds).await;
    assert_eq!(child.status, 201, "{}", child.body);

    // Neither the key that made it nor its brother is freed by it, nor is any broader one touched.
    let child = app.system(child.json()["key"].as_str().unwrap());
    for key in [&bounded, &child.whoami().await.json()] {
        let path = format!("{KEYS}/{}", key["id"].as_str().unwrap_or_default());
        for freed in [
            json!({ "expires_at": null }),
            json!({ "ip_allowlist": [] }),
            json!({ "ip_allowlist_mode": "observe" }),
            json!({ "rate_limit": null }),
        ] {
            let answer = child.patch(&path, freed.clone()).await;
            assert!([403, 404, 422].contains(&answer.status), "{freed}");
        }
    }
    let broad = app.issue("Acme", "Broad");
    let said = "with a later end, more addresses or a higher rate limit than its own.";
    for answer in [
        system
            .patch(&broad.resource(), json!({ "name": "Taken" }))
            .await,
        system
            .post(&format!("{}/disable", broad.resource()), json!({}))
            .await,
        system
            .post(&format!("{}/rotate", broad.resource()), json!({}))
            .await,
        system.delete(&broad.resource()).await,
    ] {
        let detail = answer.problem(403)["detail"].to_string();
        assert!(detail.contains(said), "{detail}");
    }
    assert_eq!(app.stored("Acme", &broad).name, "Broad");
    assert_eq!(app.stranger().verify(&broad.secret).await, "VALID");
}

#[actix_web::test]
async fn a_bounded_key_changes_no_group_of_broader_keys() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read");
    let group = app.group("Acme", "Orders");
    let group = format!("/api/v1/auth/authorization-groups/{group}");
    let own = app.issue_with("Acme", "Bounded", None, &["127.0.0.1"], None);
    let system = app.system(&own.secret);
    let wider = json!({ "scopes": ["orders:read", "orders:write"] });
    let shop = app.issue_with("Acme", "Shop", Some("Orders"), &[], None);
    let problem = system.patch(&group, wider.clone()).await.problem(403);
    assert!(
        problem["detail"].to_string().contains("more addresses"),
        "{problem}"
    );
    app.alter_key(
        &shop,
        "ip_allowlist = '127.0.0.1', ip_allowlist_mode = 'enforce'",
    );
    assert_eq!(system.patch(&group, wider).await.status, 200);
}

/// Instants, addresses and rates that keys of the tree differ in.
const ENDS: [Option<&str>; 4] = [
    Some("2026-11-21T00:00:00Z"),
    Some("2026-11-22T00:00:00Z"),
    Some("2026-11-23T00:00:00Z"),
    None,
];
const LISTS: [&[&str]; 5] = [
    &["127.0.0.1"],
    &["127.0.0.1", "192.0.2.0/31"],
    &["127.0.0.1", "192.0.2.0", "192.0.2.1"],
    &["127.0.0.1", "192.0.2.0/24"],
    &[],
];
const ADDRESSES: [&str; 4] = ["127.0.0.1", "192.0.2.0", "192.0.2.9", "203.0.113.1"];
const RATES: [Option<u32>; 4] = [Some(50_000), Some(60_000), Some(70_000), None];

fn random_bounds(random: &mut StdRng) -> Value {
    let list = *LISTS.choose(random).unwrap();
    let mode = match (list, random.random_bool(0.2)) {
        ([], _) => "off",
        (_, true) => "observe",
        _ => "enforce",
    };
    let rate = RATES.choose(random).unwrap();
    json!({
        "expires_at": ENDS.choose(random).unwrap(),
        "ip_allowlist": list,
        "ip_allowlist_mode": mode,
        "rate_limit": rate.map(|requests| json!({ "requests": requests, "per": "minute" })),
    })
}

/// All that a key with these settings can do: at which of the instants, from where, how often.
fn reach(key: &Value) -> BTreeSet<(usize, &'static str, usize)> {
    let lives = |at: &usize| match key["expires_at"].as_str() {
        Some(end) => ENDS[*at].is_some_and(|instant| instant <= end),
        None => true,
    };
    let list = key["ip_allowlist"].as_array().unwrap();
    let holds = |entry: &Value, address: &str| match entry.as_str().unwrap() {
        "192.0.2.0/24" => address.starts_with("192.0.2."),
        "192.0.2.0/31" => address == "192.0.2.0",
        entry => entry == address,
    };
    let admits = |address: &&str| {
        key["ip_allowlist_mode"] != "enforce" || list.iter().any(|entry| holds(entry, address))
    };
    let is_let = |rate: &usize| match key["rate_limit"]["requests"].as_u64() {
        Some(most) => RATES[*rate].is_some_and(|rate| u64::from(rate) <= most),
        None => true,
    };
    let mut all = BTreeSet::new();
    for at in (0..ENDS.len()).filter(lives) {
        for address in ADDRESSES.into_iter().filter(admits) {
            all.extend(
                (0..RATES.len())
                    .filter(is_let)
                    .map(|rate| (at, address, rate)),
            );
        }
    }
    all
}

/// A key of the tree: its settings, and its secret.
struct Node {
    key: Value,
    secret: String,
}

impl Node {
    fn of(answer: &Answer) -> Self {
        let key = answer.json();
        let secret = key["key"].as_str().unwrap().to_owned();
        Self { key, secret }
    }
}

#[actix_web::test]
async fn in_random_trees_of_keys_none_gives_another_more_than_it_has() {
    let app = App::start().await;
    app.set_limit("Acme", 1_000);
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    let mut random = StdRng::seed_from_u64(18);
    let mut tree = Vec::new();
    for _ in 0..4 {
        let mut wanted = random_bounds(&mut random);
        wanted["name"] = json!("Root");
        tree.push(Node::of(&admin.post(KEYS, wanted).await));
    }
    let (mut done, mut refused) = (0, 0);
    for _ in 0..300 {
        let (by, of) = (
            random.random_range(0..tree.len()),
            random.random_range(0..tree.len()),
        );
        let own = reach(&tree[by].key);
        let system = app.system(&tree[by].secret);
        // Half of them within what the key has: most of those at random are not.
        let tries = if random.random_bool(0.5) { 40 } else { 1 };
        let any = (0..tries).map(|_| random_bounds(&mut random));
        let mut wanted = any.max_by_key(|one| reach(one).is_subset(&own)).unwrap();
        let within = reach(&wanted).is_subset(&own);
        if random.random_bool(0.4) {
            wanted["name"] = json!("Child");
            let answer = system.post(KEYS, wanted).await;
            assert_eq!(answer.status == 201, within, "{}", answer.body);
            if within {
                tree.push(Node::of(&answer));
            }
        } else {
            let target = &mut tree[of];
            let path = format!("{KEYS}/{}", target.key["id"].as_str().unwrap());
            let may = by != of && within && reach(&target.key).is_subset(&own);
            let same = reach(&wanted) == reach(&target.key) && by == of;
            let answer = system.patch(&path, wanted).await;
            // A key that sends its own settings changes nothing.
            assert!(answer.status == 200 || !may, "{}", answer.body);
            assert!(answer.status != 200 || may || same, "{}", answer.body);
            if answer.status == 200 {
                target.key = answer.json();
                done += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(
        tree.len() > 40 && done > 10 && refused > 20,
        "{} {done} {refused}",
        tree.len()
    );
}
