//! `keystead restore`: what works again in a database that was put back to an older state, and what becomes of it; beside
//! running servers or without one.

use std::path::PathBuf;

use super::{audit, out};
use crate::actions::audit_checks;
use crate::actions::restore_decisions::{Choice, Done, decide};
use crate::actions::restores::{Report, look};
use crate::background::stop_record;
use crate::config::Config;
use crate::db::Db;
use crate::domain::key_text::hint;
use crate::domain::stop::{KeyState, Stop, TenantState, Thing};
use crate::domain::time::{Clock, rfc3339};
use crate::server::storage::{Storage, open_storage};
use crate::server::{control, restores};

/// What to decide, and by what.
#[derive(clap::Args)]
pub struct Args {
    /// Stop all of it again: revoke, disable, narrow, suspend. Ends every session and every link that waits
    #[arg(long, conflicts_with = "accept")]
    stop_again: bool,
    /// Leave all of it as the database has it. Ends every session and every link that waits
    #[arg(long)]
    accept: bool,
    /// The record (stops.jsonl) of another server, in place of the one in the data directory
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// What `keystead audit head` printed before, to tell which logs lack rows; `-` reads it from standard input
    #[arg(long, value_name = "TEXT")]
    head: Option<String>,
}

/// Runs the command.
pub fn run(config: &Config, args: &Args) -> Result<(), String> {
    let Storage { db, .. } = open_storage(config)?;
    // First: it tells something also where there is no record.
    if let Some(head) = &args.head {
        tell_missing(&db, head)?;
    }
    let stops = record(config, args)?;
    let choice = match (args.stop_again, args.accept) {
        (true, _) => Choice::StopAgain,
        (_, true) => Choice::Accept,
        _ => return list(&db, stops),
    };
    let now = Clock::System.now();
    let done = db.write(|conn| decide(conn, stops, choice, now))?;
    tell(&done, choice);
    control::follow(&config.data_dir, &db)
}

/// Says which audit logs lack rows that they had when their heads were kept.
fn tell_missing(db: &Db, head: &str) -> Result<(), String> {
    let kept = audit::kept(head)?;
    let missing = db.snapshot(|conn| audit_checks::missing(conn, &kept))?;
    for (log, rows) in &missing {
        out::say(format_args!("Rows missing in {log}: at least {rows}"))?;
    }
    if missing.is_empty() {
        out::say("No log lacks rows that it had when its head was kept.")?;
    }
    Ok(())
}

/// What a server kept of what was stopped.
fn record(config: &Config, args: &Args) -> Result<Vec<Stop>, String> {
    let own = restores::record(config);
    let file = args.record.as_ref().unwrap_or(&own);
    let shown = file.display();
    let Some((stops, unread)) = stop_record::read(file)? else {
        return Err(match &args.record {
            Some(_) => format!("there is no file {shown}"),
            None => format!(
                "there is no record of what was stopped, {shown}: no server ran with this data directory; give the record \
                 of another one with --record FILE"
            ),
        });
    };
    if stops.is_empty() && unread > 0 {
        return Err(format!("{shown} is no record of what was stopped"));
    }
    if unread > 0 {
        out::note(format_args!(
            "keystead: lines of {shown} that can't be read, and are passed over: {unread}"
        ));
    }
    Ok(stops)
}

fn list(db: &Db, stops: Vec<Stop>) -> Result<(), String> {
    let now = Clock::System.now();
    let report = db.snapshot(|conn| look(conn, stops, now))?;
    if let Some(decided) = &report.decided {
        let at = rfc3339(decided.decided_at);
        let what = &decided.decision;
        out::say(format_args!(
            "Decided on {at}, and not listed again: what was lost up to change {} is {what}.",
            decided.lost_rev
        ))?;
    }
    if report.is_undecided() {
        if let Some(first) = report.first() {
            out::say(format_args!(
                "The database was put back to a state from before change {}, of {}. What was stopped since works again in it:",
                first.rev,
                rfc3339(first.at)
            ))?;
        }
    } else {
        out::say("Nothing that was stopped works again in this database.")?;
    }
    for line in lines(&report) {
        out::say(line)?;
    }
    for line in notes(&report) {
        out::say(line)?;
    }
    if report.is_undecided() {
        out::say(format_args!(
            "In all: {}. Decide with `keystead restore --stop-again`, or with --accept to leave all of it as it is.",
            report.counts()
        ))?;
    }
    Ok(())
}

/// A line for each thing, with tabs between: kind, tenant, name, id, what pages show of a key, what happened and when.
fn lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for (state, stop, key) in &report.keys {
        let happened = match state {
            KeyState::Revoked => "revoked",
            KeyState::Disabled => "disabled",
            KeyState::Live => "changed",
        };
        let hint = hint(&key.key_prefix, &key.last4);
        let of = [&*key.tenant_name, &key.name, &key.id.to_string(), &hint].join("\t");
        lines.push(format!("key\t{of}\t{happened}\t{}", rfc3339(stop.at)));
    }
    for widened in &report.groups {
        let group = &widened.group;
        let of = [&*widened.tenant_name, &group.name, &group.id.to_string()].join("\t");
        let (left, at) = (widened.left.text(), rfc3339(widened.stop.at));
        lines.push(format!("group\t{of}\tnarrowed, to {left}\t{at}"));
    }
    for (state, stop, tenant) in &report.tenants {
        let happened = match state {
            TenantState::Gone => "deleted",
            _ => "suspended",
        };
        let of = [&*tenant.name, &tenant.id.to_string()].join("\t");
        lines.push(format!("tenant\t{of}\t{happened}\t{}", rfc3339(stop.at)));
    }
    for (stop, verifier) in &report.verifiers {
        let of = [&*verifier.name, &verifier.id.to_string()].join("\t");
        lines.push(format!("verifier\t{of}\trevoked\t{}", rfc3339(stop.at)));
    }
    lines
}

/// What somebody has to look at: nothing is decided on it, and nothing waits for it.
fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    for (stop, verifier) in &report.rotated {
        notes.push(format!(
            "Look at it yourself: verifier {} ({}) had another token from {} on. The one of before works again: rotate it, or \
             revoke it.",
            verifier.name,
            verifier.id,
            rfc3339(stop.at)
        ));
    }
    for stop in &report.others {
        if let Thing::Other { what, id } = &stop.thing {
            let at = rfc3339(stop.at);
            notes.push(format!(
                "Look at it yourself: {what} {id} was changed, {at}. The change is lost."
            ));
        }
    }
    notes
}

fn tell(done: &Done, choice: Choice) {
    for line in lines(&done.report).iter().chain(&notes(&done.report)) {
        out::announce(line);
    }
    let Some(number) = done.number else {
        out::announce("All of it was decided on before. Nothing was changed.");
        return;
    };
    let counts = done.report.counts();
    let what = match choice {
        _ if counts.is_nothing() => "Nothing that was stopped works again.".to_owned(),
        Choice::StopAgain => format!("Stopped again: {counts}."),
        Choice::Accept => format!("Left as it is: {counts}."),
    };
    out::announce(format_args!(
        "{what} Decision {number}. Sessions ended: {}; invitations whose links ended: {}. Links for another password that \
         were made before open nothing. Servers that run go on by themselves; one that refuses still knows of more: run this \
         there too.",
        done.sessions, done.invitations
    ));
}
