//! What a person sees, and waits for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Chromium, PATIENCE};

impl Chromium {
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

    /// Waits until the expression is true. The page itself looks again and again, for half a second at a time: being
    /// asked from outside as often would cost more than all else that it does.
    pub async fn until(&self, expression: &str) {
        let looking = format!(
            "const done = arguments[0], holds = () => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }};
            const look = (left) => holds() ? done(true) : left ? setTimeout(look, 20, left - 1) : done(false);
            look(25);"
        );
        let deadline = Instant::now() + PATIENCE;
        while !self.looked(expression, &looking).await {
            assert!(
                Instant::now() < deadline,
                "never came true on {}: {expression}\nThe page says: {}",
                self.path().await,
                self.text().await
            );
        }
    }

    /// Whether the expression came true before long; false when the page went meanwhile.
    async fn looked(&self, expression: &str, looking: &str) -> bool {
        if self.scripts {
            let came_true = self.client.execute_async(looking, vec![]).await;
            if let Ok(came_true) = came_true {
                return came_true == true;
            }
        }
        // Without scripts nothing in a page can wait.
        self.holds(expression).await || {
            actix_web::rt::time::sleep(Duration::from_millis(30)).await;
            false
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

    /// True when the page would hold back somebody who leaves it. Asked by the event itself: WebDriver answers
    /// the question that follows on its own.
    pub async fn asks_before_leaving(&self) -> bool {
        self.holds("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")
            .await
    }

    /// True when the page holds a text anywhere: in words, attributes, fields, its address or its storage.
    pub async fn knows(&self, text: &str) -> bool {
        let script = format!("return {}", Self::knows_of(text));
        self.script(&script).await == true
    }

    /// The expression behind [`Self::knows`].
    pub fn knows_of(text: &str) -> String {
        format!(
            "[document.documentElement.outerHTML, location.href, document.title, JSON.stringify(history.state),
                JSON.stringify(localStorage), JSON.stringify(sessionStorage),
                ...[...document.querySelectorAll('input, textarea')].map((field) => field.value)]
                .some((place) => place?.includes({}))",
            json!(text)
        )
    }
}
