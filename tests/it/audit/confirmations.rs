//! How a change was confirmed by every server of a PostgreSQL belongs to the rows of the log that tell of it.

use std::sync::atomic::AtomicBool;

use chrono::TimeDelta;
use keystead::background::audit_retention;

use crate::support::*;

#[actix_web::test]
async fn how_a_change_was_confirmed_is_kept_as_long_as_a_row_tells_of_it() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let revoke = async |name: &str| {
        let key = app.issue("Acme", name);
        let answer = app.system(&admin.secret).delete(&key.resource()).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    };
    revoke("ERP").await;
    revoke("CRM").await;
    // A file has one server, which nobody has to confirm anything to.
    let each = i64::from(app.config.database.file().is_none());
    assert_eq!(app.rows("change_confirmations"), 2 * each);
    app.clock.advance(TimeDelta::days(40));
    revoke("Young").await;

    let stopping = AtomicBool::new(false);
    audit_retention::prune(&app.db, 30, app.clock.now(), &stopping).unwrap();
    assert_eq!(app.rows("confirmed_events"), each);
    assert_eq!(app.rows("change_confirmations"), each);
}
