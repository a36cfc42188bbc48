//! Bars of a day.

use keystead::web::strip::Strip;

#[test]
fn the_highest_bar_fills_the_strip_and_the_lowest_is_seen() {
    let strip = Strip {
        what: "Refused",
        path: "M1 40v-2h2v2zM3 40v-40h2v40z".into(),
        width: 4,
        label: "Refused by hour: 1,001 requests in all, at most 1,000 in an hour".into(),
        most: "at most 1,000 in an hour".into(),
    };
    assert_eq!(Strip::new("Refused", &[0, 1, 1_000], "hour"), Some(strip));
}

#[test]
fn nothing_is_no_strip() {
    assert_eq!(Strip::new("Refused", &[0; 24], "hour"), None);
}
