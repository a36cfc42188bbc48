//! Where things are in "Generate API key".

/// The button that generates.
pub const SUBMIT: &str = ".form-bar [type=submit]";
