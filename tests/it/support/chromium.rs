//! A person in front of Chromium.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::chromedriver::Chromedriver;
use super::{App, PASSWORD};

/// How long a person would wait for something to appear before giving up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Keys without a letter, as WebDriver names them.
pub mod key {
    pub const TAB: char = '\u{E004}';
    pub const ENTER: char = '\u{E007}';
    pub const CONTROL: char = '\u{E009}';
    pub const ESCAPE: char = '\u{E00C}';
    pub const SPACE: char = ' ';
    pub const DOWN: char = '\u{E015}';
}

/// A window of Chromium on a server.
pub struct Chromium {
    client: Client,
    base: String,
    driver: Chromedriver,
}

/// A command of chromedriver's own, under `/session/{id}/`.
#[derive(Debug)]
struct Vendor(&'static str, Value);

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.0
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}

impl Chromium {
    /// A fresh window of 1440 by 900.
    pub async fn open(app: &App) -> Self {
        Self::start(app, true).await
    }

    /// The same with JavaScript switched off.
    pub async fn open_without_scripts(app: &App) -> Self {
        Self::start(app, false).await
    }

    async fn start(app: &App, scripts: bool) -> Self {
        let driver = Chromedriver::start();
        let client = driver.open(scripts).await;
        let browser = Self {
            client,
            base: app.base.clone(),
            driver,
        };
        browser.screen(1440, 900).await;
        browser
    }

    /// Signs in through the page.
    pub async fn sign_in(&self, email: &str) {
        self.goto("/login").await;
        self.fill("#email", email).await;
        self.fill("#password", PASSWORD).await;
        self.press(key::ENTER).await;
        self.until_at("/tenant-api-keys").await;
    }

    // -- Going places ------------------------------------------------------------------------------------------

    /// Opens a path of the server, or a whole address.
    pub async fn goto(&self, path: &str) {
        let address = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        self.client.goto(&address).await.unwrap();
    }

    pub async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    pub async fn back(&self) {
        self.client.back().await.unwrap();
    }

