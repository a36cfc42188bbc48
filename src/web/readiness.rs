//! When the database was last asked whether it is there.

use std::time::Duration;

use tokio::sync::Mutex;

/// When the database was last asked, and the newest change, or what is wrong with it. Whoever asks holds it, so others wait
/// instead of asking too.
#[derive(Debug, Default)]
pub struct Readiness(pub Mutex<Option<(Duration, Result<i64, &'static str>)>>);
