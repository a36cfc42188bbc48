//! A week in 72 by 24 pixels.

use super::numbers::grouped;

/// Right and left of it, in tenths of a pixel.
const MARGIN: i64 = 20;
/// The lowest and the highest place of the line, in tenths of a pixel.
const LOW: i64 = 205;
/// See [`LOW`].
const HIGH: i64 = 35;
/// From one day to the next, in tenths of a pixel.
const STEP: i64 = 113;

/// Days as a line; what it shows stands in its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparkline {
    /// Points of the line; empty when there is nothing to show.
    pub line: String,
    /// Points of the area under it.
    pub area: String,
    /// Where the line ends.
    pub end: (String, String),
    /// What a screen reader says.
    pub label: String,
}

impl Sparkline {
    /// The line of daily requests, oldest first.
    pub fn new(days: &[i64]) -> Self {
        let most = days.iter().copied().max().unwrap_or_default();
        if most == 0 {
            return Self {
                line: String::new(),
                area: String::new(),
                end: (String::new(), String::new()),
                label: format!("No requests in the last {} days", days.len()),
            };
        }
        let height = |count: i64| {
            let part = i128::from(count) * i128::from(LOW - HIGH) / i128::from(most);
            LOW - i64::try_from(part).unwrap_or_default()
        };
        let places: Vec<(i64, i64)> = (0_i64..)
            .zip(days)
            .map(|(day, count)| (MARGIN + day * STEP, height(*count)))
            .collect();
        let points: Vec<String> = places
            .iter()
            .map(|(x, y)| format!("{},{}", tenths(*x), tenths(*y)))
            .collect();
        let line = points.join(" ");
        let (x, y) = places.last().copied().unwrap_or_default();
        let counts: Vec<String> = days.iter().copied().map(grouped).collect();
        Self {
            area: format!("{},24 {line} {},24", tenths(MARGIN), tenths(x)),
            line,
            end: (tenths(x), tenths(y)),
            label: format!(
                "Requests in the last {} days: {}",
                days.len(),
                counts.join(" · ")
            ),
        }
    }
}

fn tenths(of: i64) -> String {
    format!("{}.{}", of / 10, of % 10)
}
