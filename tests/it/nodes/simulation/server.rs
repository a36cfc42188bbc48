//! The servers of a simulation: the product's own lease, waits, index and decision, on a clock and a database of its own.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keystead::background::nodes::Store;
use keystead::background::nodes::confirmations::{Seen, Wait};
use keystead::background::nodes::evictions::Silences;
use keystead::background::nodes::member::Member;
use keystead::db::node_leases::NodeLease;
use keystead::domain::boot_clock::BootClock;
use keystead::domain::environment::Environment;
use keystead::domain::id::{GroupId, KeyId, NodeId, TenantId};
use keystead::domain::key_text::KeySecret;
use keystead::domain::pepper::{Pepper, Peppers};
use keystead::domain::scope::Scopes;
use keystead::domain::time::Timestamp;
use keystead::domain::verdict::Code;
use keystead::verify::Index;
use keystead::verify::counters::Counters;
use keystead::verify::entry::{Entry, Grants, Group};
use keystead::verify::lease::Lease;
use zeroize::Zeroizing;

use super::database::Database;
use super::session::Session;
use super::world::World;
use crate::support::asked::asked;

/// How long leases last: short, so that much happens in little time.
pub const LEASE: Duration = Duration::from_secs(1);

/// A rule of the protocol that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    LookupBeforeLease,
    CachedClock,
    LeaseFromTheAnswerOn,
    LeaseBeforeApplying,
    LeaseFromTheLoad,
    WordBeforeApplying,
    ServersReadBeforeTheCommit,
    ShortWait,
    EarlyEviction,
    EvictionWithoutLooking,
    UnloggedRows,
    EntryPutBack,
}

