//! Tests of paging, filtering and counting, with cases made by chance.

use super::{rows::OpenCaseRow, snapshot::Snapshot, view::QueueView, *};
use domain::{
    calendar::Holidays,
    permission::StaffRole,
    role::Role,
    status::Status,
    time::{Timestamp, Zone},
    verification::Part,
};
use proptest::prelude::*;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
};

/// Monday, 23 November 2026, 10.00 in Jakarta.
const NOW: Timestamp = Timestamp::from_micros(1_795_402_800_000_000);
const HOUR: i64 = 3_600_000_000;

fn verifier() -> Actor {
    Actor {
        user_id: Uuid::from_u128(1),
        session_id: Uuid::nil(),
        name: "Ratna".into(),
        email: "verifikator@contoh.go.id".into(),
        zone: Zone::Wib,
        staff_role: Some(StaffRole::Verifier),
        scope: crate::actor::Scope::National,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

/// A case with this number; `seed` chooses everything else.
fn row(number: u8, seed: u32) -> OpenCaseRow {
    let pick = |at: u32, of: u32| (seed >> at) % of;
    let status = [Status::Submitted, Status::InReview, Status::Returned][pick(0, 3) as usize];
    let person = |n: u32| Uuid::from_u128(u128::from(n));
    let role = Role::ALL[pick(3, 3) as usize];
    OpenCaseRow {
        id: person(u32::from(number)),
        status,
        reference: format!("GB-26-{number:06}-1"),
        name: ["Siti", "Budi"][pick(2, 2) as usize].into(),
        employee_number: None,
        role,
        institution_id: (role != Role::Penyedia).then(|| person(10 + pick(4, 3))),
        institution: format!("Instansi {}", pick(4, 3)),
        work_unit: format!("Sekretariat {seed}"),
        code: None,
        npwp: None,
        linked: pick(7, 2) == 0,
        submitted_at: NOW.micros() - i64::from(pick(8, 10)) * 12 * HOUR,
        lease_holder: (status == Status::InReview).then(|| person(1 + pick(12, 2))),
        lease_ends_at: (status == Status::InReview).then(|| NOW.micros() + i64::from(pick(13, 2)) * HOUR),
        holder: Some("Hendra".into()),
        assigned_to: (pick(14, 3) == 0).then(|| person(1)),
    }
}

fn snapshot(rows: impl IntoIterator<Item = (u8, u32)>) -> Snapshot {
    Snapshot::default().with(0, &[], rows.into_iter().map(|(number, seed)| row(number, seed)).collect())
}

fn page(open: &Snapshot, filter: &QueueFilter, after: Option<Cursor>) -> Queue {
    let holidays = Holidays::default();
    QueueView::new(open, &verifier(), NOW, &holidays, filter.institution).page(filter, after)
}

fn all_pages(open: &Snapshot, filter: &QueueFilter) -> Vec<(Uuid, String)> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let queue = page(open, filter, after);
        found.extend(queue.rows.into_iter().map(|row| (row.id, row.work_unit)));
        after = queue.next;
        if after.is_none() {
            assert_eq!(found.len(), queue.total as usize);
            return found;
        }
    }
}

fn filters() -> impl Strategy<Value = QueueFilter> {
    let choice = (0usize..5, 0usize..4, 0usize..4, 0usize..3, 0u128..4, prop::bool::ANY);
    choice.prop_map(|(part, age, role, linked, institution, words)| QueueFilter {
        part: Part::ALL[part],
        age: Age::ALL.get(age).copied(),
        role: Role::ALL.get(role).copied(),
        linked: [Some(true), Some(false), None][linked],
        institution: (institution < 3).then(|| Uuid::from_u128(10 + institution)),
        words: if words { "sekre siti".into() } else { String::new() },
    })
}

fn seeds() -> impl Strategy<Value = HashMap<u8, u32>> {
    prop::collection::hash_map(any::<u8>(), any::<u32>(), 0..160)
}

proptest! {
    #[test]
    fn each_choice_is_counted_as_its_page_would_show(seeds in seeds(), filter in filters()) {
        let open = snapshot(seeds);
        let counts = page(&open, &filter, None).counts;
        let total = |filter: QueueFilter| page(&open, &filter, None).total;
        for (part, count) in counts.parts {
            prop_assert_eq!(total(QueueFilter { part, ..filter.clone() }), count, "{}", part);
        }
        for (age, count) in counts.ages {
            prop_assert_eq!(total(QueueFilter { age: Some(age), ..filter.clone() }), count, "{}", age);
        }
        for (role, count) in counts.roles {
            prop_assert_eq!(total(QueueFilter { role: Some(role), ..filter.clone() }), count, "{}", role);
        }
        prop_assert_eq!(total(QueueFilter { linked: Some(true), ..filter.clone() }), counts.linked);
        prop_assert_eq!(total(QueueFilter { linked: Some(false), ..filter.clone() }), counts.fresh);
    }

    #[test]
    fn single_changes_give_the_same_as_reading_everything(
        before in seeds(),
        changes in prop::collection::vec((any::<u8>(), prop::option::of(any::<u32>())), 0..20),
        filter in filters(),
    ) {
        let mut open = snapshot(before.clone());
        let mut now = before;
        for (number, change) in changes {
            let ids = [Uuid::from_u128(u128::from(number))];
            open = open.with(1, &ids, change.map(|seed| row(number, seed)).into_iter().collect());
            match change {
                Some(seed) => now.insert(number, seed),
                None => now.remove(&number),
            };
        }
        prop_assert_eq!(all_pages(&open, &filter), all_pages(&snapshot(now), &filter));
    }
}
