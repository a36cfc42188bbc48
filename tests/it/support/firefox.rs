//! A person in front of Firefox. It is asked over Marionette, the port that it brings along:
//! <https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html>.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::app::scratch_dir;
use super::chromium::layout::look;
use super::{App, PASSWORD};

/// How long a person would wait for something to appear before giving up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Nothing of the usual first start, and no other server is asked for anything.
const PREFS: &str = r#"user_pref("marionette.port", 0);
user_pref("network.proxy.type", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("signon.rememberSignons", false);
"#;

/// A window of Firefox on a server.
pub struct Firefox {
    stream: TcpStream,
    asked: u64,
    child: Child,
    dir: PathBuf,
    base: String,
}

impl Firefox {
    /// A fresh one, with a profile of its own.
    pub async fn open(app: &App) -> Self {
        let dir = scratch_dir();
        std::fs::write(dir.join("user.js"), PREFS).unwrap();
        let child = Command::new("firefox-esr")
            .args(["--headless", "--no-remote", "--marionette"])
            .args(["--remote-allow-system-access", "--profile"])
            .arg(&dir)
            .env("HOME", &dir)
            .env("TMPDIR", &dir)
            .env("MOZ_CRASHREPORTER_DISABLE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Firefox starts: install the Debian package firefox-esr");
        let stream = connect(&dir).await;
        let base = app.base.clone();
        let mut firefox = Self {
            stream,
            asked: 0,
            child,
            dir,
            base,
        };
        firefox.read().await; // It says who it is.
        firefox.ask("WebDriver:NewSession", json!({})).await;
        // Windows are as narrow as they are told to be.
        firefox.narrow().await;
        firefox
    }

    async fn narrow(&mut self) {
        self.ask("Marionette:SetContext", json!({ "value": "chrome" }))
            .await;
        self.script("document.documentElement.style.setProperty('min-width', '0', 'important')")
            .await;
        self.ask("Marionette:SetContext", json!({ "value": "content" }))
            .await;
    }

    /// One message: its length, a colon, and JSON.
    async fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            match self.stream.read_u8().await.unwrap() {
                b':' => break,
                digit => length = length * 10 + usize::from(digit - b'0'),
            }
        }
        let mut message = vec![0; length];
        self.stream.read_exact(&mut message).await.unwrap();
        serde_json::from_slice(&message).unwrap()
    }

    async fn try_ask(&mut self, command: &str, with: Value) -> Result<Value, Value> {
        self.asked += 1;
        let message = json!([0, self.asked, command, with]).to_string();
        let message = format!("{}:{message}", message.len());
        self.stream.write_all(message.as_bytes()).await.unwrap();
        let mut answer = self.read().await;
        match answer[2].take() {
            Value::Null => Ok(answer[3].take()),
            error => Err(error),
        }
    }

    async fn ask(&mut self, command: &str, with: Value) -> Value {
        let answer = self.try_ask(command, with.clone()).await;
        answer.unwrap_or_else(|error| panic!("{command} {with}: {error}"))
    }

    /// Opens a path of the server.
    pub async fn goto(&mut self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.ask("WebDriver:Navigate", json!({ "url": url })).await;
    }

    /// Runs a script in the page; `return` gives its value.
    pub async fn script(&mut self, script: &str) -> Value {
        let with = json!({ "script": script, "args": [] });
        self.ask("WebDriver:ExecuteScript", with).await["value"].take()
    }

    /// Waits until the expression is true.
    pub async fn until(&mut self, expression: &str) {
        let script = format!("return Boolean({expression})");
        let deadline = Instant::now() + PATIENCE;
        loop {
            // While a page goes and the next one comes there is nobody to ask.
            let with = json!({ "script": script, "args": [] });
            let answer = self.try_ask("WebDriver:ExecuteScript", with).await;
            if answer.is_ok_and(|answer| answer["value"] == true) {
                return;
            }
            assert!(Instant::now() < deadline, "never came true: {expression}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until the page shows the words.
    pub async fn until_sees(&mut self, words: &str) {
        let words = json!(words);
        self.until(&format!("document.body.innerText.includes({words})"))
            .await;
    }

    async fn find(&mut self, css: &str) -> Value {
        self.until(&format!("document.querySelector({})", json!(css)))
            .await;
        let with = json!({ "using": "css selector", "value": css });
        let found = self.ask("WebDriver:FindElement", with).await;
        let id = found["value"].as_object().and_then(|at| at.values().next());
        id.unwrap().clone()
    }

    /// Clicks on the first such element.
    pub async fn click(&mut self, css: &str) {
        let id = self.find(css).await;
        self.ask("WebDriver:ElementClick", json!({ "id": id }))
            .await;
    }

    /// Types into the first such element.
    pub async fn type_into(&mut self, css: &str, text: &str) {
        let id = self.find(css).await;
        let with = json!({ "id": id, "text": text });
        self.ask("WebDriver:ElementSendKeys", with).await;
    }

    /// Signs in through the page.
    pub async fn sign_in(&mut self, email: &str) {
        self.goto("/login").await;
        self.type_into("#email", email).await;
        self.type_into("#password", PASSWORD).await;
        self.click("main [type=submit]").await;
        self.until("location.pathname === '/tenant-api-keys'").await;
    }

    /// Makes the page so many pixels wide and high.
    pub async fn screen(&mut self, width: u64, height: u64) {
        let (mut outer_width, mut outer_height) = (width, height);
        for _ in 0..2 {
            let with = json!({ "width": outer_width, "height": outer_height });
            self.ask("WebDriver:SetWindowRect", with).await;
            let has = self.script("return [innerWidth, innerHeight]").await;
            let more = |wanted: u64, has: &Value| wanted.saturating_sub(has.as_u64().unwrap_or(0));
            outer_width += more(width, &has[0]);
            outer_height += more(height, &has[1]);
        }
        self.until(&format!("innerWidth === {width}")).await;
    }

    /// Fails with a list where the page does not fit a laptop, a tablet or a phone. `what` names the page.
    pub async fn is_laid_out(&mut self, what: &str) {
        let mut found = Vec::new();
        for (width, height) in [(1366, 768), (1050, 768), (1024, 768), (390, 844)] {
            self.screen(width, height).await;
            let problems = self.script(&look()).await;
            for problem in problems.as_array().into_iter().flatten() {
                found.push(format!("{width}: {}", problem.as_str().unwrap_or_default()));
            }
        }
        assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
        self.screen(1366, 768).await;
    }
}

/// Firefox writes the port that it took into its profile.
async fn connect(dir: &std::path::Path) -> TcpStream {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let port = std::fs::read_to_string(dir.join("MarionetteActivePort"));
        if let Some(port) = port.ok().and_then(|port| port.trim().parse::<u16>().ok())
            && let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await
        {
            return stream;
        }
        assert!(Instant::now() < deadline, "Firefox has no port");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        // Its other processes end with the first.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = (0..1_000).find(|_| {
            std::thread::yield_now();
            std::fs::remove_dir_all(&self.dir).is_ok() || !self.dir.exists()
        });
    }
}
