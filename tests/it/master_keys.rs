//! Another master key, ended after each of its steps: everything opens all the same, and the next one goes on.

use keystead::actions::master_keys;
use keystead::background::master_key_moves::{self, Moved};
use keystead::config::secret_file::SecretFile;
use keystead::db::secret_checks::{self, Kind};
use keystead::db::{self, Conn, Db};
use keystead::domain::id::{ProjectId, TenantId};
use keystead::domain::master_key::MasterKeys;
use keystead::domain::time::Clock;
use keystead::domain::{Error, Result};

use crate::support::process::Place;
use crate::support::rounds::rounds;
use crate::support::{credentials, direct};

/// More than a batch.
const CREDENTIALS: usize = 205;
const KEYS: usize = 2;

/// Where a rotation ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    BeforeTheFileIsInPlace,
    AfterTheFile,
    InTheTransactionThatNotes,
    AfterNoting,
    InTheFirstBatch,
    AfterTheFirstBatch,
    InTheSecondBatch,
    AfterTheCredentials,
    InTheBatchOfCopies,
    AfterEverything,
}

const ENDS: [End; 10] = [
    End::BeforeTheFileIsInPlace,
    End::AfterTheFile,
    End::InTheTransactionThatNotes,
    End::AfterNoting,
    End::InTheFirstBatch,
    End::AfterTheFirstBatch,
    End::InTheSecondBatch,
    End::AfterTheCredentials,
    End::InTheBatchOfCopies,
    End::AfterEverything,
];

/// An installation with credentials at both levels and recoverable keys.
struct Installation {
    place: Place,
    db: Db,
    names: Vec<String>,
}

impl Installation {
    fn new() -> Self {
        let place = Place::new().with_acme();
        for number in 0..KEYS {
            place.key(&format!("System {number}"));
        }
        let db = place.db();
        let acme: TenantId = direct::text(&db, "SELECT id FROM tenants").parse().unwrap();
        let project = ProjectId::new();
        direct::sql(
            &db,
            &format!(
                "INSERT INTO projects (id, tenant_id, name, description, created_at) \
                 VALUES ('{project}', '{acme}', 'Shop', '', '2026-11-20 11:00:00')"
            ),
        );
        let names: Vec<String> = (100..100 + CREDENTIALS)
            .map(|number| format!("sk-{number}"))
            .collect();
        let keys = credentials::master_keys(&db, &place.data("master-key"));
        let (of_acme, of_shop) = names.split_at(CREDENTIALS / 2);
        credentials::add(&db, &keys, (acme, None), of_acme);
        credentials::add(&db, &keys, (acme, Some(project)), of_shop);
        credentials::seal_keys(&db, &keys);
        Self { place, db, names }
    }

    fn file(&self) -> SecretFile {
        let text = std::fs::read_to_string(self.place.data("master-key")).unwrap();
        SecretFile::parse(&text).unwrap()
    }

    /// The master keys of a server that is started now.
    fn keys(&self) -> MasterKeys {
        credentials::master_keys(&self.db, &self.place.data("master-key"))
    }

    #[track_caller]
    fn everything_opens(&self, keys: &MasterKeys, when: &str) {
        assert!(keys.missing().is_empty(), "{when}: {:?}", keys.missing());
        assert_eq!(credentials::open_all(&self.db, keys), self.names, "{when}");
        assert_eq!(credentials::open_copies(&self.db, keys), KEYS, "{when}");
    }

    fn under_others_than(&self, version: i32) -> i64 {
        let count = |table| {
            let query =
                format!("SELECT count(*) AS n FROM {table} WHERE master_key_version <> {version}");
            direct::number(&self.db, &query)
        };
        count("integration_credentials") + count("sealed_secrets")
    }

    /// A rotation up to its end.
    fn rotate(&self, end: End) {
        let keys = self.keys();
        let mut file = self.file();
        let version = keys.newest() + 1;
        if end == End::BeforeTheFileIsInPlace {
            let half = self.place.data("master-key.new");
            std::fs::write(half, format!("{version} 01234")).unwrap();
            return;
        }
        if !file.has(version) {
            file.add(version).unwrap();
            file.replace(&self.place.data("master-key")).unwrap();
        }
        if end == End::AfterTheFile {
            return;
        }
        let next = file.master_keys().into_iter().next().unwrap();
        self.write(end == End::InTheTransactionThatNotes, |conn| {
            master_keys::rotate(conn, &next, self.db.audit_keys()?, Clock::System.now())
        });
        if end <= End::AfterNoting {
            return;
        }
        let keys = self.keys();
        let mut moved = Moved::default();
        let mut batch = |is_killed, after| {
            self.write(is_killed, |conn| {
                master_key_moves::move_credentials(conn, &keys, after, &mut moved)
            })
        };
        let last = batch(end == End::InTheFirstBatch, None).flatten();
        if end <= End::AfterTheFirstBatch {
            return;
        }
        batch(end == End::InTheSecondBatch, last);
        if end <= End::AfterTheCredentials {
            return;
        }
        self.write(end == End::InTheBatchOfCopies, |conn| {
            master_key_moves::move_secrets(conn, &keys, None, &mut moved)
        });
    }

