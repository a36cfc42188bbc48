//! The time zone in which a person reads and types times.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime, Offset as _, TimeZone as _};
use chrono_tz::{OffsetName as _, TZ_VARIANTS, Tz};

use super::time::Timestamp;

/// Parts of the world by which zones are listed. The database of zones has more names: older ones of the same zones.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Minutes by which clocks were set forward at most: a whole day was left out where the date line moved.
const LONGEST_GAP: i64 = 26 * 60;

/// A time zone, by its name in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// What holds until somebody chooses.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of a name such as `Europe/Berlin`.
    ///
    /// # Errors
    /// A message for the field when no such zone is on the list.
    pub fn parse(name: &str) -> Result<Self, String> {
        Self::find(name)
            .ok_or_else(|| "Choose a time zone from the list, such as Europe/Berlin or UTC.".into())
    }

    /// The zone that somebody chose earlier. One that this Keystead does not know reads UTC.
    pub fn stored(name: &str) -> Self {
        Self::find(name).unwrap_or(Self::UTC)
    }

    fn find(name: &str) -> Option<Self> {
        let zone = name.parse().ok().map(Self)?;
        (zone == Self::UTC && name == "UTC" || zone.place().is_some()).then_some(zone)
    }

    /// Its name, such as `Europe/Berlin`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Its region and its place there, such as "Europe" and "Berlin".
    fn place(self) -> Option<(&'static str, &'static str)> {
        let place = self.name().split_once('/')?;
        REGIONS.contains(&place.0).then_some(place)
    }

    /// The zones that one can choose beside UTC: each region with names, and how they read in it.
    pub fn regions() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
        let places = |region| {
            let all = TZ_VARIANTS.iter().map(|zone| Self(*zone));
            let inside = all.filter_map(move |zone| {
                let (of, place) = zone.place()?;
                (of == region).then(|| (zone.name(), place.replace('_', " ")))
            });
            inside.collect()
        };
        REGIONS.map(|region| (region, places(region))).into()
    }

    /// An instant by the clocks of the zone. In `format`, `%Z` is their name then: "CET", "CEST".
    pub fn format(self, at: Timestamp, format: &str) -> String {
        let local = at.with_timezone(&self.0);
        if !format.contains("%Z") {
            return local.format(format).to_string();
        }
        let format = format.replace("%Z", &self.clocks(at));
        local.format(&format).to_string()
    }

    /// "26 Nov 2026, 13:00:03.250 CET".
    pub fn day_and_time(self, at: Timestamp) -> String {
        self.format(at, "%-d %b %Y, %H:%M:%S%.3f %Z")
    }

    /// How the clocks of the zone are called at an instant. Where they have no name it is their distance: "UTC-03:00".
    fn clocks(self, at: Timestamp) -> String {
        let offset = self.0.offset_from_utc_datetime(&at.naive_utc());
        match offset.abbreviation() {
            Some(name) => name.to_owned(),
            None => format!("UTC{}", offset.fix()),
        }
    }

    /// The day of an instant.
    pub fn date(self, at: Timestamp) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// The instant at which clocks show this. When they show it twice it is the first time; when they skip it, the first
    /// instant behind what they skip.
    pub fn instant(self, shown: NaiveDateTime) -> Timestamp {
        let found = |shown| self.0.from_local_datetime(&shown).earliest();
        let behind = |minutes| {
            let minute = shown.and_utc().timestamp().div_euclid(60) + minutes;
            found(chrono::DateTime::from_timestamp(minute * 60, 0)?.naive_utc())
        };
        found(shown)
            .or_else(|| (1..=LONGEST_GAP).find_map(behind))
            .map_or_else(|| shown.and_utc(), |at| at.to_utc())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
