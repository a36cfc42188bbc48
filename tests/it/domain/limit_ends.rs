//! The end of a limit, as it is typed and said.

use keystead::domain::limit_end::{LimitEnd, check, typed};
use keystead::domain::time::Timestamp;
use keystead::domain::zone::Zone;

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
        let end = check(text, now, Zone::UTC).unwrap().unwrap();
        assert_eq!(typed(end, Zone::UTC), again);
        assert_eq!(
            LimitEnd {
                at: end,
                then: 1_000
            }
            .words(Zone::UTC),
            words
        );
    }
    assert_eq!(check(" ", now, Zone::UTC), Ok(None));
}

#[test]
fn a_time_is_one_of_the_zone_and_a_day_the_same_in_all() {
    let now = at("2026-11-20T12:00:00Z");
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    let time = check("2027-01-04 18:00", now, berlin).unwrap().unwrap();
    assert_eq!(time, at("2027-01-04T17:00:00Z"));
    assert_eq!(typed(time, berlin), "2027-01-04 18:00");
    let end = LimitEnd { at: time, then: 2 };
    assert_eq!(end.words(berlin), "until 4 January 2027, 18:00 CET, then 2");
    let day = check("2027-01-04", now, berlin).unwrap().unwrap();
    assert_eq!(day, at("2027-01-05T00:00:00Z"));
    assert_eq!(typed(day, berlin), "2027-01-04");
    // Noon in UTC is 13:00 there, so this has passed.
    let past = check("2026-11-20 12:30", now, berlin).unwrap_err();
    assert_eq!(
        past,
        "Choose an end in the future. Times are in Europe/Berlin."
    );
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
        assert!(check(wrong, now, Zone::UTC).is_err(), "{wrong}");
    }
    assert!(check("2026-11-20", now, Zone::UTC).is_ok());
    assert!(check("2031-11-20 12:00", now, Zone::UTC).is_ok());
}
