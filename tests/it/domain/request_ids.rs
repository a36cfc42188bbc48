//! Ids of requests: in order, each only once, and silent about how many there were.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use keystead::domain::request_id::RequestId;

use crate::support::noon;

const COUNT: usize = 100_000;

#[test]
fn ids_differ_and_sort_as_they_were_made() {
    let ids: Vec<RequestId> = (0..COUNT).map(|_| RequestId::next(noon())).collect();
    assert!(ids.windows(2).all(|two| two[0] < two[1]));
    assert!(ids.iter().all(|id| id.at() == noon() && id.number() != 0));
    let next = noon() + TimeDelta::milliseconds(1);
    assert!(ids.iter().all(|id| RequestId::first_at(noon()) < *id));
    assert!(ids.iter().all(|id| *id < RequestId::first_at(next)));
    assert!(RequestId::first_at(next) < RequestId::next(next));
}

#[test]
fn threads_never_share_an_id_also_when_the_clock_is_set_back() {
    let make = || -> Vec<RequestId> {
        let at = |ms: usize| noon() - TimeDelta::milliseconds(ms as i64 % 7);
        (0..10_000).map(|ms| RequestId::next(at(ms))).collect()
    };
    let ids: Vec<RequestId> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        let made = threads.into_iter().map(|thread| thread.join().unwrap());
        made.flatten().collect()
    });
    let different: BTreeSet<RequestId> = ids.iter().copied().collect();
    assert_eq!(different.len(), ids.len());
}

#[test]
fn two_ids_do_not_tell_how_many_requests_came_in_between() {
    let at = |ms: i64| noon() + TimeDelta::milliseconds(ms);
    let numbers: Vec<u64> = (0..1_000)
        .map(|ms| RequestId::next(at(ms)).number())
        .collect();
    for apart in [1, 2, 100] {
        let steps = numbers.windows(apart + 1);
        let steps: BTreeSet<u64> = steps.map(|few| few[apart].abs_diff(few[0])).collect();
        // One step for all would be a count in another unit.
        assert!(steps.len() > 500, "{apart}: {}", steps.len());
        let near = steps.iter().filter(|step| **step < 1 << 24).count();
        assert!(near < 10, "{apart}: {near} are small");
    }
}