thread_local! {
    /// Which thread of the world this is.
    static ACTOR: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The keys, and what is known of them by whoever looks on from outside.
pub struct Outside {
    texts: Vec<String>,
    pepper: Pepper,
    pub entry: Entry,
    /// Keys of which it was answered that they are stopped.
    answered: Mutex<HashSet<usize>>,
    /// Verifications that were accepted, and those of them that never should have been.
    pub accepted: AtomicU64,
    pub violations: AtomicU64,
}

impl Outside {
    pub fn new(keys: usize) -> Self {
        let text = |_| {
            let secret = KeySecret::generate("ks", Environment::Live).unwrap();
            secret.expose().to_owned()
        };
        let grants = Grants {
            name: "Full access".into(),
            scopes: Scopes::parse("keys:read").unwrap(),
            tenant_suspended: false,
            rev: 0,
        };
        let group = Group::new(GroupId::new(), TenantId::new(), None, Arc::new(grants));
        Self {
            texts: (0..keys).map(text).collect(),
            pepper: Pepper::new(1, &Zeroizing::new([7; 32])),
            entry: Entry {
                key_id: KeyId::new(),
                group: Arc::new(group),
                name: "ERP".into(),
                limiter: None,
                expiry: None.into(),
                special: None,
                counters: Counters::default(),
                issued: 0,
                environment: Environment::Live,
                revoked: false,
                disabled: false,
                rev: 0,
            },
            answered: Mutex::default(),
            accepted: AtomicU64::new(0),
            violations: AtomicU64::new(0),
        }
    }

    pub fn answered(&self) -> usize {
        self.answered.lock().unwrap().len()
    }
}

/// One run of one server.
#[derive(Clone)]
pub struct Server {
    pub world: World,
    pub at: usize,
    pub database: Arc<Mutex<Database>>,
    pub outside: Arc<Outside>,
    pub index: Arc<Index>,
    pub clock: BootClock,
    pub broken: Option<Broken>,
}

impl Server {
    /// Starts its threads.
    pub fn start(
        world: &World,
        at: usize,
        database: &Arc<Mutex<Database>>,
        outside: &Arc<Outside>,
        broken: Option<Broken>,
    ) {
        // Up to one in a hundred too fast or too slow.
        let speed = 990 + world.roll(|dice| dice.below(21)) as u32;
        let inner = world.clone();
        let read = Arc::new(AtomicU64::new(0));
        let noted = Arc::clone(&read);
        let clock = BootClock::simulated(move || {
            inner.pause(ACTOR.get(), Duration::ZERO);
            let now = inner.now() * speed / 1_000;
            noted.store(now.as_nanos() as u64, Ordering::SeqCst);
            now
        });
        // As a ticker would keep it, for all who only want to know about what time it is.
        let cached =
            BootClock::simulated(move || Duration::from_nanos(read.load(Ordering::SeqCst)));
        let of_lease = match broken {
            Some(Broken::CachedClock) => cached,
            _ => clock.clone(),
        };
        let index = Index::new(0, outside.texts.len(), Lease::ended(of_lease));
        let noted = [(1, outside.pepper.check_value())];
        index.set_peppers(Peppers::of(std::slice::from_ref(&outside.pepper), &noted));
        let server = Self {
            world: world.clone(),
            at,
            database: Arc::clone(database),
            outside: Arc::clone(outside),
            index: Arc::new(index),
            clock,
            broken,
        };
        for key in 0..outside.texts.len() {
            server.put(key, &outside.entry);
        }
        server.index.trust();
        server.spawn(Self::follow);
        server.spawn(Self::verify);
        server.spawn(Self::revoke);
        match broken {
            Some(Broken::EarlyEviction) => server.spawn(Self::evict_early),
            Some(Broken::EntryPutBack) => server.spawn(Self::put_back),
            _ => {}
        }
    }

    fn spawn(&self, run: fn(Self, Session)) {
        let server = self.clone();
        self.world.spawn(self.at, move |actor| {
            ACTOR.set(actor);
            let session = Session {
                server: server.clone(),
                actor,
                node: None,
                applied: 0,
                begun: Duration::ZERO,
            };
            run(server, session);
        });
    }

    pub fn put(&self, key: usize, entry: &Entry) {
        let digest = self.outside.pepper.digest(&self.outside.texts[key]);
        self.index.put(digest, entry.clone(), &[]);
    }

    pub fn rest(&self, most: u64) {
        let time = self
            .world
            .roll(|dice| dice.up_to(Duration::from_millis(most)));
        self.world.pause(ACTOR.get(), time);
    }

    fn any_key(&self) -> usize {
        self.world
            .roll(|dice| dice.below(self.outside.texts.len() as u64)) as usize
    }

    /// Keeps the lease and the index up to date.
    fn follow(self, mut session: Session) {
        if self.broken == Some(Broken::LeaseFromTheLoad) {
            let loaded = session
                .register(NodeId::new())
                .and_then(|()| session.follow());
            if loaded.is_ok() {
                self.index.lease().extend(self.clock.now() + LEASE);
            }
        }
        let mut member = Member::new(LEASE);
        loop {
            // What fails is tried again.
            let _ = member.round(&mut session, &self.clock);
            self.rest(60);
        }
    }

    /// Answers questions about keys, as a gateway asks them.
    fn verify(self, _: Session) {
        loop {
            self.rest(40);
            let key = self.any_key();
            let is_answered = self.outside.answered.lock().unwrap().contains(&key);
            if self.accepts(key) {
                self.outside.accepted.fetch_add(1, Ordering::SeqCst);
                if is_answered {
                    self.outside.violations.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    }

    fn accepts(&self, key: usize) -> bool {
        let text = self.outside.texts[key].as_str();
        if self.broken == Some(Broken::LookupBeforeLease) {
            let found = self.index.find(&self.index.seek(text));
            self.rest(1);
            let is_good = found.is_some_and(|(held, _)| held.get().is_some_and(|key| !key.revoked));
            let certainty = self.index.certainty();
            return is_good && certainty.is_some_and(|certainty| self.index.still(certainty));
        }
        asked(&self.index, text, Timestamp::default()) == Some(Code::Valid)
    }

    /// Stops keys, and answers when that is true everywhere.
    fn revoke(self, mut session: Session) {
        loop {
            self.rest(1_200);
            let key = self.any_key();
            let early = match self.broken {
                Some(Broken::ServersReadBeforeTheCommit) => session.list().ok(),
                _ => None,
            };
            // Without an answer nobody knows whether it is stored: nothing is promised.
            let Ok(rev) = session.ask(|database| database.stop(key)) else {
                continue;
            };
            self.await_all(&mut session, rev, early);
            self.outside.answered.lock().unwrap().insert(key);
        }
    }

    fn await_all(&self, session: &mut Session, rev: i64, early: Option<Vec<NodeLease>>) {
        let mut wait = Wait::new(rev, self.clock.now(), true);
        if let Some(nodes) = early {
            let begun = wait.committed();
            wait.look(&Seen { nodes, begun });
        }
        loop {
            let begun = self.clock.now();
            if let Ok(nodes) = session.list()
                && wait
                    .look(&Seen { nodes, begun })
                    .is_some_and(|standing| standing.missing.is_empty())
            {
                return;
            }
            let ends = match self.broken {
                Some(Broken::ShortWait) => wait.committed() + LEASE / 2,
                _ => wait.ends(),
            };
            if self.clock.now() >= ends {
                return;
            }
            self.rest(20);
        }
    }

    /// Takes servers for gone that are only slow.
    fn evict_early(self, mut session: Session) {
        let mut silences = Silences::default();
        loop {
            if let Ok(nodes) = session.list() {
                for (node, beat) in silences.look(&nodes, self.clock.now() * 4) {
                    let _ = session.evict(node, beat);
                }
            }
            self.rest(60);
        }
    }

    /// Notes when a key was used last, in an entry that it read before.
    fn put_back(self, _: Session) {
        loop {
            let key = self.any_key();
            let lookup = self.index.seek(self.outside.texts[key].as_str());
            let entry = self.index.find(&lookup);
            let entry = entry.and_then(|(held, _)| held.get().cloned());
            self.rest(60);
            if let Some(entry) = entry {
                self.put(key, &entry);
            }
        }
    }
}
