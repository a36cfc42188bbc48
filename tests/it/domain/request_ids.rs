//! Ids of requests: in order of time, each only once, and silent about how many there were.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use keystead::domain::request_id::RequestId;

use crate::support::noon;

const COUNT: usize = 100_000;

#[test]
fn ids_differ_and_sort_by_the_millisecond() {
    let ids: BTreeSet<RequestId> = (0..COUNT).map(|_| RequestId::next(noon())).collect();
    assert_eq!(ids.len(), COUNT);
    assert!(ids.iter().all(|id| id.at() == noon() && id.number() != 0));
    let next = noon() + TimeDelta::milliseconds(1);
    assert!(ids.iter().all(|id| RequestId::first_at(noon()) < *id));
    assert!(ids.iter().all(|id| *id < RequestId::first_at(next)));
    assert!(RequestId::first_at(next) < RequestId::next(next));
}

#[test]
fn two_ids_do_not_tell_how_many_requests_came_in_between() {
    let numbers: Vec<u64> = (0..1_000)
        .map(|_| RequestId::next(noon()).number())
        .collect();
    let steps = |apart: usize| -> Vec<u64> {
        let pairs = numbers.windows(apart + 1);
        pairs
            .map(|few| few[apart].wrapping_sub(few[0]) & ((1 << 48) - 1))
            .collect()
    };
    for apart in [1, 2, 100] {
        let different: BTreeSet<u64> = steps(apart).into_iter().collect();
        // One step for all would be the count again, in another unit.
        assert!(different.len() > 100, "{apart}: {}", different.len());
        let near = different.iter().filter(|step| **step < 1 << 24).count();
        assert!(near < 10, "{apart}: {near} are small");
    }
}
