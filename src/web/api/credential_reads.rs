//! Puts on record who reads a credential, before they get it.

use std::time::Duration;

use actix_web::{rt, web};
use tokio::time::{Instant, sleep};

use crate::actions::credential_reads;
use crate::domain::id::KeyId;
use crate::domain::{Error, Result};
use crate::web::read_records::{Admitted, Next, Row};
use crate::web::state::State;

/// How often room is looked for.
const EACH: Duration = Duration::from_millis(50);

/// Writes down who is about to read what. Whoever can't be put on record gets nothing, and may ask again.
///
/// # Errors
/// `Unavailable` when it can't be written; `Excess` when too much waits already, and when there is no room in time.
pub async fn put_on_record(state: &web::Data<State>, key: KeyId, row: Row) -> Result<()> {
    let told = match state.reads.admit(&state.changes, key, row)? {
        Admitted::AtOnce(row) => return write(state, vec![(*row, 1)]).await,
        Admitted::Waits(told) => told,
        Admitted::WaitsFirst(told) => {
            // Whoever asked may be gone before the others are.
            rt::spawn(write_waiting(Writing::new(state.clone(), key)));
            told
        }
    };
    let stopping = |_| Error::Unavailable("the server is stopping".into());
    told.await.map_err(stopping)?
}

/// Whoever writes what waits of a key. When its worker ends with it, nobody waits for it any longer.
struct Writing {
    state: web::Data<State>,
    key: KeyId,
    is_done: bool,
}

impl Writing {
    fn new(state: web::Data<State>, key: KeyId) -> Self {
        Self {
            state,
            key,
            is_done: false,
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.is_done {
            self.state.reads.forget(self.key);
        }
    }
}

/// Writes what waits of a key each time that there is room, until nothing does.
async fn write_waiting(mut writing: Writing) {
    let (state, key) = (writing.state.clone(), writing.key);
    let mut since = Instant::now();
    loop {
        let (reads, room) = match state.reads.next(&state.changes, key, since.elapsed()) {
            Next::Nothing => {
                writing.is_done = true;
                return;
            }
            Next::NotYet => {
                sleep(EACH).await;
                continue;
            }
            Next::Now(reads, room) => (reads, room),
        };
        let (rows, told): (Vec<_>, Vec<_>) = reads
            .into_iter()
            .map(|one| ((one.row, one.told.len()), one.told))
            .unzip();
        let done = match room {
            Ok(()) => write(&state, rows).await,
            refused => refused,
        };
        for teller in told.into_iter().flatten() {
            // Whoever is gone needs no answer.
            let _ = teller.send(done.clone());
        }
        since = Instant::now();
    }
}

/// Rows, and how many reads each stands for.
async fn write(state: &State, rows: Vec<(Row, usize)>) -> Result<()> {
    let written = state.write(move |conn| {
        rows.iter().try_for_each(|(row, reads)| {
            credential_reads::create(conn, &row.by, &row.target, row.read, *reads)
        })
    });
    written.await.map_err(|cause| {
        Error::Unavailable(format!(
            "the read of a credential is not on record: {cause}"
        ))
    })
}
