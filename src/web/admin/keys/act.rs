//! Which button of a key's form was pressed.

use serde::Deserialize;

/// Which button was pressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Act {
    /// Save.
    #[default]
    #[serde(rename = "save")]
    Save,
    /// Add my current address.
    #[serde(rename = "add-address")]
    AddAddress,
    /// Add the observed callers.
    #[serde(rename = "add-observed")]
    AddObserved,
}
