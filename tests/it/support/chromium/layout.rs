//! Whether pages fit any window: nothing out of sight, nothing over each other.

use super::Chromium;

/// Lists what a person would trip over.
const LAYOUT: &str = include_str!("layout.js");

/// What was just unfolded grows for a moment, and no list of animations names that: it is over when nothing moves or fades,
/// and nothing that folds has another height in the next pictures.
const DRAWN: &str = r#"return new Promise((done) => {
    const folds = [...document.querySelectorAll("details")];
    const heights = () => folds.map((one) => one.getBoundingClientRect().height).join();
    const ends = (one) => one.playState === "running" && one.effect.getTiming().iterations !== Infinity;
    let [before, same] = ["", 0];
    const look = () => {
        const now = heights();
        same = now === before && !document.getAnimations().some(ends) ? same + 1 : 0;
        before = now;
        if (same > (folds.length ? 3 : 0)) done();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"#;

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

/// Waits until nothing moves, and lists what a person would trip over then.
pub fn look() -> String {
    format!("{DRAWN}.then(() => {{ {LAYOUT} }})")
}

impl Chromium {
    /// Fails with a list where something has to be moved sideways, is cut off, is over something else or does not
    /// stick, in any window. The window is then a desk's again. `what` names the page.
    pub async fn is_laid_out(&self, what: &str) {
        let mut found = Vec::new();
        // What was just clicked may begin to move with the next picture.
        self.script(DRAWN).await;
        let look = look();
        for (width, height) in SCREENS {
            self.screen(width, height).await;
            let problems = self.script(&look).await;
            for problem in problems.as_array().into_iter().flatten() {
                found.push(format!("{width}: {}", problem.as_str().unwrap_or_default()));
            }
        }
        self.screen(1440, 900).await;
        assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
    }
}
