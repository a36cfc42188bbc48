//! The end of a limit, as it is typed and said.

use keystead::domain::limit_end::{LimitEnd, check, typed};
use keystead::domain::time::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn what_was_typed_reads_the_same_in_the_form_and_in_words() {
    let now = at("2026-11-20T12:00:00Z");
    for (text, again, words) in [
        (
            "2027-01-04",
            "2027-01-04",
            "until 4 January 2027, then 1,000",
        ),
        (
            " 2027-01-04 18:00 ",
            "2027-01-04 18:00",
            "until 4 January 2027, 18:00 UTC, then 1,000",
        ),
        (
            "2027-01-04T18:00",
            "2027-01-04 18:00",
            "until 4 January 2027, 18:00 UTC, then 1,000",
        ),
    ] {
        let end = check(text, now).unwrap().unwrap();
        assert_eq!(typed(end), again);
        assert_eq!(
            LimitEnd {
                at: end,
                then: 1_000
            }
            .words(),
            words
        );
    }
    assert_eq!(check(" ", now), Ok(None));
}

#[test]
fn an_end_is_in_the_future_and_not_too_far() {
    let now = at("2026-11-20T12:00:00Z");
    for wrong in [
        "2026-11-20 12:00",
        "2026-11-19",
        "2031-11-20 12:01",
        "9999-12-31",
        "2027-02-30",
        "2027-01-04 25:00",
        "tomorrow",
        "04.01.2027",
    ] {
        assert!(check(wrong, now).is_err(), "{wrong}");
    }
    assert!(check("2026-11-20", now).is_ok());
    assert!(check("2031-11-20 12:00", now).is_ok());
}
