//! Counts over time as bars on a scale of their own, drawn without scripts.

use std::fmt::Write as _;

use super::numbers::{counted, grouped};

/// Height of the highest bar.
const HIGH: i64 = 40;
/// Height of the lowest bar that is there at all: one of thousands must be seen.
const LOW: i64 = 2;

/// Bars, each centred at its place: those of a line chart above stand at the same ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// What is counted: "Accepted" or "Refused".
    pub what: &'static str,
    /// Outlines of the bars.
    pub path: String,
    /// Width of the drawing: two units from one bar to the next.
    pub width: usize,
    /// The scale: "at most 12 in an hour".
    pub most: String,
    /// What a screen reader says.
    pub label: String,
}

impl Strip {
    /// The bars of counts, oldest first, one for each `span` of time; `None` when all are 0.
    pub fn new(what: &'static str, counts: &[i64], span: &str) -> Option<Self> {
        let highest = counts.iter().copied().max().filter(|most| *most > 0)?;
        let mut path = String::new();
        for (place, count) in (0_i64..).zip(counts) {
            if *count > 0 {
                let part = i128::from(*count) * i128::from(HIGH) / i128::from(highest);
                let height = i64::try_from(part).unwrap_or(HIGH).max(LOW);
                let start = 2 * place - 1;
                let _ = write!(path, "M{start} {HIGH}v-{height}h2v{height}z");
            }
        }
        let article = if span == "hour" { "an" } else { "a" };
        let most = format!("at most {} in {article} {span}", grouped(highest));
        let sum = counted(counts.iter().sum(), "request", "requests");
        Some(Self {
            what,
            path,
            width: 2 * counts.len().saturating_sub(1).max(1),
            label: format!("{what} by {span}: {sum} in all, {most}"),
            most,
        })
    }

    /// Its class: refusals have the colour of what went wrong.
    pub fn class(&self) -> String {
        self.what.to_lowercase()
    }
}
