//! The line of a week.

use keystead::web::sparkline::Sparkline;

#[test]
fn the_busiest_day_is_the_highest_and_a_day_without_requests_the_lowest() {
    let spark = Sparkline::new(&[0, 5, 10]);
    assert_eq!(spark.line, "2.0,20.5 13.3,12.0 24.6,3.5");
    assert_eq!(spark.area, "2.0,24 2.0,20.5 13.3,12.0 24.6,3.5 24.6,24");
    assert_eq!(spark.label, "Requests in the last 3 days: 0 · 5 · 10");
}

#[test]
fn nothing_is_no_line() {
    let spark = Sparkline::new(&[0; 7]);
    assert_eq!(
        (&*spark.line, &*spark.label),
        ("", "No requests in the last 7 days")
    );
}
