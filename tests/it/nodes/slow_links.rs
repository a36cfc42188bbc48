//! A server behind a slow link makes a change: it holds the lock that all changes take for as long as its statements are on
//! their way.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::ManageConnection as _;
use keystead::db::connection::Manager;

use super::{Nodes, told};
use crate::support::system::KEYS;

/// Between two of its statements: less than the two seconds after which PostgreSQL ends who is silent.
const ON_ITS_WAY: Duration = Duration::from_millis(400);

#[actix_web::test]
async fn nobody_is_kept_from_revoking_by_a_server_with_a_slow_link() {
    let nodes = Nodes::start(1).await;
    let (id, key) = nodes.issue("ERP").await;
    let mut slow = Manager::new(nodes.places[0].source().clone())
        .connect()
        .unwrap();
    slow.batch_execute(
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '2s'; UPDATE change_head SET rev = rev + 1",
    )
    .unwrap();
    let (answered, is_answered) = channel::<()>();
    let changing = std::thread::spawn(move || {
        while is_answered.recv_timeout(ON_ITS_WAY) == Err(RecvTimeoutError::Timeout) {
            slow.batch_execute("SELECT 1")?;
        }
        slow.batch_execute("ROLLBACK")
    });

    let server = &nodes.servers[0];
    let answer = server
        .system(&nodes.admin)
        .delete(&format!("{KEYS}/{id}"))
        .await;
    drop(answered);
    assert_eq!(answer.status, 204, "{}", answer.body);
    assert_eq!(told(server, &key).await, 401);
    let changed = changing.join().unwrap();
    assert!(changed.is_err(), "the slow change was not ended");
}
