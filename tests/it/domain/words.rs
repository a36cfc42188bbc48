//! Words of time, state and scope.

use chrono::TimeDelta;
use keystead::domain::key::State;
use keystead::domain::scope::Scopes;
use keystead::domain::time::relative;

use crate::support::noon;

#[test]
fn times_read_as_people_say_them() {
    let now = noon();
    for (seconds, words) in [
        (0, "just now"),
        (-44, "just now"),
        (30, "in a moment"),
        (-60, "1 min ago"),
        (-120, "2 min ago"),
        (-3_599, "59 min ago"),
        (-3 * 3_600, "3 h ago"),
        (-86_400, "1 day ago"),
        (6 * 86_400, "in 6 days"),
        (-51 * 86_400, "51 days ago"),
        (120 * 86_400, "in 4 months"),
        (-800 * 86_400, "2 years ago"),
    ] {
        assert_eq!(relative(now + TimeDelta::seconds(seconds), now), words);
    }
}

#[test]
fn revoked_beats_expired_beats_disabled() {
    let now = noon();
    let past = Some(now);
    let future = Some(now + TimeDelta::microseconds(1));
    for (revoked, disabled, expires, state) in [
        (true, true, past, State::Revoked),
        (true, false, None, State::Revoked),
        (false, true, past, State::Expired),
        (false, true, future, State::Disabled),
        (false, false, future, State::Active),
        (false, false, None, State::Active),
    ] {
        assert_eq!(State::at(now, revoked, disabled, expires), state);
    }
}

#[test]
fn scopes_grant_what_they_name_and_nothing_else() {
    let scopes = |text: &str| Scopes::parse(text).unwrap();
    assert!(scopes("*:*").allow("orders:write"));
    assert!(scopes("*:read").allow("orders:read") && !scopes("*:read").allow("orders:write"));
    assert!(scopes("orders:*").allow("orders:write") && !scopes("orders:*").allow("order:write"));
    assert!(!scopes("orders:read").allow("orders:readall") && !scopes("").allow("orders:read"));
    assert!(scopes("*:*").cover(&scopes("*:read orders:write")));
    assert!(
        !scopes("*:read").cover(&scopes("*:*")) && !scopes("orders:read").cover(&scopes("*:read"))
    );
    assert!(scopes("orders:read").cover(&scopes("")));
    for bad in [
        "orders",
        "orders:",
        ":read",
        "a b:c d:",
        "orders:read:x",
        "o*:read",
        "ö:read",
    ] {
        assert!(Scopes::parse(bad).is_err(), "{bad}");
    }
}
