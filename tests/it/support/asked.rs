//! Questions that are put to an index itself, without a server.

use keystead::domain::request_id::RequestId;
use keystead::domain::time::Timestamp;
use keystead::domain::verdict::Code;
use keystead::verify::decision::decide;
use keystead::verify::{Facts, Index, Question};

/// What the index says of a key; `None` while it can't be sure.
pub fn asked(index: &Index, key: &str, now: Timestamp) -> Option<Code> {
    let question = Question {
        key: &index.seek(key),
        address: None,
        scope: None,
        now,
        at_least: 0,
        facts: Facts {
            id: RequestId::next(now),
            method: "",
            path: "",
            user_agent: "",
        },
    };
    decide(index, &question).map(|verdict| verdict.code)
}
