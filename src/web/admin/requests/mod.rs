//! Usage > Request log, its exports, and the explanation of one request.

pub mod explanations;
pub mod exports;
pub mod filter;
pub mod lines;
pub mod list;
pub mod rows;
