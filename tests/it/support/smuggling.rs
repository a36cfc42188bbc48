//! Requests whose length two servers might read in two ways. Each hides a second request that nobody meant.

/// What may become of a trick on a server of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// One refusal, then the connection is closed.
    Refused,
    /// It has one meaning, in which the hidden request is part of the body.
    Read,
}

/// One trick: headers that tell a length, and a body.
#[derive(Debug, Clone)]
pub struct Trick {
    pub framing: String,
    pub body: String,
    pub fate: Fate,
}

impl Trick {
    /// The bytes of the whole request; `start` is its first line and its other headers.
    pub fn request(&self, start: &str) -> Vec<u8> {
        // Each character is one byte: some tricks are no UTF-8.
        format!("{start}{}\r\n\r\n{}", self.framing, self.body)
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    }
}

/// The request that nobody meant.
pub const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: api.example.com\r\n\r\n";

/// Headers that must be refused in front of a body that ends at once for those who read chunks.
const LENGTHS: [&str; 44] = [
    // Both ways, and one way twice.
    "Content-Length: 4\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 4",
    "Content-Length: 0\r\nTransfer-Encoding: chunked",
    "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 55",
    "Content-Length: 55\r\nContent-Length: 5",
    "Content-Length: 5, 5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    // Lengths that are no numbers.
    "Content-Length: +5",
    "Content-Length: -1",
    "Content-Length: 0x5",
    "Content-Length: 5 5",
    "Content-Length: 5a",
    "Content-Length:",
    "Content-Length: 99999999999999999999999",
    "Content-Length: 18446744073709551621",
    "Content-Length : 5",
    "Content-Length\t: 5",
    "Content-Length: 5\r\n 5",
    "Content-Length: \u{b}5",
    // Encodings that are not chunked, or almost.
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked;x=1",
    "Transfer-Encoding: chun ked",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding:",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: chunked\u{c}",
    "Transfer-Encoding: chunked\0",
    "Transfer-Encoding: chunked\u{a0}",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\u{b}: chunked",
    " Transfer-Encoding: chunked",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding: identity\r\n chunked",
    "X: a\rTransfer-Encoding: chunked",
    "X: a\0Transfer-Encoding: chunked",
];

/// Chunks that must be refused.
const CHUNKS: [&str; 14] = [
    "2;a\nb\r\n{}\r\n0\r\n\r\n",
    "2;\rx\r\n{}\r\n0\r\n\r\n",
    "2\n{}\n0\n\n",
    "2\r{}\r\n0\r\n\r\n",
    "10000000000000002\r\n{}\r\n0\r\n\r\n",
    "100000000000000000000000000000002\r\n{}\r\n0\r\n\r\n",
    "-2\r\n{}\r\n0\r\n\r\n",
    "+2\r\n{}\r\n0\r\n\r\n",
    "0x2\r\n{}\r\n0\r\n\r\n",
    "zz\r\n{}\r\n0\r\n\r\n",
    " 2\r\n{}\r\n0\r\n\r\n",
    "\r\n{}\r\n0\r\n\r\n",
    "2\r\n{}xx\r\n0\r\n\r\n",
    "2\r\n{}0\r\n\r\n",
];

/// The whole collection.
pub fn tricks() -> Vec<Trick> {
    let mut all = Vec::new();
    let mut add = |framing: &str, body: String, fate| {
        all.push(Trick {
            framing: framing.into(),
            body,
            fate,
        });
    };
    for framing in LENGTHS {
        add(framing, format!("0\r\n\r\n{HIDDEN}"), Fate::Refused);
    }
    for chunks in CHUNKS {
        add(
            "Transfer-Encoding: chunked",
            format!("{chunks}{HIDDEN}"),
            Fate::Refused,
        );
    }
    // One meaning, in which the hidden request is content.
    let (size, length) = (format!("{:x}", HIDDEN.len()), HIDDEN.len());
    let chunks = |size: &str, end: &str| format!("{size}\r\n{HIDDEN}\r\n{end}");
    let end = "0\r\n\r\n";
    for (framing, body) in [
        (format!("Content-Length: {length}"), HIDDEN.to_owned()),
        (format!("Content-Length: 00{length}"), HIDDEN.to_owned()),
        (format!("Content-Length: \t{length} \t"), HIDDEN.to_owned()),
        (
            format!("Content_Length: 5\r\nContent-Length: {length}"),
            HIDDEN.to_owned(),
        ),
        ("Transfer-Encoding: chunked".into(), chunks(&size, end)),
        ("tRANSFER-eNCODING: Chunked".into(), chunks(&size, end)),
        ("Transfer-Encoding:\tchunked \t".into(), chunks(&size, end)),
        (
            "Transfer-Encoding: chunked".into(),
            chunks(&format!("{size};a=b"), end),
        ),
        (
            "Transfer-Encoding: chunked".into(),
            chunks(&format!("00{size}"), end),
        ),
        (
            "Transfer-Encoding: chunked".into(),
            chunks(&size, "000\r\n\r\n"),
        ),
        (
            "Transfer-Encoding: chunked".into(),
            chunks(&size, "0\r\nContent-Length: 5\r\n\r\n"),
        ),
        (
            "X: a\nTransfer-Encoding: chunked".into(),
            chunks(&size, end),
        ),
        (
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked".into(),
            chunks(&size, end),
        ),
    ] {
        add(&framing, body, Fate::Read);
    }
    all
}
