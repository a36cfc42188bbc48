//! What copies of the logs share: their forms, their names, and cells that are safe in a spreadsheet.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::{Stream, TryStreamExt as _};

use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// Rows that are read at once; so many are in memory, whatever the size of the export.
pub const STEP: usize = 1_000;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    /// The end of the file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// The media type.
    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
        }
    }

    /// The answer that a browser saves as a file: `what` is in its name.
    pub fn respond(
        self,
        what: &str,
        now: Timestamp,
        body: impl Stream<Item = Result<Bytes>> + 'static,
    ) -> HttpResponse {
        let (at, ending) = (now.format("%Y-%m-%d-%H%M%S"), self.ending());
        HttpResponse::Ok()
            .content_type(self.content_type())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"keystead-{what}-{at}.{ending}\""),
            ))
            .streaming(Box::pin(body.inspect_err(
                |cause| tracing::error!(%cause, "an export ends before it is whole"),
            )))
    }
}

/// Without it spreadsheets take a file for one in the code page of their machine, and names for gibberish.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The beginning of a file of CSV: the names of its columns, which every file has.
///
/// # Errors
/// `Internal`, for form's sake: writing to memory.
pub fn csv_head<'a>(columns: impl IntoIterator<Item = &'a str>) -> Result<csv::Writer<Vec<u8>>> {
    let mut writer = csv_onto(BYTE_ORDER_MARK.to_vec());
    writer.write_record(columns).map_err(Error::internal)?;
    Ok(writer)
}

/// Further rows of a file of CSV in the making.
pub fn csv_writer() -> csv::Writer<Vec<u8>> {
    csv_onto(Vec::new())
}

fn csv_onto(text: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(text)
}

/// What was written.
///
/// # Errors
/// `Internal`, for form's sake: writing to memory.
pub fn finish(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>> {
    writer.into_inner().map_err(Error::internal)
}

/// A cell that no spreadsheet takes for a formula, also when it drops quotes and blanks first, and that stays in its
/// row whatever reads it.
pub fn cell(text: &str) -> String {
    let mut cell: String = text
        .chars()
        .map(|c| if c.is_control() && c != '\t' { ' ' } else { c })
        .collect();
    let bare = text.trim_start_matches(['"', '\'', ' ']);
    if bare.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
    ]) {
        cell.insert(0, '\'');
    }
    cell
}
