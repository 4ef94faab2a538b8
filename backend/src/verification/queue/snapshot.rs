//! The open cases in memory at one time.
//!
//! Filtering reads `cases`, which are small and contiguous. Everything else lies in segments that snapshots share, so a
//! change costs one copy of `cases` and one new segment.

use std::{ops::Range, sync::Arc, time::Duration};

use domain::{
    role::Role,
    search::WordIndex,
    status::Status,
    time::Timestamp,
    verification::{CaseNames, Cursor},
};
use uuid::Uuid;

use super::rows::OpenCaseRow;

#[derive(Default)]
pub(super) struct Snapshot {
    /// Number of the last change that it contains; `None` before anything was read.
    pub(super) seen: Option<u64>,
    /// Time of the last complete read.
    pub(super) read_at: Option<Timestamp>,
    /// Oldest first.
    pub(super) cases: Vec<OpenCase>,
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) institutions: Vec<Institution>,
}

/// The part of an open case by which the queue filters and counts.
#[derive(Clone, Copy)]
pub(super) struct OpenCase {
    pub(super) submitted_at: i64,
    pub(super) id: Uuid,
    /// End of the lease; the earliest possible instant without a lease.
    pub(super) lease_ends_at: i64,
    pub(super) status: Status,
    pub(super) role: Role,
    pub(super) linked: bool,
    /// Reserved for a verifier.
    pub(super) assigned: bool,
    /// Position in [`Snapshot::institutions`].
    pub(super) institution: u32,
    /// Position in [`Snapshot::segments`], and in the details of that segment.
    pub(super) details: (u32, u32),
}

/// The other parts of some open cases. One string holds all texts: a hundred thousand short strings would scatter over
/// the heap, and every page would wait for memory outside the cache.
#[derive(Default)]
pub(super) struct Segment {
    details: Vec<CaseDetails>,
    texts: String,
    /// The words of the cases, in the order of `details`.
    pub(super) words: WordIndex,
}

/// A range of [`Segment::texts`], in bytes.
pub(super) type TextRange = Range<u32>;

pub(super) struct CaseDetails {
    pub(super) reference: TextRange,
    pub(super) name: TextRange,
    pub(super) work_unit: TextRange,
    /// For a supplier, the text in place of the institution.
    pub(super) label: Option<TextRange>,
    pub(super) holder: Option<(Uuid, TextRange)>,
    pub(super) assigned_to: Option<Uuid>,
}

/// An institution; without an id, all suppliers.
#[derive(Clone)]
pub(super) struct Institution {
    pub(super) id: Option<Uuid>,
    pub(super) name: Arc<str>,
}

/// A segment to which rows are added.
#[derive(Default)]
pub(super) struct SegmentBuilder {
    segment: Segment,
    /// One line of words per row.
    words: String,
}

impl Snapshot {
    /// Returns a copy with these applications as they are now. Those that are not in `changed` are no longer open.
    /// `ids` are sorted.
    pub(super) fn with(&self, seen: u64, ids: &[Uuid], changed: Vec<OpenCaseRow>) -> Self {
        let mut next = Self {
            seen: Some(seen),
            read_at: self.read_at,
            cases: Vec::with_capacity(self.cases.len() + changed.len()),
            segments: self.segments.clone(),
            institutions: self.institutions.clone(),
        };
        next.cases.extend(self.cases.iter().filter(|case| ids.binary_search(&case.id).is_err()));
        let mut builder = SegmentBuilder::default();
        changed.into_iter().for_each(|row| next.put(row, &mut builder));
        next.add(builder);
        next
    }

    /// Inserts a row at its position among the cases, and its details into the next segment.
    pub(super) fn put(&mut self, row: OpenCaseRow, builder: &mut SegmentBuilder) {
        let known = self.institutions.iter().position(|known| known.id == row.institution_id).map(index);
        let case = OpenCase {
            submitted_at: row.submitted_at,
            id: row.id,
            lease_ends_at: row.lease_holder.and(row.lease_ends_at).unwrap_or(i64::MIN),
            status: row.status,
            role: row.role,
            linked: row.linked,
            assigned: row.assigned_to.is_some(),
            institution: known.unwrap_or_else(|| self.add_institution(&row)),
            details: (index(self.segments.len()), index(builder.segment.details.len())),
        };
        self.cases.insert(self.cases.partition_point(|other| other.position() < case.position()), case);
        builder.add(row);
    }

    /// Appends the segment of the rows that were put.
    pub(super) fn add(&mut self, builder: SegmentBuilder) {
        self.segments.push(Arc::new(builder.finish()));
    }

    /// Appends the institution of a row; returns its position.
    fn add_institution(&mut self, row: &OpenCaseRow) -> u32 {
        let name = row.institution_id.map_or(Role::Penyedia.info().name, |_| row.institution.as_str());
        self.institutions.push(Institution { id: row.institution_id, name: name.into() });
        index(self.institutions.len() - 1)
    }

    pub(super) fn is_older(&self, age: Duration, now: Timestamp) -> bool {
        self.read_at.is_none_or(|read_at| now.since(read_at) >= age)
    }

    /// The details of a case, and the segment with their texts.
    pub(super) fn details(&self, case: &OpenCase) -> (&CaseDetails, &Segment) {
        let (segment, position) = case.details;
        let segment = &self.segments[segment as usize];
        (&segment.details[position as usize], segment)
    }

    pub(super) fn institution(&self, case: &OpenCase) -> &Institution {
        &self.institutions[case.institution as usize]
    }
}

/// A position in a list. More than 2^32 open cases do not fit into memory.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

impl OpenCase {
    /// Its position in the queue.
    pub(super) const fn position(&self) -> Cursor {
        Cursor { position: self.submitted_at, id: self.id }
    }
}

impl Segment {
    pub(super) fn text(&self, text: &TextRange) -> &str {
        &self.texts[text.start as usize..text.end as usize]
    }
}

impl SegmentBuilder {
    fn add(&mut self, row: OpenCaseRow) {
        let names = CaseNames {
            name: &row.name,
            employee_number: row.employee_number.as_deref(),
            work_unit: &row.work_unit,
            code: row.code.as_deref(),
            npwp: row.npwp.as_deref(),
            institution: &row.institution,
            reference: &row.reference,
        };
        self.words.push_str(&names.words());
        self.words.push('\n');
        let mut keep = |text: &str| {
            let start = index(self.segment.texts.len());
            self.segment.texts.push_str(text);
            start..index(self.segment.texts.len())
        };
        let details = CaseDetails {
            reference: keep(&row.reference),
            name: keep(&row.name),
            work_unit: keep(&row.work_unit),
            label: row.institution_id.is_none().then(|| keep(&row.institution)),
            holder: row.lease_holder.map(|id| (id, keep(row.holder.as_deref().unwrap_or_default()))),
            assigned_to: row.assigned_to,
        };
        self.segment.details.push(details);
    }

    fn finish(self) -> Segment {
        let Self { mut segment, words } = self;
        segment.details.shrink_to_fit();
        segment.texts.shrink_to_fit();
        Segment { words: WordIndex::new(words.lines()), ..segment }
    }
}
