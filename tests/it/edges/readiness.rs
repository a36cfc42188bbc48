//! What load balancers ask again and again.

use chrono::TimeDelta;

use crate::support::*;

#[actix_web::test]
async fn an_answer_of_the_database_serves_every_probe_for_a_second() {
    let app = App::start().await;
    let ready = async || app.stranger().get("/readyz").await.status;
    assert_eq!(ready().await, 200);
    app.sql("ALTER TABLE change_head RENAME TO lost");
    app.clock.advance(TimeDelta::milliseconds(999));
    assert_eq!(ready().await, 200);
    app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(ready().await, 503);
    app.sql("ALTER TABLE lost RENAME TO change_head");
    assert_eq!(ready().await, 503);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(ready().await, 200);
}
