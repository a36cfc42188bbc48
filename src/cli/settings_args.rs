//! Every setting as a flag. The names and words come from the table of settings, so they are written once.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::config::settings::ALL;

/// Gives settings that are true or false their value where it was left out: `--log-json` is `--log-json=true`.
pub fn with_values(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let is_switch = |word: &OsString| {
        ALL.iter().any(|setting| {
            ["true", "false"].contains(&setting.default) && **word == *flag_of(setting.name)
        })
    };
    let mut words = words.into_iter().peekable();
    let mut whole = Vec::new();
    while let Some(mut word) = words.next() {
        let is_alone = words
            .peek()
            .is_none_or(|next| next != "true" && next != "false");
        if is_switch(&word) && is_alone {
            word.push("=true");
        }
        whole.push(word);
    }
    whole
}

fn flag_of(setting: &str) -> String {
    format!("--{}", setting.replace('_', "-"))
}

/// The flags that were given.
pub struct SettingsArgs(Vec<(&'static str, Option<String>)>);

impl SettingsArgs {
    /// Name and value of each setting.
    pub fn flags(&self) -> Vec<(&'static str, Option<String>)> {
        self.0.clone()
    }
}

impl FromArgMatches for SettingsArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(
            ALL.iter()
                .map(|setting| {
                    (
                        setting.name,
                        matches
                            .try_get_one::<String>(setting.name)
                            .ok()
                            .flatten()
                            .cloned(),
                    )
                })
                .collect(),
        ))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for SettingsArgs {
    fn augment_args(command: Command) -> Command {
        // A secret on the command line shows up in the list of processes, so those have no flag.
        ALL.iter()
            .filter(|setting| !setting.secret)
            .fold(command, |command, setting| {
                let help = match setting.default {
                    "" => setting.help.to_owned(),
                    default => format!("{} [default: {default}]", setting.help),
                };
                command.arg(
                    Arg::new(setting.name)
                        .long(setting.name.replace('_', "-"))
                        .global(true)
                        .value_name("VALUE")
                        .help_heading("Settings")
                        .help(help),
                )
            })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
