//! axe-core on what a browser shows.

use serde_json::{Value, json};

use super::Chromium;

const AXE: &str = include_str!("../../../vendor/axe.min.js");

/// Every rule of WCAG 2.0 to 2.2, levels A and AA, and the good habits beside them.
const TAGS: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// Those that ask which colour something has.
const COLOUR_RULES: [&str; 2] = ["color-contrast", "link-in-text-block"];

impl Chromium {
    /// Fails with a list when anybody could be kept out by what is on the screen. `what` names it.
    pub async fn is_accessible(&self, what: &str) {
        self.passes(what, json!({ "type": "tag", "values": TAGS }))
            .await;
    }

    async fn passes(&self, what: &str, rules: Value) {
        if !self.holds("window.axe").await {
            self.script(AXE).await;
        }
        let options = json!({
            "runOnly": &rules,
            "rules": { "target-size": { "enabled": true } },
            "resultTypes": ["violations"],
        });
        let script = "const [options, done] = arguments;
            axe.run(document, options).then(done, (error) => done({ failed: `${error}` }));";
        let found = self.script_async(script, vec![options]).await;
        let violations = found["violations"]
            .as_array()
            .unwrap_or_else(|| panic!("axe did not run on {what}: {found}"));
        let passed = found["passes"].as_array().map_or(0, Vec::len);
        let least = if rules["type"] == "tag" { 11 } else { 1 };
        assert!(passed >= least, "axe looked at hardly anything on {what}");
        let mut list = Vec::new();
        for violation in violations {
            if violation["id"] != "target-size" || self.stays_too_small(violation).await {
                list.extend(describe(violation));
            }
        }
        assert!(list.is_empty(), "{what}:\n{}", list.join("\n"));
    }

    /// Whether a target is too small in the middle of the window too, where no bar that sticks to an edge lies half on it.
    async fn stays_too_small(&self, violation: &Value) -> bool {
        let script = "const [targets, done] = arguments;
            (async () => {
                const [x, y] = [scrollX, scrollY];
                let small = 0;
                for (const target of targets) {
                    const one = document.querySelector(target);
                    one.scrollIntoView({ block: 'center', behavior: 'instant' });
                    const again = await axe.run(one, {
                        runOnly: ['target-size'],
                        rules: { 'target-size': { enabled: true } },
                    });
                    small += again.violations.length;
                }
                scrollTo({ left: x, top: y, behavior: 'instant' });
                done(small);
            })().catch((error) => done(`${error}`));";
        let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
        let targets = nodes.iter().map(|node| node["target"][0].clone());
        self.script_async(script, vec![targets.collect()]).await != 0
    }

    /// The same in light and dark, on a desk and on a phone. The window is then a desk's in light again. Between light
    /// and dark only colours differ, so in dark only they are judged.
    pub async fn is_accessible_everywhere(&self, what: &str) {
        for dark in [true, false] {
            self.script(&format!(
                "document.documentElement.classList.toggle('dark', {dark})"
            ))
            .await;
            for (width, height) in [(390, 844), (1440, 900)] {
                self.screen(width, height).await;
                self.settled().await;
                let colours = if dark { "dark" } else { "light" };
                let what = format!("{what}, {colours}, {width} wide");
                if dark {
                    self.passes(&what, json!({ "type": "rule", "values": COLOUR_RULES }))
                        .await;
                } else {
                    self.is_accessible(&what).await;
                }
            }
        }
    }

    /// Waits until nothing moves or fades any more: half-faded colours are nobody's.
    pub async fn settled(&self) {
        self.until("document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)")
            .await;
    }
}

fn describe(violation: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
    nodes
        .iter()
        .map(|node| {
            let summary = text(&node["failureSummary"]).replace('\n', " ");
            format!(
                "  {}: {} ({})\n    {summary}",
                text(&violation["id"]),
                node["target"],
                text(&violation["help"])
            )
        })
        .collect()
}
