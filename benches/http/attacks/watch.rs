//! What another tenant sees meanwhile.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::proxy::{Proxy, runtime};

const A_SECOND: u32 = 100;

/// Answers to the same question, asked a hundred times a second.
pub struct Watched {
    /// From when each question was due, so that one that is late delays what follows it in the figures, too.
    pub took: Vec<Duration>,
    /// How many of them were 200.
    pub good: usize,
}

/// So many questions, in as long as they should take.
pub fn watch(port: u16, question: &str, questions: u32) -> Watched {
    runtime().block_on(async {
        let proxy = Proxy::to(port);
        let begun = Instant::now();
        let until = begun + Duration::from_secs(1) * questions / A_SECOND;
        let (mut took, mut good) = (Vec::new(), 0);
        for number in 0..questions {
            let due = begun + Duration::from_secs(1) * number / A_SECOND;
            sleep_until(due).await;
            if Instant::now() >= until {
                break;
            }
            let answer = proxy.try_to_ask(question).await.unwrap_or_default();
            took.push(due.elapsed());
            good += usize::from(answer.starts_with("HTTP/1.1 200"));
        }
        Watched { took, good }
    })
}
