//! Times as clocks show them, where clocks are set forward and back.

use chrono::NaiveDateTime;
use keystead::domain::time::{Timestamp, rfc3339};
use keystead::domain::zone::Zone;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What the clocks of a zone show, as an instant.
fn instant(zone: &str, shown: &str) -> String {
    let shown = NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M:%S").unwrap();
    rfc3339(Zone::parse(zone).unwrap().instant(shown))
}

#[test]
fn a_time_that_clocks_skip_or_show_twice_is_the_first_that_there_is() {
    for (zone, shown, expected) in [
        ("UTC", "2026-03-29 02:30:00", "2026-03-29T02:30:00Z"),
        (
            "Europe/Berlin",
            "2026-03-29 01:59:59",
            "2026-03-29T00:59:59Z",
        ),
        // Skipped: 03:00 comes after 01:59:59.
        (
            "Europe/Berlin",
            "2026-03-29 02:00:00",
            "2026-03-29T01:00:00Z",
        ),
        (
            "Europe/Berlin",
            "2026-03-29 02:30:45",
            "2026-03-29T01:00:00Z",
        ),
        (
            "Europe/Berlin",
            "2026-03-29 03:00:00",
            "2026-03-29T01:00:00Z",
        ),
        // Twice: in summer time first.
        (
            "Europe/Berlin",
            "2026-10-25 02:30:00",
            "2026-10-25T00:30:00Z",
        ),
        (
            "Europe/Berlin",
            "2026-10-25 03:00:00",
            "2026-10-25T02:00:00Z",
        ),
        // Half an hour at a time.
        (
            "Australia/Lord_Howe",
            "2026-10-04 02:15:00",
            "2026-10-03T15:30:00Z",
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-05 01:45:00",
            "2026-04-04T14:45:00Z",
        ),
        // A whole day was left out.
        (
            "Pacific/Apia",
            "2011-12-30 12:00:00",
            "2011-12-30T10:00:00Z",
        ),
    ] {
        assert_eq!(instant(zone, shown), expected, "{zone} {shown}");
    }
}

#[test]
fn an_instant_has_the_name_of_the_clocks_that_show_it() {
    for (zone, instant, expected) in [
        (
            "UTC",
            "2026-11-20T12:00:00Z",
            "20 Nov 2026, 12:00:00.000 UTC",
        ),
        (
            "Europe/Berlin",
            "2026-11-20T12:00:00Z",
            "20 Nov 2026, 13:00:00.000 CET",
        ),
        (
            "Europe/Berlin",
            "2026-10-25T00:30:00Z",
            "25 Oct 2026, 02:30:00.000 CEST",
        ),
        (
            "Europe/Berlin",
            "2026-10-25T01:30:00Z",
            "25 Oct 2026, 02:30:00.000 CET",
        ),
        (
            "America/Sao_Paulo",
            "2026-11-20T12:00:00Z",
            "20 Nov 2026, 09:00:00.000 UTC-03:00",
        ),
        (
            "Asia/Kathmandu",
            "2026-11-20T20:00:00Z",
            "21 Nov 2026, 01:45:00.000 UTC+05:45",
        ),
    ] {
        let zone = Zone::parse(zone).unwrap();
        assert_eq!(zone.day_and_time(at(instant)), expected);
    }
}

#[test]
fn every_zone_of_the_list_can_be_chosen_and_kept() {
    let regions = Zone::regions();
    let names: Vec<&str> = regions
        .iter()
        .flat_map(|(_, places)| places.iter().map(|(name, _)| *name))
        .collect();
    assert!(names.len() > 350, "{}", names.len());
    for name in names.into_iter().chain(["UTC"]) {
        assert_eq!(Zone::parse(name).unwrap().name(), name);
        assert_eq!(Zone::stored(name).name(), name);
    }
    assert!(Zone::parse("Europe/Atlantis").is_err());
    assert_eq!(Zone::stored("Europe/Atlantis"), Zone::UTC);
}