    /// A transaction; one that is killed leaves nothing.
    fn write<T>(&self, is_killed: bool, change: impl FnOnce(&mut Conn) -> Result<T>) -> Option<T> {
        let killed = Error::internal("killed");
        let written = self.db.write(|conn| {
            let done = change(conn)?;
            if is_killed {
                Err(killed.clone())
            } else {
                Ok(done)
            }
        });
        match written {
            Ok(done) => Some(done),
            Err(error) => {
                assert_eq!((is_killed, &error), (true, &killed), "{error}");
                None
            }
        }
    }
}

#[test]
fn ended_at_any_step_it_loses_nothing_and_the_next_one_goes_on() {
    let at = Installation::new();
    for round in 0..usize::try_from(rounds(50)).unwrap() {
        let end = ENDS[round % ENDS.len()];
        let when = format!("round {round}, {end:?}");
        let running = at.keys();
        at.rotate(end);
        // One server starts now, another one has followed.
        let noted = at
            .db
            .read(|conn| secret_checks::list(conn, Kind::MasterKey));
        running.take_up(&at.file().master_keys(), &noted.unwrap());
        let starting = at.keys();
        let is_for_starting = (round / ENDS.len()).is_multiple_of(2);
        at.everything_opens(if is_for_starting { &starting } else { &running }, &when);
        // What was noted is gone on with, by the program itself now and then.
        let before = running.newest();
        if round < ENDS.len() {
            let outcome = at.place.run(&["master-key", "rotate"], "");
            let cut_off = end >= End::AfterNoting && end < End::AfterEverything;
            let said = &outcome.done().out;
            assert_eq!(said.contains("was cut off"), cut_off, "{when}: {said}");
            let newest = if cut_off { before } else { before + 1 };
            assert_eq!(at.keys().newest(), newest, "{when}");
        } else {
            master_key_moves::move_all(&at.db, &at.keys()).unwrap();
        }
        let newest = at.keys().newest();
        assert_eq!(at.under_others_than(newest), 0, "{when}");
        at.everything_opens(&at.keys(), &when);
    }
    let newest = at.keys().newest();
    for version in 1..newest {
        at.write(false, |conn| {
            master_keys::retire(conn, version, Clock::System.now())
        });
    }
    at.everything_opens(&at.keys(), "at the end");
    assert_eq!(at.keys().newest(), newest);
}

#[test]
fn what_changes_meanwhile_is_left_alone() {
    let at = Installation::new();
    let old = at.keys();
    at.rotate(End::AfterNoting);
    let rows = at
        .db
        .read(|conn| db::master_keys::list_wrapped(conn, 2, None, 1))
        .unwrap();
    let (row, new) = (&rows[0], at.keys());
    let was = row.envelope();
    // Somebody sets it anew between reading and writing.
    let by_hand = new.seal(&row.place(), "another").unwrap();
    let moved = new.rewrap(&row.place(), &was).unwrap();
    let set = |was, envelope| {
        at.db
            .write(|conn| db::master_keys::set_wrapped(conn, row.id, was, envelope))
    };
    assert!(set(&was, &by_hand).unwrap());
    assert!(!set(&was, &moved).unwrap());
    // And a server that has not heard of it may still encrypt under the old one, as long as that is in use.
    let late = old.seal(&row.place(), "late").unwrap();
    let in_use = |version| {
        let asked = at
            .db
            .write(|conn| master_keys::must_be_in_use(conn, version));
        asked.is_ok()
    };
    assert!(in_use(late.master_key_version));
    master_key_moves::move_all(&at.db, &new).unwrap();
    at.write(false, |conn| {
        master_keys::retire(conn, 1, Clock::System.now())
    });
    assert!(!in_use(late.master_key_version) && in_use(2));
    let there = |version| {
        let asked = at
            .db
            .read(|conn| master_keys::must_be_at_hand(conn, &old, version));
        asked.is_ok()
    };
    // One that nobody knows is damage, one that is only not here is not.
    assert!(!there(2) && there(7));
}
