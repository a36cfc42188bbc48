//! Nothing on a page moves once it is painted, so nobody presses what was somewhere else a moment before.

use serde_json::Value;

use super::sample::{self, MAYA};
use crate::support::chromium::Chromium;
use crate::support::*;

/// What may move on a page, as browsers count it: by a good page at most 0.1, here only what nobody sees.
const LEAST: f64 = 0.005;

/// Everything that moved by itself since the page began, with what it was.
const MOVED: &str = "const done = arguments[0];
    const moved = [];
    const note = (list) => list.getEntries().filter((one) => !one.hadRecentInput).forEach((one) => moved.push({
        by: one.value,
        what: one.sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent ?? 'gone'),
    }));
    new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
    // Told after what moved before it: entries come in the order of time.
    requestAnimationFrame(() => requestAnimationFrame(() => {
        performance.mark('looked');
        new PerformanceObserver((_, one) => { one.disconnect(); setTimeout(() => done(moved)); })
            .observe({ type: 'mark', buffered: true });
    }));";

async fn moved(browser: &Chromium) -> (f64, Value) {
    browser.settled().await;
    let moved = browser.script_async(MOVED, Vec::new()).await;
    let list = moved.as_array().unwrap();
    let sum = list.iter().map(|one| one["by"].as_f64().unwrap()).sum();
    (sum, moved)
}

#[actix_web::test]
async fn nothing_moves_once_a_page_is_painted() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    for (width, height) in [(1366, 768), (1024, 768)] {
        browser.window(width, height).await;
        for path in [
            "/tenant-api-keys",
            "/tenant-api-keys?view=cards",
            "/tenant-api-keys/new",
            "/authorization-groups",
            "/usage",
            "/requests",
            "/projects",
            "/integrations",
            "/members",
            "/audit",
            "/settings",
            "/account",
        ] {
            browser.goto(path).await;
            let (sum, what) = moved(&browser).await;
            assert!(sum < LEAST, "{path}, {width} wide: {sum} {what:#}");
        }
    }

    let late = "const notice = document.createElement('p');
        notice.textContent = 'It comes late';
        document.querySelector('main').prepend(notice, document.createElement('hr'));";
    browser.script(late).await;
    let (sum, what) = moved(&browser).await;
    assert!(sum >= LEAST, "what comes late is not seen: {sum} {what:#}");
}
