//! A third party's credential, against a bare actix-web handler whose answer has the same size, A B A B.

use keystead::db::connection::Source;
use keystead::domain::catalogue::Catalogue;
use keystead::domain::catalogue::entry::Kind;

use crate::compare::{Asked, Compared, compare};
use crate::credentials::{Wanted, fill};
use crate::servers::{Running, Work};

const PROJECTS: usize = 10_000;
/// Credentials that each project has.
const EACH: usize = 10;
/// Most CPU, times the bare handler's.
const LIMIT: f64 = 3.0;

pub fn run() {
    let work = Work::new();
    // One key for each tenant; the first is the first tenant's.
    let key = work.seed(100, 1).swap_remove(0);
    let catalogue = Catalogue::built_in().unwrap();
    let slugs: Vec<String> = catalogue
        .iter()
        .filter(|entry| entry.kind == Kind::ApiKey && !entry.environments)
        .map(|entry| entry.slug.clone())
        .take(EACH)
        .collect();
    let wanted = Wanted {
        tenant: "Tenant 1",
        projects: PROJECTS,
        own: &slugs,
        shared: &[],
    };
    let data = work.path().join("data");
    let projects = fill(Source::in_dir(&data), &data, &wanted);
    let requests: Vec<String> = projects
        .iter()
        .enumerate()
        .map(|(turn, project)| {
            format!(
                "GET /api/v1/projects/{project}/integrations/{}/credential HTTP/1.1\r\n\
                 Host: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n",
                slugs[turn % slugs.len()]
            )
        })
        .collect();
    println!(
        "\n{PROJECTS} projects, {} credentials, {} of them asked for, 1 worker, 32 connections\n",
        PROJECTS * EACH,
        requests.len()
    );
    println!("| request log | CPU us/request | bare | times bare | target | p99, times bare |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (name, settings) in [
        ("without", &["--request-log-per-second", "0"][..]),
        ("with", &[]),
    ] {
        let asked = Asked {
            server: &Running::keystead(&work, settings),
            requests: &requests,
        };
        let Compared {
            ours,
            bare,
            cpu,
            p99,
            ..
        } = compare(&asked, None);
        println!("| {name} | {ours:.2} | {bare:.2} | {cpu:.2} | {LIMIT:.2} | {p99:.2} |");
    }
}
