//! Usage of more keys than are written one by one: it goes through the journal, where a crash does not reach it.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::{ExpressionMethods as _, RunQueryDsl as _};
use keystead::background::follow::Follower;
use keystead::background::usage::UsageWriter;
use keystead::background::usage_retention;
use keystead::config::secret_file::SecretFile;
use keystead::db::Db;
use keystead::db::schema::usage_journal::dsl as journal;
use keystead::domain::id::KeyId;
use keystead::domain::time::{Clock, Timestamp};
use keystead::domain::verdict::Code;
use keystead::verify::Index;

use crate::support::asked::asked;
use crate::support::fixtures::noon;
use crate::support::process::Place;

/// More than are written one by one.
const KEYS: i64 = 1_200;
const COUNTED: &str =
    "SELECT CAST(COALESCE(SUM(valid), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60";
const JOURNALLED: &str = "SELECT count(*) AS n FROM usage_journal";
/// What stands before the counts of a batch.
const WORDS: &str =
    "VALID TENANT_SUSPENDED REVOKED DISABLED EXPIRED IP_DENIED INSUFFICIENT_SCOPE RATE_LIMITED\n";
const NODE: &str = "01a1fa86-bc1f-7faf-8df5-900000000001";

/// Servers of one database, without their HTTP.
struct Servers {
    place: Place,
    secrets: Vec<String>,
    db: Db,
}

impl Servers {
    fn new() -> Self {
        let place = Place::new();
        let (out, keys) = (place.data("secrets"), KEYS.to_string());
        let args = ["seed", "--tenants", "1", "--keys", &keys, "--secrets-out"];
        let mut command = place.command(&args);
        command.arg(&out);
        place.finish(command, "").done();
        let secrets = std::fs::read_to_string(out).unwrap();
        let db = place.db();
        Self {
            secrets: secrets.lines().map(str::to_owned).collect(),
            place,
            db,
        }
    }

    /// What a server has in memory after its start.
    fn index(&self) -> Arc<Index> {
        let file = self.place.data("pepper");
        let read = move || {
            let text = std::fs::read_to_string(&file).unwrap();
            Ok(SecretFile::parse(&text).unwrap().peppers())
        };
        let follower = Follower::load(&self.db, Box::new(read), 0, &Clock::System, None).unwrap();
        Arc::clone(follower.index())
    }

    fn writer(&self, index: &Arc<Index>, node: &str, now: Timestamp) -> UsageWriter {
        UsageWriter::start(&self.db, node.into(), Arc::clone(index), now).unwrap()
    }

    /// Every key is used once, and how many that were.
    fn use_all(&self, index: &Index, now: Timestamp) -> i64 {
        for secret in &self.secrets {
            assert_eq!(asked(index, secret, now), Some(Code::Valid));
        }
        i64::try_from(self.secrets.len()).unwrap()
    }

    /// Leaves a batch as another version of Keystead wrote it; none: one that knew of no versions.
    fn leave(&self, version: Option<i32>, counts: &[u8]) {
        let batch = (
            journal::node_id.eq(NODE),
            journal::batch.eq(1),
            journal::start.eq(noon().timestamp()),
            journal::counts.eq(counts),
        );
        let insert = diesel::insert_into(journal::usage_journal);
        self.db
            .write(|conn| {
                match version {
                    None => insert.values(batch).execute(conn)?,
                    Some(version) => {
                        let versioned = (batch, journal::version.eq(version));
                        insert.values(versioned).execute(conn)?
                    }
                };
                Ok(())
            })
            .unwrap();
    }

    fn counted(&self) -> i64 {
        self.place.number(COUNTED)
    }

    fn journalled(&self) -> i64 {
        self.place.number(JOURNALLED)
    }
}

/// A quarter of a minute past noon: ten seconds later it is still the same minute.
fn begin() -> Timestamp {
    noon() + TimeDelta::seconds(15)
}

fn seconds(number: i64) -> TimeDelta {
    TimeDelta::seconds(number)
}

#[test]
fn usage_of_many_keys_is_in_its_minute_after_ten_seconds() {
    let servers = Servers::new();
    let index = servers.index();
    let mut writer = servers.writer(&index, NODE, begin());
    let each = servers.use_all(&index, begin());
    assert!(each > 1_000);
    writer.flush(&servers.db, begin()).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (0, 1));
    servers.use_all(&index, begin() + seconds(1));
    writer.flush(&servers.db, begin() + seconds(1)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (0, 2));
    writer.flush(&servers.db, begin() + seconds(9)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (0, 2));
    writer.flush(&servers.db, begin() + seconds(10)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (2 * each, 0));
    let last = "SELECT COUNT(*) AS n FROM key_usage WHERE valid = 2 AND last_accepted = ";
    let last = format!("{last}{}", (begin() + seconds(1)).timestamp_micros());
    assert_eq!(servers.place.number(&last), each);
}

