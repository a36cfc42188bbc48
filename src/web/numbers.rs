//! Numbers as people read them.

pub use crate::domain::numbers::grouped;

/// "12 requests", "1 request".
pub fn counted(count: i64, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{} {word}", grouped(count))
}

/// "1.2%" of a whole; a part that is there never reads as 0%, and one that is not whole never as 100%.
pub fn share(part: i64, whole: i64) -> String {
    if part <= 0 || whole <= 0 {
        return "0%".into();
    }
    if part >= whole {
        return "100%".into();
    }
    match i128::from(part) * 1_000 / i128::from(whole) {
        0 => "under 0.1%".into(),
        mille if mille < 100 => format!("{}.{}%", mille / 10, mille % 10),
        mille => format!("{}%", mille / 10),
    }
}

/// "12% more than", for a sentence that goes on with the time before.
pub fn change(now: i64, before: i64) -> String {
    if now == before {
        return "As many as in".into();
    }
    if before <= 0 {
        return "None in".into();
    }
    let difference = i128::from(now - before).abs();
    let percent = difference * 100 / i128::from(before);
    match (now > before, percent) {
        (true, 1_000..) => format!("{} times as many as in", now / before),
        (true, 0) => "Slightly more than in".into(),
        (false, 0) => "Slightly fewer than in".into(),
        (true, _) => format!("{percent}% more than in"),
        (false, _) => format!("{percent}% fewer than in"),
    }
}
