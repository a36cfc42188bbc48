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

#[cfg(test)]
mod tests {
    use super::{change, counted, grouped, share};

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(counted(1, "request", "requests"), "1 request");
        assert_eq!(counted(1_200, "request", "requests"), "1,200 requests");
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_all() {
        assert_eq!(share(0, 10), "0%");
        assert_eq!(share(1, 100_000), "under 0.1%");
        assert_eq!(share(1, 80), "1.2%");
        assert_eq!(share(999_999, 1_000_000), "99%");
        assert_eq!(share(7, 7), "100%");
        assert_eq!(share(1, 0), "0%");
    }

    #[test]
    fn changes_are_words() {
        assert_eq!(change(0, 0), "As many as in");
        assert_eq!(change(5, 0), "None in");
        assert_eq!(change(112, 100), "12% more than in");
        assert_eq!(change(0, 100), "100% fewer than in");
        assert_eq!(change(1_001, 1_000), "Slightly more than in");
        assert_eq!(change(1_000, 50), "20 times as many as in");
    }
}
