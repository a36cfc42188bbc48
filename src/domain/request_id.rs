//! The id of a request: sorts by time, differs across processes, costs no system call.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::time::{Timestamp, from_micros};
use super::{Error, random};

/// 12 hexadecimal digits of milliseconds since 1970, 8 random ones of this process, 12 that count. So the request log
/// needs no other key: ids sort by time, and a span of time is a span of ids. The count starts anew at a secret number in
/// each millisecond: whoever holds two ids must not know how many requests came in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// The next id at an instant; of two at the same instant the later one sorts higher.
    pub fn next(now: Timestamp) -> Self {
        /// The latest millisecond, and how many ids it had.
        static LAST: AtomicU64 = AtomicU64::new(0);
        let first = millis(now) << IN_A_MILLISECOND;
        // A clock that is set back goes on with the count of the latest millisecond.
        let after = |last: u64| (last + 1).max(first);
        let (Ok(last) | Err(last)) =
            LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(after(last))
            });
        let own = after(last);
        let process = process();
        let start = process.start_of(own >> IN_A_MILLISECOND);
        let number = start + (own & ((1 << IN_A_MILLISECOND) - 1));
        let mut bytes = Self::first_at(now).0;
        bytes[6..10].copy_from_slice(&process.id);
        bytes[10..].copy_from_slice(&number.to_be_bytes()[2..]);
        Self(bytes)
    }

    /// The smallest id of an instant: all that came before it sort lower.
    pub fn first_at(at: Timestamp) -> Self {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millis(at).to_be_bytes()[2..]);
        Self(bytes)
    }

    /// When the request came, to the millisecond.
    pub fn at(&self) -> Timestamp {
        let mut millis = [0; 8];
        millis[2..].copy_from_slice(&self.0[..6]);
        let micros = u64::from_be_bytes(millis).saturating_mul(1_000);
        from_micros(i64::try_from(micros).unwrap_or_default())
    }

    /// The number that this process gave it: 48 bits.
    pub fn number(&self) -> u64 {
        let mut number = [0; 8];
        number[2..].copy_from_slice(&self.0[10..]);
        u64::from_be_bytes(number)
    }

    /// True when this process made it.
    pub fn is_of_this_process(&self) -> bool {
        self.0[6..10] == process().id
    }

    /// As 32 hexadecimal digits, without an allocation.
    pub fn digits(&self) -> Digits {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [b'0'; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Digits(digits)
    }
}

/// Bits that count the ids of one millisecond; more than a million go on with the next.
const IN_A_MILLISECOND: u32 = 20;

fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or_default()
}

/// What is random about the ids of this process.
struct Process {
    id: [u8; 4],
    factors: [u64; 2],
}

impl Process {
    /// Where the count of a millisecond starts: below 2^47, so that it has room, and never 0.
    fn start_of(&self, millis: u64) -> u64 {
        let mixed = millis.wrapping_mul(self.factors[0]);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(self.factors[1]);
        (mixed >> 17) + 1
    }
}

/// Ids need to differ, not to be secret: without randomness the number of the process serves.
fn process() -> &'static Process {
    static PROCESS: OnceLock<Process> = OnceLock::new();
    PROCESS.get_or_init(|| {
        // Odd factors lose nothing; these two are what is left without randomness.
        let odd = |or: u64| random::bytes().map_or(or, u64::from_be_bytes) | 1;
        Process {
            id: random::bytes().unwrap_or(std::process::id().to_be_bytes()),
            factors: [odd(0x9E37_79B9_7F4A_7C15), odd(0xBF58_476D_1CE4_E5B9)],
        }
    })
}

/// The text of an id.
#[derive(Debug, Clone, Copy)]
pub struct Digits([u8; 32]);

impl Digits {
    /// As text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Its letters.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.digits().as_str())
    }
}

impl std::str::FromStr for RequestId {
    type Err = Error;

    /// Accepts 32 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// `NotFound`: an id that can't exist and one that does not exist look the same.
    fn from_str(text: &str) -> super::Result<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(Error::NotFound);
        }
        u128::from_str_radix(text, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| Error::NotFound)
    }
}
