//! A tenant's keys as lists need them, in memory: found by words, filtered, counted and sorted without a database.
//!
//! What is searched stands in one text, in which a look for a word costs a fraction of a nanosecond a byte; 100,000 keys
//! take some 10 MB. It holds names and dates, and nothing of a secret but the four characters that pages show.

use std::cmp::Ordering;
use std::ops::Range;

use memchr::memmem::Finder;

use super::filter::{Column, KeyFilter, Mark, Place, Sort};
use super::page::ListPage;
use super::sieve::{Entry, Sieve};
use super::summary::Summary;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, UserId};
use crate::domain::text_form::folded;
use crate::domain::time::Timestamp;

/// Ends each part of a key's text. No typed word holds it.
const END: char = '\n';

/// How much of all words tells how rare one is, in bytes.
const SAMPLE: usize = 64 * 1024;

/// A key as it goes into the directory.
#[derive(Debug, Clone)]
pub struct Listed<'a> {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Such as `ks_live_…9fQ2`.
    pub hint: &'a str,
    /// Its group.
    pub group: GroupId,
    /// What that is called.
    pub group_name: &'a str,
    /// Its project, if it belongs to one.
    pub project: Option<ProjectId>,
    /// Who looks after it: a person's name and address, or a text; empty for nobody.
    pub owner_words: &'a str,
    /// The person, if it is one.
    pub owner: Option<UserId>,
    /// Where it works.
    pub environment: Environment,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Switched off.
    pub disabled: bool,
    /// Ended for good.
    pub revoked: bool,
}

/// Text as it is compared, stored and typed alike; with dots for the ellipsis of a hint, which keyboards lack.
fn fold(text: &str) -> String {
    folded(text).replace('…', "...")
}

/// See the module.
#[derive(Debug, Default)]
pub struct KeyDirectory {
    /// In order of id.
    entries: Vec<Entry>,
    words: String,
    /// Who is in the tenant, in order.
    members: Vec<UserId>,
    /// Keys of which two secrets work, in order.
    rotating: Vec<KeyId>,
    /// What stands around every list, unless something changed since.
    summary: Option<Summary>,
    /// Entries in the order of each column, once somebody asked for it.
    orders: [Option<Vec<u32>>; Column::ALL.len()],
}

impl KeyDirectory {
    /// Puts a key in, or in place of what was known of it.
    pub fn put(&mut self, key: &Listed<'_>) {
        let mut text = String::new();
        for part in [
            key.name,
            key.description,
            key.hint,
            key.group_name,
            key.owner_words,
        ] {
            text.push_str(&fold(part).replace(END, " "));
            text.push(END);
        }
        let mut entry = Entry {
            id: key.id,
            group: key.group,
            project: key.project,
            owner: key.owner,
            is_owned: self.is_owned(key.owner, key.owner_words),
            environment: key.environment,
            created: key.created_at.timestamp_micros(),
            expires: key.expires_at.map_or(i64::MAX, |at| at.timestamp_micros()),
            used: 0,
            disabled: key.disabled,
            revoked: key.revoked,
            rotating: self.rotating.binary_search(&key.id).is_ok(),
            end: 0,
        };
        let found = self.entries.binary_search_by_key(&key.id, |entry| entry.id);
        let (Ok(at) | Err(at)) = found;
        let start = self.start(at);
        let end = match found {
            Ok(at) => {
                entry.used = self.entries[at].used;
                let end = self.entries[at].end;
                self.entries[at] = Entry { end, ..entry };
                end
            }
            Err(at) => {
                self.entries.insert(
                    at,
                    Entry {
                        end: start,
                        ..entry
                    },
                );
                start
            }
        };
        if self.words.get(start..end) != Some(&text) {
            self.words.replace_range(start..end, &text);
            self.move_ends(at, end, start + text.len());
        }
        self.orders = Default::default();
        self.summary = None;
    }

    /// Takes a key out, if it is there.
    pub fn remove(&mut self, id: KeyId) {
        if let Some(at) = self.find_id(id) {
            let (start, end) = (self.start(at), self.entries[at].end);
            self.words.replace_range(start..end, "");
            self.entries.remove(at);
            self.move_ends(at, end, start);
            self.orders = Default::default();
            self.summary = None;
        }
    }