    pub async fn forward(&self) {
        self.client.forward().await.unwrap();
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        }
    }

    // -- Doing things ------------------------------------------------------------------------------------------

    /// The first element, once it is there.
    pub async fn find(&self, css: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(cause) => panic!("no {css} on {}: {cause}", self.path().await),
        }
    }

    /// Clicks it as soon as nothing is in its way.
    pub async fn click(&self, css: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.find(css).await.click().await {
                Ok(()) => return,
                Err(cause) if Instant::now() > deadline => panic!("can't click {css}: {cause}"),
                Err(_) => actix_web::rt::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Puts text into a field, in place of what was in it.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses and releases one key, wherever the focus is.
    pub async fn press(&self, key: char) {
        self.press_with(&[], key).await;
    }

    /// Presses a key while others are held.
    pub async fn press_with(&self, held: &[char], key: char) {
        let mut actions = KeyActions::new("keyboard".into());
        for &value in held {
            actions = actions.then(KeyAction::Down { value });
        }
        actions = actions
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        for &value in held {
            actions = actions.then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Types text key by key, wherever the focus is.
    pub async fn keys(&self, text: &str) {
        for letter in text.chars() {
            self.press(letter).await;
        }
    }

    /// Presses Tab until an element has the focus, as somebody without a mouse does.
    pub async fn tab_to(&self, css: &str) {
        for _ in 0..60 {
            if self.has_focus(css).await {
                return;
            }
            self.press(key::TAB).await;
        }
        panic!("Tab never reaches {css} on {}", self.path().await);
    }

    // -- Seeing things -----------------------------------------------------------------------------------------

    /// Runs a script in the page; `return` gives its value.
    pub async fn script(&self, script: &str) -> Value {
        match self.client.execute(script, vec![]).await {
            Ok(value) => value,
            Err(cause) => panic!("the script failed: {cause}\n{script}"),
        }
    }

    /// Runs a script that calls its last argument when it is done.
    pub async fn script_async(&self, script: &str, args: Vec<Value>) -> Value {
        self.client.execute_async(script, args).await.unwrap()
    }

    /// True when the expression is, in the page.
    pub async fn holds(&self, expression: &str) -> bool {
        let script = format!("return Boolean({expression})");
        // While a page goes and the next one comes there is nobody to ask.
        self.client
            .execute(&script, vec![])
            .await
            .is_ok_and(|value| value == true)
    }

    /// Waits until the expression is true.
    pub async fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.holds(expression).await {
            assert!(
                Instant::now() < deadline,
                "never came true on {}: {expression}\nThe page says: {}",
                self.path().await,
                self.text().await
            );
            actix_web::rt::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits for the page of a path, loaded to its end.
    pub async fn until_at(&self, path: &str) {
        let path = json!(path);
        self.until(&format!(
            "location.pathname === {path} && document.readyState === 'complete'"
        ))
        .await;
    }

    /// Waits until the words can be read on the page.
    pub async fn until_sees(&self, words: &str) {
        self.until(&format!(
            "document.body.innerText.includes({})",
            json!(words)
        ))
        .await;
    }

    /// Everything that can be read on the page.
    pub async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", vec![]);
        text.await
            .map(|text| text.as_str().unwrap_or_default().to_owned())
            .unwrap_or_default()
    }

    /// The words of an element.
    pub async fn text_of(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// What is typed into a field.
    pub async fn value_of(&self, css: &str) -> String {
        let value = self.find(css).await.prop("value").await.unwrap();
        value.unwrap_or_default()
    }

    /// The HTML of the page as it stands now.
    pub async fn source(&self) -> String {
        self.client.source().await.unwrap()
    }

    /// True when the element has the focus.
    pub async fn has_focus(&self, css: &str) -> bool {
        self.holds(&format!("document.activeElement?.matches({})", json!(css)))
            .await
    }

    /// Waits until the element has the focus.
    pub async fn until_focus(&self, css: &str) {
        self.until(&format!("document.activeElement?.matches({})", json!(css)))
            .await;
    }

    /// A picture of what the window shows.
    pub async fn shot(&self) -> Vec<u8> {
        self.client.screenshot().await.unwrap()
    }

    /// True while the page asks whether it may be left.
    pub async fn asks_before_leaving(&self) -> bool {
        self.client.get_alert_text().await.is_ok()
    }

    pub async fn leave_anyway(&self) {
        self.client.accept_alert().await.unwrap();
    }

    // -- The window --------------------------------------------------------------------------------------------

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        let body = json!({ "cmd": command, "params": params });
        let answer = self
            .client
            .issue_cmd(Vendor("goog/cdp/execute", body))
            .await;
        answer.unwrap()
    }

    /// Makes the window as large as a screen; below 760 it is a phone's.
    pub async fn screen(&self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Lets pages read what was copied.
    pub async fn allow_clipboard(&self) {
        let permissions =
            json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.devtools("Browser.grantPermissions", permissions).await;
    }

    /// What was copied last.
    pub async fn clipboard(&self) -> String {
        let script = "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done(`${e}`));";
        let text = self.script_async(script, vec![]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Saves downloads, and says where.
    pub async fn allow_downloads(&self) -> PathBuf {
        let dir = self.driver.dir.join("downloads");
        std::fs::create_dir_all(&dir).unwrap();
        let behavior = json!({ "behavior": "allow", "downloadPath": dir });
        self.devtools("Browser.setDownloadBehavior", behavior).await;
        dir
    }

    /// Nothing in the console that somebody should repair: no error, no warning, no breach of the content
    /// security policy. Answers with these statuses were meant to happen.
    pub async fn console_is_clean_but_for(&self, statuses: &[u16]) {
        let log = self
            .client
            .issue_cmd(Vendor("se/log", json!({ "type": "browser" })))
            .await
            .unwrap();
        let meant = |line: &Value| {
            let message = line["message"].as_str().unwrap_or_default();
            line["source"] == "network"
                && statuses
                    .iter()
                    .any(|status| message.contains(&format!("status of {status} ")))
        };
        let bad: Vec<String> = log
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING")
            .filter(|line| !meant(line))
            .map(Value::to_string)
            .collect();
        assert!(bad.is_empty(), "the console says:\n{}", bad.join("\n"));
    }

    pub async fn console_is_clean(&self) {
        self.console_is_clean_but_for(&[]).await;
    }
}
