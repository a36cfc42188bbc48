//! Whether pages fit any window: nothing out of sight, nothing over each other.

use super::Chromium;

/// Lists what a person would trip over.
pub const LAYOUT: &str = include_str!("layout.js");

/// What was just unfolded grows for a moment, and no list of animations names that: it is over when nothing that folds has
/// another height in the next pictures.
pub const DRAWN: &str = r#"return new Promise((done) => {
    const heights = () => [...document.querySelectorAll("details")].map((one) => one.getBoundingClientRect().height).join();
    let [before, same] = ["", 0];
    const look = () => {
        const now = heights();
        same = now === before ? same + 1 : 0;
        before = now;
        if (same > 3) done();
        else requestAnimationFrame(look);
    };
    look();
});"#;

/// Windows of desks, laptops, tablets and phones.
const SCREENS: [(u32, u32); 7] = [
    (1440, 900),
    (1366, 768),
    (1280, 800),
    (1024, 768),
    (768, 1024),
    (390, 844),
    (320, 640),
];

impl Chromium {
    /// Fails with a list where something has to be moved sideways, is cut off, is over something else or does not
    /// stick, in any window. The window is then a desk's again. `what` names the page.
    pub async fn is_laid_out(&self, what: &str) {
        let mut found = Vec::new();
        // What was just clicked may begin to move with the next picture.
        self.script(DRAWN).await;
        for (width, height) in SCREENS {
            self.screen(width, height).await;
            self.settled().await;
            self.script(DRAWN).await;
            let problems = self.script(LAYOUT).await;
            for problem in problems.as_array().into_iter().flatten() {
                found.push(format!("{width}: {}", problem.as_str().unwrap_or_default()));
            }
        }
        self.screen(1440, 900).await;
        assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
    }
}
