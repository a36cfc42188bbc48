//! `keystead audit`: whether the audit log is as Keystead wrote it, beside a running server or without one.

use std::io::Read as _;

use super::out;
use crate::actions::audit_checks;
use crate::config::Config;
use crate::db::Db;
use crate::domain::audit_chain::KeptHead;
use crate::server::storage::{Storage, open_storage};

/// What to do with the audit log.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Check every row of the audit log and name the first wrong one
    Verify {
        /// What `keystead audit head` printed before, so that missing last rows are found too; `-` reads it from
        /// standard input
        #[arg(long, value_name = "TEXT")]
        head: Option<String>,
    },
    /// Print where the audit log ends, to be kept on another machine
    Head,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    match command {
        Command::Verify { head } => verify(&db, head.as_deref()),
        Command::Head => head(&db),
    }
}

fn verify(db: &Db, head: Option<&str>) -> Result<(), String> {
    let kept = head.map(kept).transpose()?.unwrap_or_default();
    let keys = db.audit_keys()?;
    let report = db.snapshot(|conn| audit_checks::verify(conn, keys, &kept))?;
    for note in &report.notes {
        out::say(note)?;
    }
    for problem in &report.problems {
        out::note(format_args!("keystead: {problem}"));
    }
    if !report.problems.is_empty() {
        return Err("the audit log is not as Keystead wrote it".into());
    }
    out::say(format_args!(
        "The audit log is as Keystead wrote it: rows {}, chains {}.",
        report.rows, report.chains
    ))?;
    Ok(())
}

/// The heads that somebody kept, given as text or, for `-`, on standard input.
pub fn kept(head: &str) -> Result<Vec<KeptHead>, String> {
    if head != "-" {
        return parse(head);
    }
    let mut all = String::new();
    let read = std::io::stdin().read_to_string(&mut all);
    read.map_err(|cause| format!("can't read standard input: {cause}"))?;
    parse(&all)
}

fn parse(all: &str) -> Result<Vec<KeptHead>, String> {
    let heads = all.split_whitespace().map(|one| {
        KeptHead::parse(one).ok_or_else(|| {
            "--head takes what `keystead audit head` printed, and all of it".to_owned()
        })
    });
    let heads = heads.collect::<Result<Vec<_>, _>>()?;
    if heads.is_empty() {
        return Err("--head is empty; give it what `keystead audit head` printed".into());
    }
    Ok(heads)
}

fn head(db: &Db) -> Result<(), String> {
    let keys = db.audit_keys()?;
    let heads = db.snapshot(|conn| audit_checks::heads(conn, keys))?;
    for head in heads {
        out::say(head)?;
    }
    Ok(())
}
