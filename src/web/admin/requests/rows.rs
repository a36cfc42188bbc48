//! The rows of an exported request log.

use serde_json::{Value, json};

use crate::actions::requests::Line;
use crate::db::key_labels::KeyLabel;
use crate::db::request_records::Record;
use crate::db::usage_gaps::{CRASH, Gap};
use crate::domain::time::{from_micros, rfc3339};
use crate::domain::{Error, Result};
use crate::web::log_exports::{Format, cell, csv_head, csv_writer, finish};

/// The columns of the CSV.
const COLUMNS: [&str; 13] = [
    "time",
    "until",
    "verdict",
    "method",
    "path",
    "key_id",
    "key_name",
    "key",
    "scope",
    "address",
    "program",
    "request_id",
    "note",
];

/// What comes before the rows.
///
/// # Errors
/// `Internal`, for form's sake: writing to memory.
pub fn head(format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Csv => finish(csv_head(COLUMNS)?),
        Format::Ndjson => Ok(Vec::new()),
    }
}

/// Rows in the making.
pub enum Rows {
    /// As CSV.
    Csv(Box<csv::Writer<Vec<u8>>>),
    /// As lines of JSON.
    Ndjson(Vec<u8>),
}

impl Rows {
    /// None yet.
    pub fn new(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv_writer())),
            Format::Ndjson => Self::Ndjson(Vec::new()),
        }
    }

    /// Adds a line of the log.
    ///
    /// # Errors
    /// `Internal`.
    pub fn add(&mut self, line: &Line, keys: &[KeyLabel]) -> Result<()> {
        match line {
            Line::Request(record) => {
                let key = keys.iter().find(|key| key.id == record.key_id);
                self.add_request(record, key)
            }
            Line::Gap(gap) => self.add_gap(gap),
        }
    }

    fn add_request(&mut self, record: &Record, key: Option<&KeyLabel>) -> Result<()> {
        let name = key.map(|key| key.name.as_str()).unwrap_or_default();
        let hint = key.map(KeyLabel::hint).unwrap_or_default();
        let at = rfc3339(record.at);
        let (id, key_id) = (record.id.to_string(), record.key_id.to_string());
        let code = record.code.as_str();
        let Record {
            method,
            path,
            scope,
            address,
            user_agent,
            ..
        } = record;
        match self {
            Self::Csv(writer) => write(
                writer,
                [
                    &at, "", code, method, path, &key_id, name, &hint, scope, address, user_agent,
                    &id, "",
                ],
            ),
            Self::Ndjson(text) => {
                let row = json!({
                    "time": at, "verdict": code, "method": method, "path": path, "key_id": key_id, "key_name": name,
                    "key": hint, "scope": scope, "address": address, "program": user_agent, "request_id": id,
                });
                write_line(text, &row);
                Ok(())
            }
        }
    }

    /// How many are missing stays untold: the number counts the requests of all tenants.
    fn add_gap(&mut self, gap: &Gap) -> Result<()> {
        let (from, to) = (
            rfc3339(from_micros(gap.from_at)),
            rfc3339(from_micros(gap.to_at)),
        );
        let note = if gap.cause == CRASH {
            "Keystead ended without notice; requests of up to 1.5 seconds before it ended are missing"
        } else {
            "some requests are missing: more came than are recorded singly"
        };
        match self {
            Self::Csv(writer) => write(
                writer,
                [&from, &to, "GAP", "", "", "", "", "", "", "", "", "", note],
            ),
            Self::Ndjson(text) => {
                let gap = json!({ "from": from, "to": to, "cause": gap.cause, "note": note });
                write_line(text, &json!({ "gap": gap }));
                Ok(())
            }
        }
    }

    /// Says that there would be more.
    ///
    /// # Errors
    /// `Internal`.
    pub fn add_cut(&mut self, most: usize) -> Result<()> {
        let note =
            format!("an export has at most {most} rows; older requests fit a narrower filter");
        match self {
            Self::Csv(writer) => write(
                writer,
                ["", "", "CUT", "", "", "", "", "", "", "", "", "", &note],
            ),
            Self::Ndjson(text) => {
                write_line(text, &json!({ "cut": { "note": note } }));
                Ok(())
            }
        }
    }

    /// The rows as bytes.
    ///
    /// # Errors
    /// `Internal`.
    pub fn finish(self) -> Result<Vec<u8>> {
        match self {
            Self::Csv(writer) => finish(*writer),
            Self::Ndjson(text) => Ok(text),
        }
    }
}

fn write(writer: &mut csv::Writer<Vec<u8>>, cells: [&str; 13]) -> Result<()> {
    writer
        .write_record(cells.map(cell))
        .map_err(Error::internal)
}

fn write_line(text: &mut Vec<u8>, row: &Value) {
    text.extend(row.to_string().into_bytes());
    text.push(b'\n');
}
