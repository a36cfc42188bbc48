//! What a person does: clicks, types, presses keys.

use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::actions::{
    InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};
use fantoccini::elements::Element;

use super::{Chromium, PATIENCE};

/// Keys without a letter, as WebDriver names them.
pub mod key {
    pub const TAB: char = '\u{E004}';
    pub const ENTER: char = '\u{E007}';
    pub const CONTROL: char = '\u{E009}';
    pub const ESCAPE: char = '\u{E00C}';
    pub const SPACE: char = ' ';
    pub const DOWN: char = '\u{E015}';
    pub const END: char = '\u{E010}';
}

impl Chromium {
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
        let found = self.find(css).await;
        // The driver would do so itself, but clicks before a long page has glided there.
        let shown = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        if let Ok(element) = serde_json::to_value(found) {
            let _ = self.client.execute(shown, vec![element]).await;
        }
        loop {
            match self.find(css).await.click().await {
                Ok(()) => return,
                Err(cause) if Instant::now() > deadline => panic!("can't click {css}: {cause}"),
                Err(_) => actix_web::rt::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Clicks twice, as fast as a finger can.
    pub async fn double_click(&self, css: &str) {
        let target = self.find(css).await;
        let mut actions = MouseActions::new("mouse".into()).then(PointerAction::MoveToElement {
            element: target,
            duration: None,
            x: 0.0,
            y: 0.0,
        });
        for _ in 0..2 {
            actions = actions
                .then(PointerAction::Down {
                    button: MOUSE_BUTTON_LEFT,
                })
                .then(PointerAction::Up {
                    button: MOUSE_BUTTON_LEFT,
                });
        }
        self.client.perform_actions(actions).await.unwrap();
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
        for _ in 0..90 {
            if self.has_focus(css).await {
                return;
            }
            self.press(key::TAB).await;
        }
        panic!("Tab never reaches {css} on {}", self.path().await);
    }
}
