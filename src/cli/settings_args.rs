//! Every setting as a flag. The names and words come from the table of settings, so they are written once.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::config::settings::ALL;

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
