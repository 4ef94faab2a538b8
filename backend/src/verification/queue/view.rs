//! The open cases as one verifier sees them at one time.

use domain::{
    calendar::{Deadline, Holidays},
    search::SearchQuery,
    status::Status,
    time::{Timestamp, Zone},
    verification::{Age, Ages, Cursor, Holder, Part, Queue, QueueFilter, QueueRow},
};
use uuid::Uuid;

use super::{
    counting::{Kind, KindCounts, Parts},
    snapshot::{OpenCase, Snapshot, TextRange},
};
use crate::Actor;

/// Rows of a page.
const PAGE: usize = 50;

pub(super) struct QueueView<'a> {
    open: &'a Snapshot,
    user_id: Uuid,
    zone: Zone,
    now: Timestamp,
    holidays: &'a Holidays,
    /// Cases sent at this instant or later are not overdue.
    due_from: i64,
    /// Cases sent at this instant or later are in time.
    in_time_from: i64,
    /// For each institution of the snapshot: true if its cases are included.
    covered: Vec<bool>,
}

impl<'a> QueueView<'a> {
    /// The cases in the actor's scope, or those of one institution in it.
    pub(super) fn new(
        open: &'a Snapshot,
        actor: &Actor,
        now: Timestamp,
        holidays: &'a Holidays,
        institution: Option<Uuid>,
    ) -> Self {
        let zone = actor.zone;
        let ages = Ages::new(now.date(zone), holidays);
        let covers = |id: Option<Uuid>| institution.is_none_or(|wanted| id == Some(wanted)) && actor.scope.covers(id);
        Self {
            open,
            user_id: actor.user_id,
            zone,
            now,
            holidays,
            due_from: Timestamp::start_of(ages.due_from, zone).micros(),
            in_time_from: Timestamp::start_of(ages.in_time_from, zone).micros(),
            covered: open.institutions.iter().map(|institution| covers(institution.id)).collect(),
        }
    }

    fn age(&self, case: &OpenCase) -> Age {
        if case.submitted_at >= self.in_time_from {
            Age::InTime
        } else if case.submitted_at >= self.due_from {
            Age::DueToday
        } else {
            Age::Overdue
        }
    }

    /// The holder, if the lease has not ended. Leases are compared with the clock at every look.
    fn holder(&self, case: &OpenCase) -> Option<(Uuid, &'a str)> {
        if case.status != Status::InReview || case.lease_ends_at <= self.now.micros() {
            return None;
        }
        let (details, segment) = self.open.details(case);
        details.holder.as_ref().map(|(id, name)| (*id, segment.text(name)))
    }

    /// True if the case is reserved for this verifier.
    fn for_me(&self, case: &OpenCase) -> bool {
        case.assigned && case.status.is_waiting() && self.open.details(case).0.assigned_to == Some(self.user_id)
    }

    fn parts(&self, case: &OpenCase) -> Parts {
        match self.holder(case) {
            _ if !case.status.is_waiting() => Parts::of(&[Part::Returned]),
            Some((holder, _)) if holder == self.user_id => Parts::of(&[Part::Waiting, Part::Mine]),
            Some(_) => Parts::of(&[Part::Waiting, Part::Held]),
            None if self.for_me(case) => Parts::of(&[Part::Waiting, Part::Free, Part::Mine]),
            None => Parts::of(&[Part::Waiting, Part::Free]),
        }
    }

    fn row(&self, case: &OpenCase) -> QueueRow {
        let ((details, segment), holder) = (self.open.details(case), self.holder(case));
        let text = |text: &TextRange| segment.text(text).to_owned();
        let submitted_at = Timestamp::from_micros(case.submitted_at);
        QueueRow {
            id: case.id,
            status: if case.status == Status::InReview && holder.is_none() { Status::Submitted } else { case.status },
            reference: text(&details.reference),
            name: text(&details.name),
            role: case.role,
            institution: details.label.as_ref().map_or_else(|| self.open.institution(case).name.to_string(), text),
            work_unit: text(&details.work_unit),
            linked: case.linked,
            submitted_at,
            deadline: Deadline::new(submitted_at.date(self.zone), self.now.date(self.zone), self.holidays),
            holder: holder.map(|(id, name)| Holder {
                name: name.to_owned(),
                mine: id == self.user_id,
                until: Timestamp::from_micros(case.lease_ends_at),
            }),
            for_me: self.for_me(case),
        }
    }

    fn kind(&self, case: &OpenCase) -> Kind {
        Kind { parts: self.parts(case), age: self.age(case), role: case.role, linked: case.linked }
    }

    /// Returns a test for cases with these words.
    fn finds(&self, words: &str) -> impl Fn(&OpenCase) -> bool + use<> {
        let query = SearchQuery::parse(words);
        // By segment and position in it; `None` if everything is found.
        let found: Option<Vec<Vec<bool>>> =
            (!query.is_empty()).then(|| self.open.segments.iter().map(|segment| segment.words.find(&query)).collect());
        move |case| {
            let (segment, position) = case.details;
            found.as_ref().is_none_or(|found| found[segment as usize][position as usize])
        }
    }

    fn covers(&self, case: &OpenCase) -> bool {
        self.covered[case.institution as usize]
    }

    /// The page after a cursor, with the counts of all pages; without institutions to choose from.
    pub(super) fn page(&self, filter: &QueueFilter, after: Option<Cursor>) -> Queue {
        let is_found = self.finds(&filter.words);
        let mut kinds = KindCounts::new();
        // One row more than a page tells that there is a next one.
        let mut rows: Vec<&OpenCase> = Vec::with_capacity(PAGE + 1);
        for case in &self.open.cases {
            if !is_found(case) || !self.covers(case) {
                continue;
            }
            let kind = self.kind(case);
            kinds.add(kind);
            if rows.len() <= PAGE && kind.passes(filter) && after.is_none_or(|after| case.position() > after) {
                rows.push(case);
            }
        }
        let (total, counts) = kinds.counts(filter);
        Queue {
            next: (rows.len() > PAGE).then(|| rows[PAGE - 1].position()),
            rows: rows.iter().take(PAGE).map(|case| self.row(case)).collect(),
            total,
            counts,
            institutions: Vec::new(),
        }
    }

    /// The institutions with cases that pass the filter, and the chosen one, by name, each with its number of cases.
    pub(super) fn institutions(&self, filter: &QueueFilter) -> Vec<(Uuid, String, u32)> {
        let is_found = self.finds(&filter.words);
        let mut counts = vec![0; self.open.institutions.len()];
        for case in &self.open.cases {
            if self.covers(case) && is_found(case) && self.kind(case).passes(filter) {
                counts[case.institution as usize] += 1;
            }
        }
        let counted = self.open.institutions.iter().zip(&self.covered).zip(counts);
        let offered = counted.filter_map(|((known, covered), count)| {
            // Suppliers have no institution.
            let id = known.id.filter(|id| *covered && (count > 0 || filter.institution == Some(*id)))?;
            Some((id, known.name.to_string(), count))
        });
        let mut offered: Vec<_> = offered.collect();
        offered.sort_unstable_by(|(a_id, a, _), (b_id, b, _)| (a, a_id).cmp(&(b, b_id)));
        offered
    }
}
