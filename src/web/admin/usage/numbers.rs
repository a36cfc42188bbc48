//! The numbers of the usage page in words and figures.

use serde_json::json;

use crate::actions::usage_reports::{Hole, Range, Report};
use crate::db::usage::HOUR;
use crate::db::usage_gaps::FULL;
use crate::db::usage_series::Bucket;
use crate::domain::id::KeyId;
use crate::domain::time::{self, Timestamp, from_micros};
use crate::domain::zone::Zone;
use crate::web::admin::refusals::{Reason, reasons};
use crate::web::numbers::{change, grouped, share};
use crate::web::strip::Strip;
use crate::web::viewer_zone;

/// Holes that are told one by one.
const HOLES: usize = 5;

/// A number with what it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub(super) label: &'static str,
    pub(super) number: String,
    pub(super) beside: String,
    pub(super) change: String,
}

/// One line of the table under the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub(super) iso: String,
    pub(super) text: String,
    pub(super) accepted: String,
    pub(super) refused: String,
}

/// Everything under the filters.
#[derive(Debug, Clone)]
pub struct Numbers {
    pub(super) tiles: [Tile; 3],
    pub(super) chart: String,
    pub(super) chart_label: String,
    /// Refusals by themselves: beside thousands of accepted requests nobody would see them.
    pub(super) refusals: Option<Strip>,
    pub(super) is_empty: bool,
    pub(super) by_hour: bool,
    /// Of the hours; days are counted in UTC.
    pub(super) zone: Zone,
    pub(super) lines: Vec<Line>,
    pub(super) refused: i64,
    pub(super) reasons: Vec<Reason>,
    /// The only key that is counted; empty: all.
    pub(super) key: String,
    pub(super) holes: Vec<String>,
    pub(super) more_holes: usize,
}

impl Numbers {
    /// The numbers of a report.
    pub fn new(report: &Report, range: Range, key: Option<KeyId>, now: Timestamp) -> Self {
        let (sum, before) = (&report.sum, &report.before);
        let (total, refused) = (sum.all(), sum.refused());
        let time_before = format!("the {} before", range.label());
        let tile = |label, count, past, beside: String| Tile {
            label,
            number: grouped(count),
            beside,
            change: format!("{} {time_before}", change(count, past)),
        };
        let by_hour = range.step() == HOUR;
        let each = if by_hour { "hour" } else { "day" };
        let refusals_before = before.refused();
        Self {
            tiles: [
                tile("Requests", total, before.all(), String::new()),
                tile(
                    "Refused",
                    refused,
                    refusals_before,
                    format!("{} of requests", share(refused, total)),
                ),
                tile(
                    "Keys in use",
                    report.keys,
                    report.keys_before,
                    String::new(),
                ),
            ],
            chart: chart(report, range),
            chart_label: format!(
                "Requests by {each}: {} accepted and {} refused in {}. The table below has the same numbers.",
                grouped(sum.accepted()),
                grouped(refused),
                range.label(),
            ),
            refusals: {
                let counts = report.spans.iter().map(|span| span.counts.refused());
                Strip::new("Refused", &counts.collect::<Vec<_>>(), each)
            },
            is_empty: total == 0,
            by_hour,
            zone: zone_of(by_hour),
            lines: report
                .spans
                .iter()
                .rev()
                .map(|span| line(span, by_hour))
                .collect(),
            refused,
            reasons: reasons(sum),
            key: key.map(|key| key.to_string()).unwrap_or_default(),
            holes: report
                .holes
                .iter()
                .take(HOLES)
                .map(|hole| tell(hole, now))
                .collect(),
            more_holes: report.holes.len().saturating_sub(HOLES),
        }
    }
}

/// What the script draws.
fn chart(report: &Report, range: Range) -> String {
    let of = |value: fn(&Bucket) -> i64| report.spans.iter().map(value).collect::<Vec<i64>>();
    json!({
        "step": range.step(),
        "at": of(|span| span.start),
        "accepted": of(|span| span.counts.accepted()),
        "refused": of(|span| span.counts.refused()),
    })
    .to_string()
}

/// Hours are those of whoever reads; days are counted in UTC.
fn zone_of(by_hour: bool) -> Zone {
    if by_hour {
        viewer_zone::current()
    } else {
        Zone::UTC
    }
}

fn line(span: &Bucket, by_hour: bool) -> Line {
    let at = from_micros(span.start * 1_000_000);
    Line {
        iso: time::rfc3339(at),
        text: zone_of(by_hour).format(
            at,
            if by_hour {
                "%-d %b, %H:%M"
            } else {
                "%-d %b %Y"
            },
        ),
        accepted: grouped(span.counts.accepted()),
        refused: grouped(span.counts.refused()),
    }
}

/// A hole in words. How much is missing is known for all tenants together only, so nobody is told.
fn tell(hole: &Hole, now: Timestamp) -> String {
    let zone = viewer_zone::current();
    let minute = |at: Timestamp| {
        let today = zone.date(at) == zone.date(now);
        zone.format(at, if today { "%H:%M" } else { "%-d %b, %H:%M" })
    };
    // The minutes around it: the end counts up, so that a second does not end where it starts.
    let end = hole.to + chrono::TimeDelta::seconds(59);
    let (from, to) = (minute(hole.from), minute(end));
    if hole.cause == FULL {
        format!(
            "Between {from} and {to} more requests came than this server records singly; the totals here count them all."
        )
    } else {
        format!(
            "Between {from} and {to} the server ended without notice; up to 1.5 seconds of usage before that may be missing."
        )
    }
}
