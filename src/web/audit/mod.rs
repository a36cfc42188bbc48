//! Audit logs, a tenant's and the one of staff: who did what, when and from where; and copies of them.

pub mod details;
pub mod exports;
pub mod filter;
pub mod lines;
pub mod page;
pub mod staff_log;
pub mod tenant_log;
