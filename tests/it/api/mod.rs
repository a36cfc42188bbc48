//! The REST API, as a system uses it.
