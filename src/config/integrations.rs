//! The file in which an operator adds integrations to the built-in ones.

use std::fs;
use std::sync::Arc;

use crate::domain::catalogue::Catalogue;

/// The catalogue, with what the file of this path changes.
///
/// # Errors
/// One line that names the file, and the line of a mistake in it.
pub fn read(path: Option<&str>) -> Result<Arc<Catalogue>, String> {
    let catalogue = match path {
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|cause| format!("integrations_file: can't read {path}: {cause}"))?;
            Catalogue::extended(&text)
                .map_err(|mistake| format!("integrations_file: {path}, {mistake}"))?
        }
        None => Catalogue::built_in()
            .map_err(|mistake| format!("the built-in integrations, {mistake}"))?,
    };
    Ok(Arc::new(catalogue))
}
