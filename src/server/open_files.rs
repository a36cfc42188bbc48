//! How many files and sockets the process may have open at once, and how many of them may be connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Connections that there may be in any case, however low the limit is.
const FEWEST: u64 = 6;
/// What the jobs and the database open later, and some for what is open for a moment: mail, third parties, files.
const LATER: u64 = 32;
/// What each worker opens.
const FOR_A_WORKER: u64 = 4;
/// Below this it is said what to do.
const USUAL: u64 = 4_096;

/// Allows the process as many as its system lets it have, and tells when they are few.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if let Err(cause) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%cause, "can't raise the limit of open files");
        }
    }
    if let Some(limit) = getrlimit(Resource::Nofile)
        .current
        .filter(|limit| *limit < USUAL)
    {
        tracing::warn!(
            limit,
            "the system allows few open files, so there can be few connections: set LimitNOFILE=65536 in the unit of systemd, or raise `ulimit -n`"
        );
    }
}

/// Room for connections.
pub struct Room {
    /// How many there may be.
    pub connections: usize,
    /// How many of each worker are taken from the system, with those that are about to be closed.
    pub for_each_worker: usize,
}

impl Room {
    /// What is left beside the files that are open now, and those that will be.
    pub fn left(workers: usize) -> Self {
        let workers = u64::try_from(workers).unwrap_or(1).max(1);
        // Without a limit memory is what bounds them.
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(1 << 20);
        let spare = (limit / 16).min(LATER);
        let others = open_now() + workers * FOR_A_WORKER + LATER + spare;
        let connections = limit.saturating_sub(others).max(FEWEST);
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        Self {
            connections: number(connections),
            for_each_worker: number((connections + spare / 2).div_ceil(workers)),
        }
    }
}

fn open_now() -> u64 {
    let open = std::fs::read_dir("/proc/self/fd").map(Iterator::count);
    open.ok()
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(LATER)
}
