//! The process of a server, among others of the machine.

use rustix::process::geteuid;

/// The name of the machine.
pub fn machine() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Tells when the process may do more than it needs to.
pub fn warn_of_root() {
    if geteuid().is_root() {
        tracing::warn!(
            "Keystead runs as root and needs none of its rights: give it a user of its own"
        );
    }
}

/// Keeps what is in memory out of core dumps, since keys and secrets pass through it.
#[cfg(target_os = "linux")]
pub fn refuse_dumps() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};

    if let Err(cause) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%cause, "can't switch core dumps off: there may be secrets in them");
    }
}

/// Other systems have no switch for core dumps.
#[cfg(not(target_os = "linux"))]
pub fn refuse_dumps() {}
