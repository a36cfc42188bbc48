//! What is counted and recorded of verification, and what is said of what is missing.

mod change_retention;
mod counts;
mod faults;
mod journal;
mod metrics;
mod observed_callers;
mod records;
