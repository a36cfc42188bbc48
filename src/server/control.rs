//! The control socket: a command at the shell that changed the database tells the running server, and waits until
//! the server's index has applied it. So a key that `keystead key create` prints works at once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::data_dir;
use crate::background::follow::Follower;
use crate::background::nodes::confirmations::{Seen, Wait};
use crate::background::vitals::Vitals;
use crate::db::{Db, change_log, node_leases};
use crate::domain::boot_clock::BootClock;

/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at other servers.
const LOOK: Duration = Duration::from_millis(5);

/// Answers on the socket until the process ends. It lies in the data directory, which only its owner can enter.
///
/// # Errors
/// As the operating system reports them.
pub fn serve(
    path: &Path,
    db: Db,
    follower: Arc<Follower>,
    vitals: &Arc<Vitals>,
) -> std::io::Result<()> {
    let pulse = vitals.pulse("control");
    data_dir::clear_socket(path)?;
    let listener = UnixListener::bind(path)?;
    std::thread::Builder::new()
        .name("control".into())
        .spawn(move || {
            let _pulse = pulse;
            for stream in listener.incoming().flatten() {
                if let Err(cause) = answer(&stream, &db, &follower) {
                    tracing::warn!(%cause, "a command at the control socket failed");
                }
            }
        })?;
    Ok(())
}

fn answer(mut stream: &UnixStream, db: &Db, follower: &Follower) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let reply = match line.trim() {
        "follow" => match follower.catch_up(db) {
            Ok(()) => "ok\n".to_owned(),
            Err(error) => format!("error {error}\n"),
        },
        _ => "error unknown command\n".to_owned(),
    };
    stream.write_all(reply.as_bytes())
}

/// Has every server apply every change: the one of this data directory sees to it, if it runs.
///
/// # Errors
/// One line when it is not known that they did.
pub fn follow(data_dir: &Path, db: &Db) -> Result<(), String> {
    let Ok(mut stream) = UnixStream::connect(data_dir::socket(data_dir)) else {
        return await_others(db).map_err(|error| {
            format!(
                "the change is stored, but it is not known whether every server has it: {error}"
            )
        });
    };
    let failed = |cause: std::io::Error| {
        format!("the change is stored, but the running server did not confirm it: {cause}")
    };
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.write_all(b"follow\n").map_err(failed)?;
    let mut reply = String::new();
    BufReader::new(&stream)
        .read_line(&mut reply)
        .map_err(failed)?;
    if reply.starts_with("ok") {
        return Ok(());
    }
    Err(format!(
        "the change is stored, but the running server could not apply it: {}",
        reply.trim()
    ))
}

/// Waits until every server on the database has applied what is committed by now, or its lease has run out.
fn await_others(db: &Db) -> crate::domain::Result<()> {
    let clock = BootClock::default();
    let head = db.read(change_log::head)?;
    let mut wait = Wait::new(head.rev, clock.now(), true);
    loop {
        let begun = clock.now();
        let nodes = db.read(node_leases::list)?;
        let standing = wait.look(&Seen { nodes, begun });
        let is_everywhere = standing.is_some_and(|standing| standing.missing.is_empty());
        if is_everywhere || clock.now() >= wait.ends() {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}
