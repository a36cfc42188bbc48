//! Believable usage for the sample keys: a busy day and a quiet night, weekends, and a few refusals.

use chrono::{Datelike as _, TimeDelta};

use crate::db::request_records::{self, NewRecord};
use crate::db::usage::{self, DAY, HOUR, Used};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::request_id::RequestId;
use crate::domain::tally::{Counts, Tally};
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// Days that are told by the hour: a week, and the week before it.
const BY_HOUR: i64 = 14;
/// What an hour of the day has of a day's requests, in thousandths, from midnight on.
const CURVE: [i64; 24] = [
    14, 11, 10, 10, 12, 18, 27, 41, 58, 69, 72, 70, 61, 66, 71, 69, 62, 52, 43, 37, 33, 38, 32, 24,
];

/// A day's use: quieter at weekends, and no two days alike; a few requests are refused for one reason. Today ends now.
pub fn use_on_day(
    conn: &mut Conn,
    key: KeyId,
    day: Timestamp,
    (requests_a_day, refused): (i64, Code),
    ago: i64,
) -> Result<()> {
    let weekend = match day.weekday().number_from_monday() {
        6.. => 3,
        _ => 1,
    };
    let whole = (requests_a_day + requests_a_day * (ago * 37 % 23 - 11) / 60) / weekend;
    let start = day.timestamp() / DAY * DAY;
    let mut rows = Vec::new();
    let mut sum = Counts::default();
    for (hour, part) in (0_i64..).zip(CURVE) {
        let begins = start + hour * HOUR;
        // All of an hour that is over, and of this one as much as there was of it.
        let seconds = if ago == 0 {
            (day.timestamp() - begins).clamp(0, HOUR)
        } else {
            HOUR
        };
        if seconds == 0 {
            break;
        }
        let wobble = 100 + (hour * 29 + ago * 17) % 19 - 9;
        let accepted = whole * part * wobble / 100_000 * seconds / HOUR;
        let mut counts = Counts::default();
        counts.add(Code::Valid, accepted);
        if refused != Code::Valid {
            counts.add(refused, accepted / 90 + hour % 3);
        }
        sum.add_all(&counts);
        let last = (begins + seconds - 1) * 1_000_000;
        rows.extend((ago < BY_HOUR).then(|| row(key, HOUR, begins, counts, last)));
    }
    rows.push(row(key, DAY, start, sum, day.timestamp_micros()));
    usage::add(conn, &rows)
}

/// A key that no longer works and is still presented, a few times each day.
pub fn refuse_lately(
    conn: &mut Conn,
    tenant: TenantId,
    key: KeyId,
    reason: Code,
    now: Timestamp,
) -> Result<()> {
    let mut rows = Vec::new();
    for ago in 0..BY_HOUR {
        let at = now - TimeDelta::days(ago) - TimeDelta::minutes(25);
        let count = 3 + ago * 5 % 4;
        for span in [HOUR, DAY] {
            let mut counts = Counts::default();
            counts.add(reason, count);
            let start = at.timestamp() / span * span;
            rows.push(row(key, span, start, counts, 0));
        }
    }
    usage::add(conn, &rows)?;
    let at = now - TimeDelta::minutes(25);
    let record = NewRecord {
        id: RequestId::next(at).to_string(),
        tenant_id: tenant.to_string(),
        key_id: key.to_string(),
        at: at.timestamp_micros(),
        code: reason.as_str().into(),
        method: "POST".into(),
        path: "/api/telemetry".into(),
        scope: "telemetry:write".into(),
        address: "198.51.100.23".into(),
        user_agent: "gateway-agent/1.4".into(),
        rev: db::change_log::head(conn)?.rev,
        last4: String::new(),
    };
    request_records::insert(conn, &[record])
}

fn row(key: KeyId, span: i64, start: i64, counts: Counts, last_accepted: i64) -> Used {
    let was_accepted = counts.accepted() > 0;
    Used {
        key_id: key,
        span,
        start,
        tally: Tally {
            counts,
            last_accepted: if was_accepted { last_accepted } else { 0 },
        },
    }
}
