//! Faults of Keystead itself: a panic is answered, counted, or told, and never silence.
//!
//! Nothing that a client sends makes it panic, as far as is known. So these tests bring a reader of the log that panics
//! once, at a line of their choice.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::*;

/// What the fatal line holds; taken by the panic.
static FATAL: Mutex<Option<&str>> = Mutex::new(None);

struct Reader;

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Reader {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("keystead")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let mut fatal = FATAL.lock().unwrap_or_else(PoisonError::into_inner);
        if fatal.is_some_and(|part| line.0.contains(part)) {
            *fatal = None;
            drop(fatal);
            panic!("at {}", line.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The next line of the log that holds this makes whoever writes it panic.
fn panic_at(part: &'static str) {
    static READ: Once = Once::new();
    READ.call_once(|| tracing::subscriber::set_global_default(Reader).unwrap());
    *FATAL.lock().unwrap() = Some(part);
}

fn has_panicked() -> bool {
    FATAL.lock().unwrap().is_none()
}

#[actix_web::test]
async fn a_request_that_panics_is_answered_by_500_and_the_next_ones_as_ever() {
    let app = App::start().await;
    let key = app.issue("Acme", "Plant");
    let system = app.system(&key.secret);
    for (path, line) in [
        ("/login", "path=\"/login\""),
        ("/api/v1/auth/whoami", "path=\"/api/v1/auth/whoami\""),
        ("/forward-auth", "path=\"/forward-auth\""),
    ] {
        panic_at(line);
        let answer = system.get(path).await;
        assert_eq!(answer.status, 500, "{path}: {}", answer.body);
        let told = answer.problem(500);
        assert_eq!(told["title"], "Internal Server Error", "{told}");
        assert!(has_panicked());
        assert_eq!(system.get(path).await.status, 200, "{path}");
    }
}

#[actix_web::test]
async fn a_job_that_panics_is_begun_again_and_counted() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let metrics = free.local_addr().unwrap();
    drop(free);
    let app = App::start_with(|config| config.metrics_listen = Some(metrics), true).await;
    let key = app.issue("Acme", "Plant");
    panic_at("does not go on from what this server knows");
    app.sql("UPDATE change_head SET entry_id = entry_id + 1");
    direct::until("it follows again", async || {
        has_panicked() && app.system(&key.secret).get("/forward-auth").await.status == 200
    })
    .await;
    let told = metrics::read(&format!("http://{metrics}")).await;
    assert_eq!(metrics::value(&told, "keystead_job_panics_total"), 1.0);
    assert_eq!(app.stranger().get("/healthz").await.status, 200);
}

#[actix_web::test]
async fn a_thread_that_must_live_and_is_dead_is_told_by_healthz() {
    let app = App::start().await;
    let key = app.issue("Acme", "Plant");
    assert_eq!(app.stranger().get("/healthz").await.status, 200);
    // Writing that a job failed is its thread's own work: nobody begins that again.
    panic_at("job=\"usage\"");
    app.sql("ALTER TABLE usage_nodes RENAME TO gone");
    direct::until("it says so", async || {
        // Something to write down, each time.
        assert_eq!(
            app.system(&key.secret).get("/forward-auth").await.status,
            200
        );
        let answer = app.stranger().get("/healthz").await;
        answer.status == 503 && answer.body.contains("start it anew")
    })
    .await;
    assert!(has_panicked());
}
