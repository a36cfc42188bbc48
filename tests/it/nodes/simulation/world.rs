//! A world of its own: time, threads of which one runs at a time, and faults, all drawn from one number.

use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// Ends a thread whose server was killed, or whose world is over.
struct Killed;

/// Nobody is threatened by numbers that can be guessed: SplitMix64, so that a seed means the same everywhere.
pub struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than this.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A time up to this.
    pub fn up_to(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.below(most.as_micros() as u64 + 1))
    }
}

/// What a thread stands for.
struct Actor {
    server: usize,
    wakes: Duration,
    is_killed: bool,
    is_done: bool,
    goes_on: Arc<Condvar>,
}

/// What happens to a server.
#[derive(Clone, Copy, Default)]
pub struct Fate {
    /// It stands still until then.
    pub frozen: Duration,
    /// What it sends to the database is lost until then.
    pub mute: Duration,
    /// What the database answers is lost until then.
    pub deaf: Duration,
}

struct Core {
    now: Duration,
    dice: Dice,
    actors: Vec<Actor>,
    running: Option<usize>,
    fates: Vec<Fate>,
    is_over: bool,
}

struct Shared {
    core: Mutex<Core>,
    paused: Condvar,
}

/// Shared by everything in it.
#[derive(Clone)]
pub struct World(Arc<Shared>);

impl World {
    pub fn new(seed: u64, servers: usize) -> Self {
        Self(Arc::new(Shared {
            core: Mutex::new(Core {
                now: Duration::from_secs(1_000),
                dice: Dice(seed),
                actors: Vec::new(),
                running: None,
                fates: vec![Fate::default(); servers],
                is_over: false,
            }),
            paused: Condvar::new(),
        }))
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        // Whoever was killed may have held it.
        self.0
            .core
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }

    pub fn now(&self) -> Duration {
        self.core().now
    }

    pub fn roll<T>(&self, roll: impl FnOnce(&mut Dice) -> T) -> T {
        roll(&mut self.core().dice)
    }

    pub fn fate(&self, server: usize) -> Fate {
        self.core().fates[server]
    }

    /// Starts a thread of a server; it runs when its turn comes.
    pub fn spawn(&self, server: usize, run: impl FnOnce(usize) + Send + 'static) -> JoinHandle<()> {
        let mut core = self.core();
        let actor = core.actors.len();
        let wakes = core.now;
        core.actors.push(Actor {
            server,
            wakes,
            is_killed: false,
            is_done: false,
            goes_on: Arc::default(),
        });
        drop(core);
        let world = self.clone();
        std::thread::spawn(move || {
            let run = std::panic::AssertUnwindSafe(|| {
                world.await_turn(actor);
                run(actor);
            });
            let ended = std::panic::catch_unwind(run);
            let mut core = world.core();
            core.actors[actor].is_done = true;
            core.running = None;
            world.0.paused.notify_all();
            drop(core);
            if let Err(cause) = ended
                && !cause.is::<Killed>()
            {
                resume_unwind(cause);
            }
        })
    }

    /// Lets others go on, until this much time has passed or more.
    pub fn pause(&self, actor: usize, time: Duration) {
        let mut core = self.core();
        core.actors[actor].wakes = core.now + time;
        core.running = None;
        self.0.paused.notify_all();
        drop(core);
        self.await_turn(actor);
    }

    fn await_turn(&self, actor: usize) {
        let mut core = self.core();
        let goes_on = Arc::clone(&core.actors[actor].goes_on);
        while core.running != Some(actor) {
            core = goes_on
                .wait(core)
                .unwrap_or_else(|broken| broken.into_inner());
        }
        if core.actors[actor].is_killed || core.is_over {
            drop(core);
            resume_unwind(Box::new(Killed));
        }
    }

    /// Ends every thread of a server the next time that it would go on.
    pub fn kill(&self, server: usize) {
        let mut core = self.core();
        for actor in core
            .actors
            .iter_mut()
            .filter(|actor| actor.server == server)
        {
            actor.is_killed = true;
        }
    }

    /// One thread stands still while the others of its server go on.
    pub fn stall(&self, time: Duration) {
        let mut core = self.core();
        let count = core.actors.len() as u64;
        let chosen = core.dice.below(count) as usize;
        let until = core.now + time;
        core.actors[chosen].wakes = core.actors[chosen].wakes.max(until);
    }

    pub fn strike(&self, server: usize, change: impl FnOnce(&mut Fate, Duration)) {
        let mut core = self.core();
        let now = core.now;
        change(&mut core.fates[server], now);
    }

    /// Lets threads run, one at a time and in any order, until so much time has passed. `between` is called between two
    /// steps.
    pub fn run(&self, time: Duration, mut between: impl FnMut(&Self)) {
        let end = self.now() + time;
        while self.now() < end {
            between(self);
            let mut core = self.core();
            let now = core.now;
            let Core { actors, fates, .. } = &*core;
            let goes = |actor: &Actor| actor.wakes.max(fates[actor.server].frozen);
            let alive: Vec<(usize, Duration)> = actors
                .iter()
                .enumerate()
                .filter(|(_, actor)| !actor.is_done)
                .map(|(at, actor)| (at, if actor.is_killed { now } else { goes(actor) }))
                .collect();
            let ready: Vec<usize> = alive
                .iter()
                .filter(|(_, at)| *at <= now)
                .map(|(actor, _)| *actor)
                .collect();
            if ready.is_empty() || core.dice.once_in(8) {
                let next = alive.iter().map(|(_, at)| *at).filter(|at| *at > now).min();
                let next = next.unwrap_or(end);
                // Mostly to the next that wakes, at times beyond: whoever was to run then comes late.
                let late = if core.dice.once_in(40) { 300_000 } else { 200 };
                core.now = next + Duration::from_micros(core.dice.below(late));
                continue;
            }
            let chosen = ready[core.dice.below(ready.len() as u64) as usize];
            self.let_go(core, chosen);
        }
    }

    fn let_go<'a>(&'a self, mut core: MutexGuard<'a, Core>, actor: usize) {
        core.running = Some(actor);
        core.actors[actor].goes_on.notify_all();
        while core.running.is_some() {
            core = self
                .0
                .paused
                .wait(core)
                .unwrap_or_else(|broken| broken.into_inner());
        }
    }

    /// Ends every thread.
    pub fn end(&self) {
        self.core().is_over = true;
        loop {
            let core = self.core();
            let Some(left) = core.actors.iter().position(|actor| !actor.is_done) else {
                return;
            };
            self.let_go(core, left);
        }
    }
}
