//! The lease, the waits and the decision themselves in a world of their own, in which everything that can go wrong does, at
//! any moment. What happens follows from one number: a run that failed can be had again.
//!
//! `KEYSTEAD_TEST_SEEDS` is the number of runs; `KEYSTEAD_TEST_SEED` the first.

mod database;
mod server;
mod session;
mod world;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::database::Database;
use self::server::{Broken, Outside, Server};
use self::world::World;
use crate::support::rounds::number;

const SERVERS: usize = 3;
const KEYS: usize = 40;
/// How long each world goes on, by its own clock.
const TIME: Duration = Duration::from_secs(12);
/// Runs in which a rule that is left out has to show itself.
const PATIENCE: u64 = 2_000;

/// What came of a run.
struct Outcome {
    accepted: u64,
    answered: usize,
    violations: u64,
}

fn run(seed: u64, broken: Option<Broken>) -> Outcome {
    let world = World::new(seed, SERVERS);
    let database = Arc::<Mutex<Database>>::default();
    let outside = Arc::new(Outside::new(KEYS));
    let start = |at: usize| Server::start(&world, at, &database, &outside, broken);
    (0..SERVERS).for_each(start);
    world.run(TIME, |world| {
        if !world.roll(|dice| dice.once_in(250)) {
            return;
        }
        let at = world.roll(|dice| dice.below(SERVERS as u64)) as usize;
        let time = world.roll(|dice| dice.up_to(Duration::from_millis(2_500)));
        match world.roll(|dice| dice.below(8)) {
            0 | 1 => world.strike(at, |fate, now| fate.frozen = now + time),
            2 => world.strike(at, |fate, now| fate.mute = now + time),
            3 => world.strike(at, |fate, now| fate.deaf = now + time),
            4 => world.strike(at, |fate, now| {
                fate.mute = now + time;
                fate.deaf = now + time;
            }),
            5 => world.stall(time),
            6 => {
                world.kill(at);
                start(at);
            }
            _ => {
                let mut database = database.lock().unwrap();
                database.crash(broken == Some(Broken::UnloggedRows));
                database.away_until = world.now() + time / 4;
            }
        }
    });
    world.end();
    Outcome {
        accepted: outside.accepted.load(Ordering::SeqCst),
        answered: outside.answered(),
        violations: outside.violations.load(Ordering::SeqCst),
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_accepted_that_was_answered_as_revoked() {
    let first = number("KEYSTEAD_TEST_SEED", 1);
    let seeds = number("KEYSTEAD_TEST_SEEDS", 500);
    let (mut accepted, mut answered) = (0, 0);
    for seed in first..first + seeds {
        let outcome = run(seed, None);
        assert_eq!(outcome.violations, 0, "KEYSTEAD_TEST_SEED={seed}");
        accepted += outcome.accepted;
        answered += outcome.answered;
    }
    // Else nothing was tried.
    assert!(
        accepted > 50 * seeds && answered as u64 > 5 * seeds,
        "{accepted} {answered}"
    );
    println!("{seeds} runs: {accepted} accepted, {answered} revoked, none of these accepted");
}

#[test]
fn the_same_number_gives_the_same_run() {
    let twice = [(); 2].map(|()| run(7, None));
    assert_eq!(twice[0].accepted, twice[1].accepted);
    assert_eq!(twice[0].answered, twice[1].answered);
}

/// Whichever rule is left out, a run shows why it is there. `first` is where that was seen last, to be soon there.
fn is_caught(broken: Broken, first: u64) {
    let caught = (first..first + PATIENCE).find(|&seed| run(seed, Some(broken)).violations > 0);
    let seed = caught.unwrap_or_else(|| panic!("{broken:?} is not caught"));
    println!("{broken:?} is caught by run {seed}");
}

macro_rules! each_is_caught {
    ($($test:ident: $broken:ident from $first:literal,)*) => {
        $(
            #[test]
            fn $test() {
                is_caught(Broken::$broken, $first);
            }
        )*
    };
}

each_is_caught! {
    a_lookup_before_the_lease_is_caught: LookupBeforeLease from 30,
    a_cached_clock_is_caught: CachedClock from 10,
    a_lease_from_the_answer_on_is_caught: LeaseFromTheAnswerOn from 10,
    a_lease_before_applying_is_caught: LeaseBeforeApplying from 1,
    a_lease_from_the_load_is_caught: LeaseFromTheLoad from 300,
    word_before_applying_is_caught: WordBeforeApplying from 90,
    servers_read_before_the_commit_are_caught: ServersReadBeforeTheCommit from 310,
    a_short_wait_is_caught: ShortWait from 1,
    an_early_eviction_is_caught: EarlyEviction from 1,
    an_eviction_without_looking_is_caught: EvictionWithoutLooking from 60,
    unlogged_rows_are_caught: UnloggedRows from 1,
    an_entry_put_back_is_caught: EntryPutBack from 1,
}
