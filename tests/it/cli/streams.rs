//! Nobody reads what the program writes, or it can't be written: that is no reason to fail.

use std::fs::File;
use std::io::{BufRead as _, BufReader, PipeReader, Read as _};
use std::process::{Command, Stdio};

use crate::support::process::{Place, Server};
use crate::support::system::KEYS;
use crate::support::*;

fn full() -> Stdio {
    let device = File::options().write(true).open("/dev/full");
    device.unwrap().into()
}

/// A server whose metrics are at the address, and its log at `to`.
fn start(place: &Place, to: Stdio) -> (Server, String) {
    let metrics = format!("127.0.0.1:{}", mail::free_port());
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_METRICS_LISTEN", &metrics);
    let nowhere = place.dir.join("no log");
    let server = place.start_logging_to(to, nowhere, command);
    (server, format!("http://{metrics}"))
}

/// A system makes a key and uses it, and somebody revokes it on its page.
async fn is_of_use(place: &Place, server: &Server, key: &str) {
    let made = server.system(key).create("Made without a log").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, secret) = (&made.json()["id"], &made.json()["key"]);
    let (id, secret) = (id.as_str().unwrap(), secret.as_str().unwrap());
    assert_eq!(server.stranger().verify(secret).await, "VALID");
    let revoked = server.system(key).delete(&format!("{KEYS}/{id}")).await;
    assert_eq!(revoked.status, 204, "{}", revoked.body);
    assert_eq!(server.stranger().verify(secret).await, "REVOKED");
    let mut alice = server.visitor();
    alice.give_password(ALICE, PASSWORD, "").await.leads_to("/");
    let page = alice.get("/tenant-api-keys").await;
    assert_eq!(page.status, 200);
    // Something that is logged as an error, on a thread beside the requests too.
    direct::sql(
        &place.db(),
        "ALTER TABLE change_head RENAME TO change_head_away",
    );
    direct::until("the loss is noticed", async || {
        server.stranger().get("/readyz").await.status == 503
    })
    .await;
    direct::sql(
        &place.db(),
        "ALTER TABLE change_head_away RENAME TO change_head",
    );
    direct::until("it goes on by itself", async || {
        server.stranger().get("/readyz").await.status == 200
    })
    .await;
    assert_eq!(server.system(key).create("Afterwards").await.status, 201);
    assert_eq!(server.stranger().get("/healthz").await.status, 200);
}

async fn lost(metrics: &str) -> f64 {
    let text = metrics::read(metrics).await;
    assert_eq!(metrics::value(&text, "keystead_job_panics_total"), 0.0);
    metrics::value(&text, "keystead_log_lines_lost_total")
}

#[actix_web::test]
async fn a_server_whose_log_can_not_be_written_answers_as_ever() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let (reader, ended) = std::io::pipe().unwrap();
    drop(reader);
    for log in [full(), ended.into()] {
        let (mut server, metrics) = start(&place, log);
        is_of_use(&place, &server, &key).await;
        assert!(lost(&metrics).await > 5.0);
        assert_eq!(server.stop(), 0);
    }
}

/// The first line that tells of a loss, and how many lines there were before it.
fn loss_in(log: PipeReader) -> (String, usize) {
    let mut lines = BufReader::new(log).lines().map(Result::unwrap);
    let mut before = 0;
    let told = lines.find(|line| {
        before += 1;
        line.contains("lines of the log are lost here")
    });
    (told.unwrap(), before - 1)
}

#[actix_web::test]
async fn whoever_reads_the_log_slowly_holds_up_nobody_and_is_told_what_is_lost() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let (log, to) = std::io::pipe().unwrap();
    let (mut server, metrics) = start(&place, to.into());
    // More than a pipe takes.
    let mut asked = 0;
    while lost(&metrics).await < 100.0 {
        let page = server.visitor().get("/login").await;
        assert_eq!(page.status, 200);
        asked += 1;
        assert!(asked < 5_000, "nothing is ever lost");
    }
    is_of_use(&place, &server, &key).await;
    let silent = lost(&metrics).await;
    let reading = std::thread::spawn(move || loss_in(log));
    direct::until("it is read again", async || {
        server.visitor().get("/login").await;
        reading.is_finished()
    })
    .await;
    let (told, before) = reading.join().unwrap();
    let counted: f64 = told.rsplit("lines=").next().unwrap().parse().unwrap();
    assert!(told.contains(" WARN ") && before > 100, "{told}, {before}");
    assert!(counted >= silent && counted <= lost(&metrics).await);
    server.stop();
}

#[actix_web::test]
async fn a_server_says_where_it_listens_to_nobody_and_serves() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let listen = format!("127.0.0.1:{}", mail::free_port());
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_LISTEN", &listen);
    let child = command.stdin(Stdio::null()).stdout(full()).stderr(full());
    let child = child.spawn().unwrap();
    let client = reqwest::Client::new();
    let ask = || {
        client
            .get(format!("http://{listen}/api/v1/auth/whoami"))
            .bearer_auth(&key)
    };
    let child = std::cell::RefCell::new(child);
    direct::until("it answers", async || {
        assert!(child.borrow_mut().try_wait().unwrap().is_none(), "it ended");
        ask()
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    let mut child = child.into_inner();
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What a command does with both streams, or only its output, gone.
fn run(place: &Place, args: &[&str], with: fn(&mut Command)) -> (i32, String) {
    let mut command = place.command(args);
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    with(&mut command);
    let mut child = command.spawn().unwrap();
    let mut said = String::new();
    if let Some(mut err) = child.stderr.take() {
        err.read_to_string(&mut said).unwrap();
    }
    (child.wait().unwrap().code().unwrap(), said)
}

#[actix_web::test]
async fn a_command_that_nobody_hears_does_its_work_or_says_that_it_could_not_be_told() {
    let place = Place::new().with_acme();
    let deaf = |command: &mut Command| {
        command.stdout(full()).stderr(full());
    };
    let (code, _) = run(&place, &["pepper", "rotate"], deaf);
    assert_eq!(code, 0);
    let status = place.run(&["pepper", "status"], "");
    assert!(status.done().out.contains("pepper 2"), "{status:?}");
    let mute = |command: &mut Command| {
        command.stdout(full());
    };
    for args in [
        &["pepper", "status"][..],
        &["check-config"],
        &["audit", "head"],
        &["audit", "verify"],
        &["master-key", "list"],
        &["tenant", "list", "--json"],
        &["key", "create", "--tenant", "Acme", "--name", "Unseen"],
    ] {
        let (code, said) = run(&place, args, mute);
        assert_eq!(code, 2, "{args:?}: {said}");
        assert!(
            said.contains("written") || said.contains("can't write"),
            "{args:?}: {said}"
        );
        assert!(!said.contains("panicked"), "{said}");
    }
}
