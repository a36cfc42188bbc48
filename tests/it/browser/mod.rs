//! The pages as a person sees them: in Chromium, with and without JavaScript.

mod accessibility;
mod disclosures;
mod field_checks;
mod form;
mod groups;
mod key_batches;
mod key_form;
mod key_life;
mod key_rows;
mod key_search;
mod key_switches;
mod keyboard;
mod limits;
mod main_job;
mod phone;
mod request_log;
mod sample;
mod screenshots;
mod screenshots_groups;
mod secret_once;
mod shortcuts;
mod strange_names;
mod theme;
mod two_tabs;
mod usage;
mod zone_and_paper;
