//! Standard error as the log writes to it: no request waits for whoever reads it, and none fails with it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{ErrorKind, Stderr, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::json;

use crate::domain::time::{Clock, rfc3339};

/// How long a line waits for a reader that is behind. When that was in vain, lines are lost until it reads on.
const PATIENCE: Duration = Duration::from_millis(100);

/// A pipe that is ready takes this much without making its writer wait (`PIPE_BUF` of Linux).
const AT_ONCE: usize = 4096;

/// Standard error, and how many lines did not get there.
pub struct Stream {
    open: Mutex<Open>,
    lost: AtomicU64,
}

struct Open {
    to: Stderr,
    is_json: bool,
    /// Lines lost since the last one that was written.
    untold: u64,
    /// True after a part of a line.
    is_cut: bool,
}

impl Stream {
    /// Nothing is lost yet; `is_json` is how lines are written.
    pub fn new(is_json: bool) -> Self {
        let open = Open {
            to: std::io::stderr(),
            is_json,
            untold: 0,
            is_cut: false,
        };
        Self {
            open: Mutex::new(open),
            lost: AtomicU64::new(0),
        }
    }

    /// Lines that were lost so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn write_line(&self, line: &[u8]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.untold > 0 && open.tell_loss() {
            open.untold = 0;
        }
        if open.untold > 0 || !open.put(line) {
            open.untold += 1;
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Open {
    /// Says how many lines are missing here; false when that can't be written either.
    fn tell_loss(&mut self) -> bool {
        let (lines, at) = (self.untold, rfc3339(Clock::System.now()));
        let text = "lines of the log are lost here: nobody read them, or the disk was full";
        let line = if self.is_json {
            let fields = json!({ "message": text, "lines": lines });
            json!({ "timestamp": at, "level": "WARN", "fields": fields, "target": "keystead::telemetry" }).to_string()
        } else {
            format!("{at}  WARN {text} lines={lines}")
        };
        let start = if self.is_cut { "\n" } else { "" };
        self.put(format!("{start}{line}\n").as_bytes())
    }

    /// Writes a line; false when it is lost, or its end is.
    fn put(&mut self, mut line: &[u8]) -> bool {
        while !line.is_empty() {
            let part = &line[..line.len().min(AT_ONCE)];
            let wrote = if self.is_ready() {
                self.to.write(part)
            } else {
                Err(ErrorKind::WouldBlock.into())
            };
            match wrote {
                Ok(0) => return false,
                Ok(count) => {
                    line = &line[count..];
                    self.is_cut = !line.is_empty();
                }
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    fn is_ready(&self) -> bool {
        let patience = if self.untold == 0 {
            PATIENCE
        } else {
            Duration::ZERO
        };
        let mut asked = [PollFd::new(&self.to, PollFlags::OUT)];
        let timeout = Timespec::try_from(patience).ok();
        // Without an answer the write itself tells what is wrong.
        !matches!(poll(&mut asked, timeout.as_ref()), Ok(0))
    }
}

/// A line that reads as it is written: what turns the direction of reading (UAX #9), breaks lines or speaks to a terminal is
/// escaped, as it could make a line look like another one.
fn as_it_reads(line: &[u8]) -> Cow<'_, [u8]> {
    if line.is_ascii() {
        return line.into();
    }
    let mut text = String::with_capacity(line.len() + 16);
    for letter in String::from_utf8_lossy(line).chars() {
        match letter {
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{80}'..='\u{9f}' => {
                // Writing to a String never fails. JSON writes it so too.
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            _ => text.push(letter),
        }
    }
    text.into_bytes().into()
}

/// Hands lines over; each comes whole, in one call.
impl Write for &Stream {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.write_line(&as_it_reads(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
