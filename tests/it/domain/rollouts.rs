//! Who has a feature that is rolled out.

use keystead::domain::id::TenantId;
use keystead::domain::rollout::{Access, Feature, Switch, access, bucket};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const FEATURE: Feature = Feature::Integrations;

fn tenants(seed: u64, count: usize) -> Vec<TenantId> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count)
        .map(|_| TenantId::from_bytes(random.random()))
        .collect()
}

#[test]
fn the_place_of_a_tenant_never_changes() {
    // Whoever changes these numbers takes features from tenants that have them.
    for (id, place) in [
        ("01890a5d-ac96-774b-bcce-b302099a8057", 59),
        ("01890a5d-ac96-774b-bcce-b302099a8058", 32),
        ("00000000-0000-0000-0000-000000000000", 85),
    ] {
        assert_eq!(bucket(FEATURE, id.parse().unwrap()), place, "{id}");
    }
}

#[test]
fn a_higher_percentage_takes_it_from_nobody_and_reaches_about_so_many() {
    let buckets: Vec<i64> = tenants(5, 5_000)
        .into_iter()
        .map(|tenant| bucket(FEATURE, tenant))
        .collect();
    assert!(buckets.iter().all(|bucket| (0..100).contains(bucket)));
    let has = |percentage, bucket| access(true, None, percentage, bucket) == Access::Available;
    for percentage in 0..=100 {
        let reached = buckets.iter().filter(|bucket| has(percentage, **bucket));
        let part = i64::try_from(reached.count()).unwrap() * 100 / 5_000;
        assert!((part - percentage).abs() <= 3, "{part} at {percentage}");
        let lost = |bucket: &&i64| has(percentage, **bucket) && !has(percentage + 1, **bucket);
        assert_eq!(buckets.iter().filter(lost).count(), 0, "{percentage}");
    }
    assert!(buckets.iter().all(|bucket| !has(0, *bucket)));
    assert!(buckets.iter().all(|bucket| has(100, *bucket)));
}

#[test]
fn the_plan_decides_before_the_switch_and_the_switch_before_the_percentage() {
    use Access::{Available, NotOnPlan, NotRolledOut, SwitchedOff};
    for (switch, out, reached) in [
        (None, NotRolledOut, Available),
        (Some(Switch::On), Available, Available),
        (Some(Switch::Off), SwitchedOff, SwitchedOff),
        (Some(Switch::Kept), Available, Available),
    ] {
        assert_eq!(access(true, switch, 40, 40), out, "{switch:?}");
        assert_eq!(access(true, switch, 41, 40), reached);
        for percentage in [0, 41, 100] {
            let standard = access(false, switch, percentage, 40);
            assert_eq!(standard, NotOnPlan, "{switch:?}");
        }
    }
}

#[test]
fn whoever_does_not_have_it_reads_why_and_what_to_do() {
    assert_eq!(Access::Available.refusal(FEATURE), None);
    assert_eq!(
        Access::NotOnPlan.refusal(FEATURE).unwrap(),
        "Integrations control is not part of this organization's plan. An admin can ask for access on the page Integrations."
    );
    for access in [Access::NotRolledOut, Access::SwitchedOff] {
        let told = access.refusal(FEATURE).unwrap();
        assert!(told.contains("Integrations control"), "{told}");
        assert!(told.ends_with("ask for access on the page Integrations."));
    }
}