    /// Notes when a key was last accepted.
    pub fn set_used(&mut self, id: KeyId, at: Timestamp) {
        if let Some(place) = self.find_id(id)
            && self.entries[place].used != at.timestamp_micros()
        {
            self.entries[place].used = at.timestamp_micros();
            self.orders[Column::Used as usize] = None;
            self.summary = None;
        }
    }

    /// A text is an owner; a person is one while they are a member.
    fn is_owned(&self, owner: Option<UserId>, words: &str) -> bool {
        match owner {
            Some(person) => self.members.binary_search(&person).is_ok(),
            None => !words.is_empty(),
        }
    }

    /// Notes who is in the tenant, in order: who is not looks after no key.
    pub fn set_members(&mut self, members: Vec<UserId>) {
        if self.members == members {
            return;
        }
        for entry in &mut self.entries {
            if let Some(person) = entry.owner {
                entry.is_owned = members.binary_search(&person).is_ok();
            }
        }
        self.members = members;
        self.summary = None;
    }

    /// Notes of which keys two secrets work, in any order, and that of the others one does.
    pub fn set_rotating(&mut self, mut ids: Vec<KeyId>) {
        ids.sort_unstable();
        if self.rotating == ids {
            return;
        }
        let before = std::mem::replace(&mut self.rotating, ids);
        self.summary = None;
        for id in before.iter().chain(&self.rotating) {
            if let Some(at) = self.find_id(*id) {
                self.entries[at].rotating = self.rotating.binary_search(id).is_ok();
            }
        }
    }

