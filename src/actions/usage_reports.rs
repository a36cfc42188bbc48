//! What pages tell of usage: answers over time, compared with the time before, and what the request log lacks.

use crate::db::usage::{DAY, HOUR};
use crate::db::usage_gaps::{FULL, Gap};
use crate::db::usage_series::{Bucket, Whose};
use crate::db::{self, Conn};
use crate::domain::tally::Counts;
use crate::domain::time::{Timestamp, from_micros};
use crate::domain::verdict::Code;
use crate::domain::{Error, Result};

/// Gaps that are looked at; one is written for each second of trouble.
const GAPS: i64 = 1_000;
/// Gaps that are closer together than this are told as one.
const NEAR_MICROS: i64 = 60_000_000;

/// How far back somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Range {
    /// 24 hours.
    Day,
    /// 7 days by hour.
    #[default]
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
}

impl Range {
    /// Every range, shortest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Quarter => "90 days",
        }
    }

    /// The range of a word; an empty one means the usual range.
    ///
    /// # Errors
    /// `BadRequest` for any other word.
    pub fn parse(word: &str) -> Result<Self> {
        if word.is_empty() {
            return Ok(Self::default());
        }
        Self::ALL
            .into_iter()
            .find(|range| range.as_str() == word)
            .ok_or_else(|| Error::BadRequest("Choose a range of 24h, 7d, 30d or 90d.".into()))
    }

    /// Length of the spans, in seconds.
    pub fn step(self) -> i64 {
        match self {
            Self::Day | Self::Week => HOUR,
            Self::Month | Self::Quarter => DAY,
        }
    }

    /// How many spans.
    fn spans(self) -> i64 {
        match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }
}

/// A time without single requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// [`FULL`] or [`db::usage_gaps::CRASH`].
    pub cause: String,
    /// Start.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
}

/// Usage in a range, and in as much time before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The spans of the range, oldest first, with zeros where nothing was asked. The last one is not over yet.
    pub spans: Vec<Bucket>,
    /// All of them together.
    pub sum: Counts,
    /// As much of the time before, together: up to the instant that is one range before now.
    pub before: Counts,
    /// Keys that were accepted at least once.
    pub keys: i64,
    /// The same in the time before.
    pub keys_before: i64,
    /// What the request log lacks, newest first.
    pub holes: Vec<Hole>,
}

impl Report {
    /// The report up to now. Read it from one snapshot: usage is folded meanwhile.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn load(conn: &mut Conn, whose: Whose<'_>, range: Range, now: Timestamp) -> Result<Self> {
        let (step, length) = (range.step(), range.step() * range.spans());
        let to = now.timestamp().div_euclid(step) * step + step;
        let (start, from) = (to - 2 * length, to - length);
        // The last span is not over: the time before ends as far into its own last span.
        let cut = now.timestamp() - length;
        let mut spans: Vec<Bucket> = (0..range.spans())
            .map(|place| Bucket {
                start: from + place * step,
                ..Bucket::default()
            })
            .collect();
        let (mut sum, mut before) = (Counts::default(), Counts::default());
        for bucket in db::usage_series::series(conn, whose, step, start, to)? {
            if bucket.start < from {
                before.add_all(&part(&bucket, (cut - bucket.start).clamp(0, step), step));
                continue;
            }
            sum.add_all(&bucket.counts);
            let place = usize::try_from((bucket.start - from) / step).unwrap_or(usize::MAX);
            if let Some(span) = spans.get_mut(place) {
                *span = bucket;
            }
        }
        let gaps = db::usage_gaps::list(conn, from * 1_000_000, now.timestamp_micros(), GAPS)?;
        Ok(Self {
            spans,
            sum,
            before,
            keys: db::usage_series::count_keys_in_use(conn, whose, step, from, to)?,
            keys_before: db::usage_series::count_keys_in_use(conn, whose, step, start, cut)?,
            holes: join(gaps),
        })
    }
}

/// As much of a span's answers as come in its first seconds when they come evenly: minutes are not kept for long enough
/// to count them.
fn part(of: &Bucket, seconds: i64, step: i64) -> Counts {
    of.counts.map(|count| (count * seconds + step / 2) / step)
}

/// One hole for gaps of one cause that touch; newest first as they came.
fn join(gaps: Vec<Gap>) -> Vec<Hole> {
    let mut holes: Vec<Hole> = Vec::new();
    for gap in gaps {
        let (from, to) = (from_micros(gap.from_at), from_micros(gap.to_at));
        // Crashes stay apart: each lost something of its own.
        let near = holes.iter_mut().find(|hole| {
            gap.cause == FULL
                && hole.cause == FULL
                && hole.from.timestamp_micros() - gap.to_at <= NEAR_MICROS
        });
        match near {
            Some(hole) => hole.from = hole.from.min(from),
            None => holes.push(Hole {
                cause: gap.cause,
                from,
                to,
            }),
        }
    }
    holes
}

/// Refusals by their reason, most first; reasons that did not occur are left out.
pub fn refusals(of: &Counts) -> Vec<(Code, i64)> {
    let mut reasons: Vec<(Code, i64)> = Code::refusals()
        .map(|code| (code, of.of(code)))
        .filter(|(_, count)| *count > 0)
        .collect();
    reasons.sort_by_key(|(_, count)| -count);
    reasons
}