#[test]
fn a_minute_that_is_over_does_not_wait_ten_seconds() {
    let servers = Servers::new();
    let index = servers.index();
    let late = noon() + seconds(58);
    let mut writer = servers.writer(&index, NODE, late);
    let each = servers.use_all(&index, late);
    writer.flush(&servers.db, late).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (0, 1));
    writer.flush(&servers.db, late + seconds(2)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (each, 0));
    let minute = format!("{COUNTED} AND start = {}", noon().timestamp());
    assert_eq!(servers.place.number(&minute), each);
}

#[test]
fn a_crash_leaves_the_journal_to_the_next_start_and_nothing_counts_twice() {
    let servers = Servers::new();
    let index = servers.index();
    let mut writer = servers.writer(&index, NODE, begin());
    let each = servers.use_all(&index, begin());
    writer.flush(&servers.db, begin()).unwrap();
    servers.use_all(&index, begin() + seconds(1));
    writer.flush(&servers.db, begin() + seconds(1)).unwrap();
    // Whatever it remembers is gone.
    drop((writer, index));
    let index = servers.index();
    let mut writer = servers.writer(&index, NODE, begin() + seconds(3));
    servers.use_all(&index, begin() + seconds(3));
    writer.flush(&servers.db, begin() + seconds(3)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (2 * each, 1));
    writer.stop(&servers.db, begin() + seconds(4)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (3 * each, 0));
}

#[test]
fn what_a_lost_server_left_is_counted_once_though_it_comes_back() {
    let servers = Servers::new();
    let index = servers.index();
    let mut lost = servers.writer(&index, NODE, begin());
    let each = servers.use_all(&index, begin());
    lost.flush(&servers.db, begin()).unwrap();
    usage_retention::fold(&servers.db, begin() + seconds(3_500)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (0, 1));
    usage_retention::fold(&servers.db, begin() + seconds(3_700)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (each, 0));
    let back = begin() + seconds(3_800);
    servers.use_all(&index, back);
    lost.flush(&servers.db, back).unwrap();
    lost.stop(&servers.db, back + seconds(1)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (2 * each, 0));
}

#[test]
fn a_journal_that_can_t_be_read_does_not_stop_the_counting() {
    let servers = Servers::new();
    let index = servers.index();
    let mut writer = servers.writer(&index, NODE, begin());
    let each = servers.use_all(&index, begin());
    writer.flush(&servers.db, begin()).unwrap();
    drop(writer);
    // One key is left whole, and a part of the next.
    let left = WORDS.len() + 34 + 7;
    let broken = format!("UPDATE usage_journal SET counts = substr(counts, 1, {left})");
    crate::support::direct::sql(&servers.db, &broken);
    let mut writer = servers.writer(&index, NODE, begin() + seconds(3));
    servers.use_all(&index, begin() + seconds(3));
    writer.stop(&servers.db, begin() + seconds(3)).unwrap();
    assert_eq!((servers.counted(), servers.journalled()), (each + 1, 0));
}

/// Numbers as a batch has them.
fn bytes(head: &[u8], which: &[u8], counts: &[i64]) -> Vec<u8> {
    let counts = counts.iter().flat_map(|count| count.to_le_bytes());
    [head, which].concat().into_iter().chain(counts).collect()
}

#[test]
fn what_another_version_left_in_the_journal_is_counted() {
    let servers = Servers::new();
    let index = servers.index();
    let last = noon().timestamp_micros();
    let key = KeyId::new();
    let head = [key.bytes().as_slice(), &last.to_le_bytes()].concat();
    let stored = |key: KeyId| {
        let sum = "SELECT valid + 100 * revoked + 10000 * rate_limited AS n FROM key_usage";
        let of_key = format!("{sum} WHERE last_accepted = {last} AND key_id = '{key}'");
        servers.place.number(&of_key)
    };

    // Before there were versions: one byte tells which of the first eight verdicts there are.
    servers.leave(None, &bytes(&head, &[0b1000_0101], &[3, 5, 7]));
    let mut writer = servers.writer(&index, NODE, begin());
    writer.stop(&servers.db, begin()).unwrap();
    assert_eq!((stored(key), servers.journalled()), (7_05_03, 0));

    // Other verdicts in another order, and one of which nothing is known here.
    let words = b"RATE_LIMITED QUARANTINED VALID\n";
    let counts = bytes(&head, &[0b111, 0], &[1, 99, 2]);
    servers.leave(Some(2), &[words.as_slice(), &counts].concat());
    let mut writer = servers.writer(&index, NODE, begin());
    writer.stop(&servers.db, begin()).unwrap();
    assert_eq!((stored(key), servers.journalled()), (8_05_05, 0));

    // What can't be read is not guessed at, and does not stay in the way of the next batches.
    servers.leave(Some(3), &bytes(&head, &[1], &[1]));
    let mut writer = servers.writer(&index, NODE, begin());
    writer.stop(&servers.db, begin()).unwrap();
    assert_eq!((stored(key), servers.journalled()), (8_05_05, 0));
}
