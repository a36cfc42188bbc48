//! A person in front of Chromium: `hands` act, `eyes` see, `window` is around them, `axe` judges for everybody.

mod axe;
mod driver;
mod eyes;
mod hands;
pub mod layout;
mod window;

use std::time::Duration;

use fantoccini::Client;
use fantoccini::wd::WindowHandle;

use super::{App, PASSWORD};
use driver::Chromedriver;
pub use hands::key;

/// How long a person would wait for something to appear before giving up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A window of Chromium on a server.
pub struct Chromium {
    client: Client,
    base: String,
    driver: Chromedriver,
    scripts: bool,
}

impl Chromium {
    /// A fresh window of 1440 by 900.
    pub async fn open(app: &App) -> Self {
        Self::start(&app.base, true).await
    }

    /// A fresh window on the server with this address.
    pub async fn open_at(base: &str) -> Self {
        Self::start(base, true).await
    }

    /// The same with JavaScript switched off.
    pub async fn open_without_scripts(app: &App) -> Self {
        Self::start(&app.base, false).await
    }

    async fn start(base: &str, scripts: bool) -> Self {
        let driver = Chromedriver::start();
        let client = driver.open(scripts).await;
        let browser = Self {
            client,
            base: base.to_owned(),
            driver,
            scripts,
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

    /// Opens another tab and goes on there; gives the tab left behind.
    pub async fn new_tab(&self) -> WindowHandle {
        let left = self.client.window().await.unwrap();
        let new = self.client.new_window(true).await.unwrap();
        self.switch_to(new.handle).await;
        left
    }

    /// Goes on in a tab.
    pub async fn switch_to(&self, tab: WindowHandle) {
        self.client.switch_to_window(tab).await.unwrap();
        self.screen(1440, 900).await;
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        }
    }
}
