//! When the database goes on from another state than the one that a server knows, or a server no longer hears of
//! changes: no key is accepted that the database refuses, and no answer is a guess.

mod busy_tables;
mod clusters;
mod earlier_version;
mod file_names;
mod refused_commits;
mod replaced_file;
mod restored;
mod restores;
mod searches;
mod starts;
