//! What usage survives: a crash, and a database that is away.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::support::outage::Outage;
use crate::support::process::{Place, Server};

/// How long the database is away.
const AWAY: Duration = Duration::from_secs(12);
/// Most memory that the server may take on meanwhile, in KiB.
const GROWTH: i64 = 16 * 1024;
/// Systems that call at once.
const CALLERS: usize = 8;

/// When each answer came.
type Answers = Rc<RefCell<Vec<Instant>>>;

/// Calls until told to stop, or until nobody answers.
async fn call(
    server: &Server,
    key: &str,
    answers: Answers,
    stop: Rc<Cell<bool>>,
    server_may_refuse: bool,
) {
    let system = server.system(key);
    while !stop.get() {
        let request = system.request(reqwest::Method::GET, "/forward-auth");
        let Ok(answer) = request.send().await else {
            return;
        };
        // Without PostgreSQL a server answers only while its lease goes on; what it can't be sure of is counted nowhere.
        if answer.status() == 503 && server_may_refuse {
            continue;
        }
        assert_eq!(answer.status(), 200);
        answers.borrow_mut().push(Instant::now());
    }
}

async fn pause(until: Instant) {
    actix_web::rt::time::sleep_until(until.into()).await;
}

const RECORDED: &str = "SELECT count(*) AS n FROM request_records";
const COUNTED: &str =
    "SELECT CAST(COALESCE(SUM(valid), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60";
const DROPPED: &str = "SELECT CAST(COALESCE(SUM(dropped), 0) AS BIGINT) AS n FROM usage_gaps";

#[actix_web::test]
async fn a_crash_loses_at_most_the_last_second_and_a_half_and_the_next_start_says_so() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let mut server = place.serve();
    let (answers, stop) = (Answers::default(), Rc::<Cell<bool>>::default());
    let crash = async {
        pause(Instant::now() + Duration::from_secs(5)).await;
        stop.set(true);
    };
    let calls = join_all(
        (0..CALLERS).map(|_| call(&server, &key, Rc::clone(&answers), Rc::clone(&stop), false)),
    );
    futures_util::join!(calls, crash);
    let crashed_at = Instant::now();
    server.crash();
    let sure = crashed_at - Duration::from_millis(1_500);
    let sure = answers.borrow().iter().filter(|&&at| at <= sure).count();
    assert!(sure > 100, "only {sure} requests were made");
    let sure = i64::try_from(sure).unwrap();
    let gaps = "SELECT count(*) AS n FROM usage_gaps WHERE cause = 'crash' AND dropped IS NULL";
    assert_eq!(place.number(gaps), 0);
    let mut again = place.serve();
    assert!(place.number(COUNTED) >= sure);
    assert!(place.number(RECORDED) + place.number(DROPPED) >= sure);
    assert_eq!(place.number(gaps), 1);
    // An end in order is no gap.
    assert_eq!(again.stop(), 0);
    drop(place.serve());
    assert_eq!(place.number(gaps), 1);
}

#[actix_web::test]
async fn while_the_database_is_away_nothing_is_lost_and_memory_stays_bounded() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_REQUEST_LOG_PER_SECOND", "2000");
    let mut server = place.start(command);
    let (answers, stop) = (Answers::default(), Rc::<Cell<bool>>::default());
    let memory = Cell::new((0, 0));
    let outage = async {
        // Warm first: what a server takes on for its first thousands of requests is not the outage's doing.
        while answers.borrow().len() < 3_000 {
            pause(Instant::now() + Duration::from_millis(20)).await;
        }
        let before = server.memory_kib();
        let away = Outage::begin(place.source());
        let answered = answers.borrow().len();
        let end = Instant::now() + AWAY;
        pause(end).await;
        memory.set((before, server.memory_kib()));
        assert!(answers.borrow().len() > answered + 2_000);
        drop(away);
        stop.set(true);
    };
    let is_shared = place.source().file().is_none();
    let calls = join_all((0..CALLERS).map(|_| {
        call(
            &server,
            &key,
            Rc::clone(&answers),
            Rc::clone(&stop),
            is_shared,
        )
    }));
    futures_util::join!(calls, outage);
    assert_eq!(server.stop(), 0);
    let (before, after) = memory.get();
    assert!(after - before < GROWTH, "{before} KiB became {after} KiB");
    let answered = i64::try_from(answers.borrow().len()).unwrap();
    assert_eq!(place.number(COUNTED), answered);
    assert!(place.number(DROPPED) > 0);
    assert_eq!(place.number(RECORDED) + place.number(DROPPED), answered);
}
