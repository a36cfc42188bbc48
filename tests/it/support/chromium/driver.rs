//! One chromedriver and one Chromium for a test, in a directory of their own. Both end when the test does.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::super::app::scratch_dir;

/// A running chromedriver, and everything that it started.
pub struct Chromedriver {
    child: Child,
    port: u16,
    /// Profile, downloads and temporary files of this browser.
    pub dir: PathBuf,
}

impl Chromedriver {
    /// Starts it on a port that is free.
    pub fn start() -> Self {
        // The port it picks for IPv4 can be taken for IPv6; it then ends, and another try finds another port.
        (0..5)
            .find_map(|_| Self::try_start())
            .expect("chromedriver ended five times before it said its port")
    }

    fn try_start() -> Option<Self> {
        let dir = scratch_dir();
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", &dir)
            .env("HOME", &dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(
                "chromedriver starts: install the Debian packages chromium and chromium-driver",
            );
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // Dropped without a port it is ended and its directory removed.
        let driver = Self {
            child,
            port: port.unwrap_or_default(),
            dir,
        };
        (driver.port > 0).then_some(driver)
    }

    /// Opens Chromium. Without scripts it behaves as for somebody who switched JavaScript off.
    pub async fn open(&self, scripts: bool) -> Client {
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-proxy-server",
            "--window-size=1440,900",
            "--force-color-profile=srgb",
        ]
        .map(String::from)
        .into();
        args.push(format!(
            "--user-data-dir={}",
            self.dir.join("profile").display()
        ));
        let mut prefs = json!({ "profile.password_manager_leak_detection": false, "credentials_enable_service": false });
        if !scripts {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let wanted = json!({
            "goog:chromeOptions": { "args": args, "prefs": prefs },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": 60_000, "pageLoad": 60_000 },
        });
        let serde_json::Value::Object(wanted) = wanted else {
            unreachable!("it is an object")
        };
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .unwrap_or_else(|cause| panic!("Chromium did not start: {cause}"))
    }

    /// Processes of this browser: they name its directory on their command line.
    fn browsers(&self) -> Vec<String> {
        let mark = self.dir.display().to_string();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter(|process| {
                std::fs::read(process.path().join("cmdline"))
                    .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&mark))
            })
            .filter_map(|process| process.file_name().into_string().ok())
            .filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()))
            .collect()
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // The driver first, so that it starts nothing any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for pid in self.browsers() {
            let _ = Command::new("kill")
                .args(["-KILL", &pid])
                .stderr(Stdio::null())
                .status();
        }
        // A process that is going may still write into the directory.
        let _ = (0..100).find(|_| {
            std::fs::remove_dir_all(&self.dir).is_ok() || {
                std::thread::yield_now();
                !self.dir.exists()
            }
        });
    }
}
