//! The window around the page: its size, the clipboard, downloads, the console.

use std::path::PathBuf;

use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::Chromium;

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
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 760 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Makes the window itself so large, which can't be as narrow as a phone's. Only here browsers count what moves.
    pub async fn window(&self, width: u32, height: u32) {
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// Nothing has to be moved sideways to be read, neither the page nor a part of it; only code may.
    pub async fn fits(&self, what: &str) {
        self.settled().await;
        let script = "const page = document.documentElement, wide = [];
            if (page.scrollWidth > page.clientWidth) wide.push(`the page: ${page.scrollWidth} in ${page.clientWidth}`);
            for (const one of document.querySelectorAll('body *:not(pre, textarea)')) {
                if (!one.checkVisibility() || one.scrollWidth <= one.clientWidth + 1) continue;
                if (/auto|scroll/.test(getComputedStyle(one).overflowX)) wide.push(one.outerHTML.slice(0, 120));
            }
            return wide";
        let wide = self.script(script).await;
        assert_eq!(wide, json!([]), "{what} is wider than its place");
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

    /// Nowhere in its profile has the browser written the text.
    pub fn has_not_written(&self, text: &str) {
        assert!(
            !self.files_with("127.0.0.1").is_empty(),
            "the profile is somewhere else"
        );
        assert_eq!(self.files_with(text), Vec::<PathBuf>::new());
    }

    fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.driver.dir.join("profile")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if std::fs::read(&path).is_ok_and(|bytes| holds(&bytes, text)) {
                    found.push(path);
                }
            }
        }
        found
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

/// True when the bytes hold the text, in UTF-8 or in the UTF-16 that browsers like.
fn holds(bytes: &[u8], text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &wide]
        .iter()
        .any(|part| bytes.windows(part.len()).any(|window| window == *part))
}
