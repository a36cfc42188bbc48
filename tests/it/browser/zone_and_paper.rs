//! Pages on paper.

use serde_json::json;

use super::sample::{self, MAYA};
use crate::support::chromium::Chromium;
use crate::support::*;

#[actix_web::test]
async fn on_paper_charts_are_whole_and_switches_are_words() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    let paper = json!({ "media": "print" });
    browser.devtools("Emulation.setEmulatedMedia", paper).await;
    for part in ["#side", ".tools", ".top", ".batch-bar"] {
        let hidden = format!("!document.querySelector('{part}').checkVisibility()");
        browser.until(&hidden).await;
    }
    let word = "getComputedStyle(document.querySelector('button.switch[aria-checked=true]'), '::after').content";
    browser.until(&format!("{word} === '\"Enabled\"'")).await;
    browser.goto("/usage").await;
    browser.screen(640, 900).await;
    let fits = "(() => { const canvas = document.querySelector('canvas')?.getBoundingClientRect();
        return canvas?.width > 300 && canvas.right <= innerWidth; })()";
    browser.until(fits).await;
}
