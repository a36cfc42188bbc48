//! The lines of the request log, as pages show them.

use crate::actions::requests::{Line, Page};
use crate::db::key_labels::KeyLabel;
use crate::db::request_records::Record;
use crate::db::usage_gaps::{CRASH, Gap};
use crate::domain::time::from_micros;
use crate::web::shell::{Moment, day};
use crate::web::verdicts::{Verdict, verdict};
use crate::web::viewer_zone;

/// Gaps that are this close (in microseconds) are one to the reader.
const CLOSE: i64 = 2_000_000;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Sorts like the lines.
    pub order: String,
    /// What the line tells.
    pub tells: Tells,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tells {
    /// Of a request.
    Request(Box<RequestRow>),
    /// Of requests that are missing.
    Gap(GapRow),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct RequestRow {
    pub id: String,
    pub at: Moment,
    /// Empty when the line above it has the same.
    pub day: String,
    pub verdict: Verdict,
    pub method: String,
    pub path: String,
    pub key: KeyName,
    pub scope: String,
    pub address: String,
    pub program: String,
}

impl RequestRow {
    /// The end of the id: its beginning is the time.
    pub fn short_id(&self) -> &str {
        self.id.get(24..).unwrap_or(&self.id)
    }
}

/// The key of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    /// Its name.
    pub name: String,
    /// Such as `ks_live_…9fQ2`.
    pub hint: String,
    /// Its page, while it is on the list.
    pub href: Option<String>,
}

/// A gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// Identifier.
    pub id: String,
    /// The sentence.
    pub text: String,
}

impl KeyName {
    /// How a key is shown; `None` is a key of which nothing is known any more.
    pub fn new(key: Option<&KeyLabel>) -> Self {
        let Some(key) = key else {
            return Self {
                name: "A key that is gone".into(),
                hint: String::new(),
                href: None,
            };
        };
        Self {
            name: key.name.clone(),
            hint: key.hint(),
            href: key
                .deleted_at
                .is_none()
                .then(|| format!("/tenant-api-keys/{}", key.id)),
        }
    }
}

/// The lines of a page. `join` makes one line of gaps that follow each other closely.
pub fn lines(page: Page, join: bool) -> Vec<RequestLine> {
    let mut lines: Vec<Line> = Vec::new();
    for line in page.lines {
        match (lines.last_mut(), line) {
            (Some(Line::Gap(later)), Line::Gap(gap)) if join && are_one(later, &gap) => {
                later.from_at = later.from_at.min(gap.from_at);
            }
            (_, line) => lines.push(line),
        }
    }
    let mut day = String::new();
    lines
        .into_iter()
        .map(|line| RequestLine {
            order: line.order().to_string(),
            tells: match line {
                Line::Gap(gap) => Tells::Gap(GapRow {
                    text: sentence(&gap),
                    id: gap.id,
                }),
                Line::Request(record) => {
                    let key = page.keys.iter().find(|key| key.id == record.key_id);
                    let mut row = row(*record, key);
                    if row.day == day {
                        row.day.clear();
                    } else {
                        day.clone_from(&row.day);
                    }
                    Tells::Request(Box::new(row))
                }
            },
        })
        .collect()
}

fn are_one(later: &Gap, gap: &Gap) -> bool {
    later.cause == gap.cause && gap.cause != CRASH && later.from_at - gap.to_at < CLOSE
}

fn row(record: Record, key: Option<&KeyLabel>) -> RequestRow {
    let at = record.at;
    RequestRow {
        at: Moment::to_the_second(at),
        day: day(at),
        verdict: verdict(record.code),
        key: KeyName::new(key),
        id: record.id.to_string(),
        method: record.method,
        path: record.path,
        scope: record.scope,
        address: record.address,
        program: record.user_agent,
    }
}

/// How many are missing stays untold: the number counts the requests of all tenants.
fn sentence(gap: &Gap) -> String {
    let (from, to) = (from_micros(gap.from_at), from_micros(gap.to_at));
    let zone = viewer_zone::current();
    let end = if zone.date(from) == zone.date(to) {
        zone.format(to, "%H:%M:%S %Z")
    } else {
        zone.format(to, "%-d %b, %H:%M:%S %Z")
    };
    let start = zone.format(from, "%-d %b, %H:%M:%S");
    if gap.cause == CRASH {
        return format!(
            "Keystead ended without notice between {start} and {end}. Requests of up to 1.5 seconds before it ended \
             are missing here and in the totals."
        );
    }
    format!(
        "Some requests between {start} and {end} are not listed: more came than are recorded singly. The totals on \
         the Usage page count them."
    )
}
