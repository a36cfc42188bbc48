//! The table under the index, tried directly: over HTTP nobody would meet the instants that matter.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use keystead::domain::pepper::Digest;
use keystead::verify::table::Table;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

fn found(table: &Table<u64>, digest: &Digest) -> Option<u64> {
    let held = table.get(digest)?;
    held.get().copied()
}

/// A digest; `crowded` ones all belong into the same bucket under the same mark.
fn digest(random: &mut StdRng, crowded: bool) -> Digest {
    let mut digest: Digest = random.random();
    if crowded {
        digest[..9].fill(7);
    }
    digest
}

#[test]
fn a_table_says_what_a_map_says_through_a_long_life() {
    for (parts, crowded) in [(1, false), (1, true), (16, false), (256, false)] {
        let mut random = StdRng::seed_from_u64(11);
        let (table, mut map) = (Table::new(parts, 0), HashMap::new());
        let known: Vec<Digest> = (0..600).map(|_| digest(&mut random, crowded)).collect();
        for value in 0..30_000 {
            let digest = &known[random.random_range(0..known.len())];
            if random.random_ratio(2, 5) {
                table.remove(digest);
                map.remove(digest);
            } else {
                table.put(digest, value);
                map.insert(*digest, value);
            }
            let asked = &known[random.random_range(0..known.len())];
            assert_eq!(found(&table, asked), map.get(asked).copied());
            assert_eq!(table.count(), map.len());
        }
        for digest in &known {
            assert_eq!(found(&table, digest), map.get(digest).copied());
        }
        let mut all = BTreeSet::new();
        table.for_each(|value| assert!(all.insert(*value), "{value} twice"));
        assert_eq!(all, map.values().copied().collect());
    }
}

#[test]
fn what_was_found_stays_though_its_place_is_given_away() {
    let (table, mut random) = (Table::new(1, 0), StdRng::seed_from_u64(12));
    let [one, other] = [(); 2].map(|()| digest(&mut random, true));
    table.put(&one, 1);
    let held = table.get(&one).unwrap();
    let shared = held.share().unwrap();
    table.remove(&one);
    table.put(&other, 2);
    assert_eq!((held.get(), *shared), (Some(&1), 1));
    assert_eq!(
        (found(&table, &one), found(&table, &other)),
        (None, Some(2))
    );
}

/// A writer adds and removes others, so that the table grows and places are given away, and replaces what is read: a
/// reader always finds it, and never an older value after a newer one.
#[test]
fn readers_miss_nothing_and_see_nothing_old_while_the_table_changes() {
    let mut random = StdRng::seed_from_u64(13);
    let stays = digest(&mut random, true);
    let others: Vec<Digest> = (0..20_000)
        .map(|number| digest(&mut random, number % 16 == 0))
        .collect();
    for _ in 0..5 {
        let (table, stop) = (Table::new(1, 0), AtomicBool::new(false));
        let (newest, looks) = (AtomicU64::new(0), AtomicU64::new(0));
        table.put(&stays, 0);
        let read = || {
            while !stop.load(Ordering::SeqCst) {
                let before = newest.load(Ordering::SeqCst);
                let seen = found(&table, &stays).expect("it is there all the time");
                assert!(seen >= before, "{seen} after {before} was in place");
                looks.fetch_add(1, Ordering::SeqCst);
            }
        };
        std::thread::scope(|scope| {
            let reader = scope.spawn(read);
            for (number, other) in (1..).zip(&others) {
                table.put(other, 0);
                if number % 3 == 0 {
                    table.remove(&others[number as usize / 2]);
                }
                table.put(&stays, number);
                newest.store(number, Ordering::SeqCst);
            }
            while looks.load(Ordering::SeqCst) < 10_000 && !reader.is_finished() {
                std::thread::yield_now();
            }
            stop.store(true, Ordering::SeqCst);
        });
    }
}
