//! The papers: what they tell somebody to type works, their links lead somewhere, and they name what there is.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use keystead::config::settings::ALL;
use keystead::domain::verdict::Code;

use crate::support::app::scratch_dir;
use crate::tidy;

const PATIENCE: Duration = Duration::from_secs(60);

/// Lines of the README that would take minutes here, or a port of somebody else, and what the test has instead.
fn instead_of() -> [(&'static str, String); 3] {
    let program = Path::new(env!("CARGO_BIN_EXE_keystead"));
    let folder = program.parent().unwrap().display();
    [
        ("cargo build --release", ":".into()),
        (
            "export PATH=\"$PWD/target/release:$PATH\"",
            format!("export PATH=\"{folder}:$PATH\""),
        ),
        (
            "export KEYSTEAD_LISTEN=127.0.0.1:8080",
            format!("export KEYSTEAD_LISTEN=127.0.0.1:{}", free_port()),
        ),
    ]
}

/// A port that nobody uses, and that the system hands out to nobody before the server has it.
fn free_port() -> u32 {
    let mut ports = (0..10_000).map(|number| 20_000 + (std::process::id() + number) % 10_000);
    let is_free = |port: &u32| TcpListener::bind(format!("127.0.0.1:{port}")).is_ok();
    ports.find(is_free).unwrap()
}

/// A shell into which somebody pastes. What it runs in the background ends with it, also when the test fails.
struct Shell {
    process: Child,
    dir: PathBuf,
}

impl Shell {
    fn paste(text: &str) -> Self {
        let dir = scratch_dir();
        let file = |name: &str| File::create(dir.join(name)).unwrap();
        let mut process = Command::new("bash")
            .args(["-euo", "pipefail"])
            .current_dir(&dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("TMPDIR", &dir)
            .stdin(Stdio::piped())
            .stdout(file("out"))
            .stderr(file("err"))
            .spawn()
            .unwrap();
        let mut input = process.stdin.take().unwrap();
        let all =
            format!("trap 'kill -KILL $(jobs -p) 2>/dev/null || true; wait' EXIT\n{text}\nexit\n");
        input.write_all(all.as_bytes()).unwrap();
        Self { process, dir }
    }

    /// What it printed, once it is done.
    #[track_caller]
    fn said(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        let read = |name: &str| fs::read_to_string(self.dir.join(name)).unwrap();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                assert!(status.success(), "{}{}", read("out"), read("err"));
                return read("out");
            }
            assert!(Instant::now() < deadline, "{}{}", read("out"), read("err"));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        if self.process.try_wait().is_ok_and(|ended| ended.is_none()) {
            let id = self.process.id().to_string();
            let _ = Command::new("kill").args(["-TERM", &id]).status();
            let _ = self.process.wait();
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn the_five_minutes_of_the_readme_work_as_they_are_pasted() {
    let readme = read("README.md");
    let section = readme.split("\n## Five minutes").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks: Vec<&str> = section.split("```sh\n").skip(1).collect();
    let blocks = blocks
        .iter()
        .map(|block| block.split("```").next().unwrap());
    let mut pasted: String = blocks.collect();
    let instead = instead_of();
    for (line, other) in &instead {
        assert_eq!(
            pasted.lines().filter(|one| one == line).count(),
            1,
            "{line}"
        );
        pasted = pasted.replace(line, other);
    }
    let mut shell = Shell::paste(&pasted);
    let said = shell.said();
    let lines: Vec<&str> = said.lines().collect();
    let [ready, first, second] = lines[..] else {
        panic!("three lines were expected: {said}");
    };
    assert_eq!(ready, "ready");
    assert!(
        first.starts_with(r#"{"valid":true,"code":"VALID""#),
        "{first}"
    );
    assert!(
        second.starts_with(r#"{"valid":false,"code":"REVOKED""#),
        "{second}"
    );
    let address = instead[2].1.rsplit('=').next().unwrap();
    assert!(TcpStream::connect(address).is_err(), "it was not stopped");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Every paper, as "docs/API.md" and its text without blocks of code.
fn papers() -> Vec<(String, String)> {
    let mut papers: Vec<(String, String)> = ["docs", "deploy", "static", "tests"]
        .iter()
        .flat_map(|folder| tidy::files(folder, &[".md"]))
        .filter(|(name, _)| !name.ends_with("LICENSE.md"))
        .collect();
    for entry in fs::read_dir(root()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".md") {
            papers.push((name.clone(), read(&name)));
        }
    }
    for (name, text) in &mut papers {
        // Each second part stands between fences.
        *text = text.split("\n```").step_by(2).collect();
        assert!(
            text.matches('`').count().is_multiple_of(2),
            "{name}: a lone backtick"
        );
    }
    assert!(papers.len() > 10);
    papers
}

/// The text outside of backticks, or what stands in them.
fn parts(text: &str, in_backticks: bool) -> impl Iterator<Item = &str> {
    text.split('`').skip(usize::from(in_backticks)).step_by(2)
}

/// Where the headings of a paper can be reached, as GitHub names them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let before = seen.entry(name.clone()).or_default();
        *before += 1;
        match *before {
            1 => name,
            again => format!("{name}-{}", again - 1),
        }
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_in_the_papers_leads_somewhere() {
    let papers = papers();
    let (mut complaints, mut count) = (Vec::new(), 0);
    for (name, text) in &papers {
        let outside: String = parts(text, false).collect();
        for rest in outside.split("](").skip(1) {
            let link = rest.split(')').next().unwrap();
            if link.contains("://") {
                continue;
            }
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(name).parent().unwrap();
            let path = match file {
                "" => root().join(name),
                file => root().join(folder).join(file),
            };
            let Ok(path) = path.canonicalize() else {
                complaints.push(format!("{name}: there is no {link}"));
                continue;
            };
            let is_it = |other: &&(String, String)| root().join(&other.0) == path;
            let led_to = papers.iter().find(is_it);
            if !anchor.is_empty() && !led_to.is_some_and(|(_, text)| anchors(text).contains(anchor))
            {
                complaints.push(format!("{name}: there is no heading {link}"));
            }
        }
    }
    assert!(count > 30, "only {count} links");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_file_that_the_papers_name_exists() {
    let folders = [
        "src/",
        "templates/",
        "static/",
        "migrations/",
        "tests/",
        "benches/",
        "fuzz/",
        "deploy/",
        "docs/",
    ];
    let (mut complaints, mut count) = (Vec::new(), 0);
    for (name, text) in papers() {
        // The changelog tells of times gone by.
        if name == "CHANGELOG.md" {
            continue;
        }
        for path in parts(&text, true) {
            let is_path = folders.iter().any(|folder| path.starts_with(folder));
            if !is_path || path.contains([' ', '*', '<', '…']) {
                continue;
            }
            count += 1;
            if !root().join(path).exists() {
                complaints.push(format!("{name}: there is no {path}"));
            }
        }
    }
    assert!(count > 30, "only {count} paths");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_table_of_settings_has_every_setting_as_it_is() {
    let text = read("docs/CONFIGURATION.md");
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let expected = ALL.iter().map(|setting| {
        let (name, quoted) = (setting.name, |text: String| format!("`{text}`"));
        let cells = [
            quoted(name.into()),
            quoted(format!("KEYSTEAD_{}", name.to_uppercase())),
            match setting.secret {
                true => "none".into(),
                false => quoted(format!("--{}", name.replace('_', "-"))),
            },
            match setting.default {
                "" => String::new(),
                default => quoted(default.into()),
            },
        ];
        format!("| {} |", cells.join(" | "))
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
}

#[test]
fn the_table_of_verdicts_has_them_in_the_order_of_the_checks() {
    let text = read("docs/API.md");
    let table = text.split("| Code | What it means |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .map_while(|row| row.strip_prefix("| `"));
    let listed: Vec<&str> = rows.map(|row| row.split('`').next().unwrap()).collect();
    let first = [Code::Malformed, Code::NotFound].into_iter();
    let expected = first.chain(Code::refusals()).chain([Code::Valid]);
    assert_eq!(listed, expected.map(Code::as_str).collect::<Vec<_>>());
}
