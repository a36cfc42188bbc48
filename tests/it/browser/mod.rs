//! The pages as a person sees them: in Chromium, with and without JavaScript.

mod accessibility;
mod main_job;
mod sample;