    fn find_id(&self, id: KeyId) -> Option<usize> {
        self.entries
            .binary_search_by_key(&id, |entry| entry.id)
            .ok()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without any key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Roughly what it takes in memory.
    pub fn bytes(&self) -> usize {
        let orders = self.orders.iter().flatten().map(Vec::len).sum::<usize>() * size_of::<u32>();
        self.words.capacity() + self.entries.capacity() * size_of::<Entry>() + orders
    }

    /// The words of entries from this one on end elsewhere.
    fn move_ends(&mut self, from: usize, was: usize, is: usize) {
        for entry in &mut self.entries[from..] {
            entry.end = entry.end - was + is;
        }
    }

    fn start(&self, at: usize) -> usize {
        at.checked_sub(1)
            .map_or(0, |before| self.entries[before].end)
    }

    /// A page of at most `limit` keys.
    pub fn find(
        &mut self,
        filter: &KeyFilter,
        sort: Sort,
        after: Option<&Mark>,
        limit: usize,
        now: Timestamp,
    ) -> ListPage {
        let sieve = Sieve::new(filter, now);
        let summary = match &self.summary {
            Some(kept) if kept.holds(&sieve) => *kept,
            _ => *self.summary.insert(Summary::of(&self.entries, &sieve)),
        };
        let mut found = ListPage {
            totals: summary.totals,
            attention: summary.attention,
            ..ListPage::default()
        };
        let mut passes = vec![filter.is_empty(); self.entries.len()];
        if filter.is_empty() {
            found.counts = summary.totals;
            found.matching = self.entries.len();
        } else {
            self.each_with(&filter.words, |at, entry| {
                if !sieve.admits(entry) {
                    return;
                }
                let state = sieve.state(entry);
                found.counts.add(state);
                if filter.status.is_none_or(|wanted| wanted == state) {
                    passes[at] = true;
                    found.matching += 1;
                }
            });
        }
        self.take(&passes, sort, after, limit, &mut found);
        found
    }

    /// Fills in the keys of the page.
    fn take(
        &mut self,
        passes: &[bool],
        sort: Sort,
        after: Option<&Mark>,
        limit: usize,
        found: &mut ListPage,
    ) {
        let order = self.order(sort.column);
        let cut = |is_before: fn(Ordering) -> bool, mark| {
            order.partition_point(|&at| is_before(self.compare_to(at as usize, sort.column, mark)))
        };
        let start = match after {
            None => 0,
            Some(mark) if sort.descending => order.len() - cut(Ordering::is_lt, mark),
            Some(mark) => cut(Ordering::is_le, mark),
        };
        // Counted from the top of the list, whichever way it is sorted.
        let nth = |place: usize| {
            let last = order.len() - 1;
            order[if sort.descending { last - place } else { place }] as usize
        };
        let passing = |places: Range<usize>| places.map(nth).filter(|&at| passes[at]);
        let mark = |at: usize| Mark {
            place: self.place(at, sort.column),
            id: self.entries[at].id,
        };
        let mut places: Vec<usize> = passing(start..order.len()).take(limit + 1).collect();
        let more = places.len() > limit;
        places.truncate(limit);
        found.next = places.last().filter(|_| more).map(|&last| mark(last));
        found.before = passing(0..start).count();
        found.previous = passing(0..start).rev().nth(limit).map(mark);
        found.ids = places.iter().map(|&at| self.entries[at].id).collect();
        self.orders[sort.column as usize] = Some(order);
    }

    /// Calls with each entry whose text holds all words; with the one entry whose id was typed.
    fn each_with(&self, typed: &str, mut each: impl FnMut(usize, &Entry)) {
        let typed = fold(typed);
        if let Some(at) = typed.parse().ok().and_then(|id| self.find_id(id)) {
            return each(at, &self.entries[at]);
        }
        let mut words: Vec<&str> = typed.split_whitespace().collect();
        // The rarest word is looked for, and its few places are checked for the others.
        let sample = &self.words.as_bytes()[..self.words.len().min(SAMPLE)];
        words.sort_by_cached_key(|word| Finder::new(word).find_iter(sample).count());
        let Some((rarest, others)) = words.split_first() else {
            return self
                .entries
                .iter()
                .enumerate()
                .for_each(|(at, entry)| each(at, entry));
        };
        let rarest = Finder::new(rarest);
        let (mut at, mut start) = (0, 0);
        while let Some(hit) = rarest.find(&self.words.as_bytes()[start..]) {
            let hit = start + hit;
            while self.entries[at].end <= hit {
                at += 1;
            }
            let entry = &self.entries[at];
            let text = &self.words[self.start(at)..entry.end];
            if others.iter().all(|word| text.contains(word)) {
                each(at, entry);
            }
            start = entry.end;
        }
    }

    /// Takes the order of a column out; whoever took it puts it back.
    fn order(&mut self, column: Column) -> Vec<u32> {
        if let Some(order) = self.orders[column as usize].take() {
            return order;
        }
        let mut order: Vec<u32> = (0..).take(self.entries.len()).collect();
        // Entries are in order of id, and equal ones stay so.
        match column {
            Column::Name => {
                order.sort_by(|&a, &b| self.name(a as usize).cmp(self.name(b as usize)))
            }
            _ => order.sort_by_key(|&at| self.instant(at as usize, column)),
        }
        order
    }

    fn name(&self, at: usize) -> &str {
        let rest = &self.words[self.start(at)..];
        rest.split(END).next().unwrap_or_default()
    }

    /// What an entry is sorted by when that is an instant. A revoked key no longer ends.
    fn instant(&self, at: usize, column: Column) -> i64 {
        let entry = &self.entries[at];
        match column {
            Column::Expires if entry.revoked => i64::MAX,
            Column::Expires => entry.expires,
            Column::Used => entry.used,
            Column::Created | Column::Name => entry.created,
        }
    }

    fn place(&self, at: usize, column: Column) -> Place {
        match column {
            Column::Name => Place::Name(self.name(at).to_owned()),
            _ => Place::At(self.instant(at, column)),
        }
    }

    fn compare_to(&self, at: usize, column: Column, mark: &Mark) -> Ordering {
        let place = match &mark.place {
            Place::Name(name) => self.name(at).cmp(name),
            Place::At(instant) => self.instant(at, column).cmp(instant),
        };
        place.then(self.entries[at].id.cmp(&mark.id))
    }
}
