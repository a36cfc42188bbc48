//! A QR code as a path of an SVG, which needs neither a picture nor a style inside the page.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::domain::{Error, Result};

/// Modules of white around it, as its standard wants.
const QUIET: usize = 4;

/// A QR code to be drawn.
pub struct Qr {
    /// Modules from side to side, with the white around them.
    pub size: usize,
    /// The dark ones.
    pub path: Zeroizing<String>,
}

impl Qr {
    /// The code of a text.
    ///
    /// # Errors
    /// `Internal` for a text that is too long for one.
    pub fn of(text: &str) -> Result<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M);
        let code = code.map_err(|cause| Error::internal(format!("no QR code: {cause}")))?;
        let width = code.width();
        let mut path = Zeroizing::new(String::with_capacity(16 * width * width));
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (at % width + QUIET, at / width + QUIET);
                write!(path, "M{x} {y}h1v1h-1z").map_err(Error::internal)?;
            }
        }
        Ok(Self {
            size: width + 2 * QUIET,
            path,
        })
    }
}
