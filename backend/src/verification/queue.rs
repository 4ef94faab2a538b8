//! The queue: every open case in memory, so that filters, search and counts cost no query and answer alike on both
//! databases.
//!
//! A process holds one snapshot of the cases that are submitted, in review or returned. What this process committed is in
//! it for whoever asks next; what others committed, once their notice is here. Names and what comes without a notice
//! (renewed leases) are at most [`MOST_AGE`] old. A lease is compared with the clock when somebody looks.

use std::{
    fmt,
    ops::Range,
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use domain::{
    UnknownText,
    calendar::{Deadline, Holidays},
    role::Role,
    search::{SearchQuery, WordIndex},
    staff::Permission,
    status::Status,
    time::{Timestamp, Zone},
    verification::{Age, Ages, CaseNames, Part, QueueFilter},
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, MutexGuard},
};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{Conn, Dialect, changes::Since, fetch_all, for_each, literals::OPEN, sql},
    error::{Error, Result},
};

/// Rows of a page.
const PAGE: usize = 50;
/// After this time everything is read anew, whether or not anything is known to have changed. It takes a tenth of a second
/// for 20,000 cases, which whoever looks at the queue meanwhile notices.
pub(super) const MOST_AGE: Duration = Duration::from_secs(5 * 60);
/// After this time [`read_open_cases`] does so, before anybody has to wait for it.
const GOOD_AGE: Duration = Duration::from_secs(4 * 60);

/// A place in the queue: that of the last case of a page. As text for an address: `1795316400000000.UUID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// When the case was sent; in lists of decided cases, the number of the decision.
    pub submitted_at: i64,
    /// The application.
    pub id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.submitted_at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = UnknownText;

    fn from_str(text: &str) -> Result<Self, UnknownText> {
        let parsed = || {
            let (submitted_at, id) = text.split_once('.')?;
            Some(Self { submitted_at: submitted_at.parse().ok()?, id: id.parse().ok()? })
        };
        parsed().ok_or_else(|| UnknownText(text.to_owned()))
    }
}

/// Who holds a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Their name.
    pub name: String,
    /// Whether it is the verifier who looks.
    pub mine: bool,
    /// When the lease ends, unless renewed.
    pub until: Timestamp,
}

/// An open case in the queue.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The application.
    pub id: Uuid,
    /// Its version.
    pub version: i64,
    /// Where it stands. One whose lease is over counts as submitted.
    pub status: Status,
    /// Its number.
    pub reference: String,
    /// The person's name, as sent.
    pub name: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution; of a supplier, the number of the company.
    pub institution: String,
    /// Name of the work unit, or of the company; empty while its person changes what was returned.
    pub work_unit: String,
    /// Whether it is linked with SiRUP.
    pub linked: bool,
    /// When it was sent, the last time.
    pub submitted_at: Timestamp,
    /// Until when a decision is promised, on the verifier's calendar.
    pub deadline: Deadline,
    /// Who holds it now.
    pub holder: Option<Holder>,
    /// Whether it came back after a repair that this verifier asked for.
    pub for_me: bool,
}

/// How many cases each choice would show, with the other filters as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// By part, all of them in order.
    pub parts: Vec<(Part, u32)>,
    /// By age, all of them in order.
    pub ages: Vec<(Age, u32)>,
    /// By role, all of them in order.
    pub roles: Vec<(Role, u32)>,
    /// Linked with SiRUP.
    pub linked: u32,
    /// Not linked.
    pub fresh: u32,
}

/// A page of the queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its cases, oldest first.
    pub rows: Vec<Waiting>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// How many cases there are on all pages.
    pub total: u32,
    /// How many each choice would show.
    pub counts: Counts,
}

/// The open cases, in memory.
#[derive(Default)]
pub struct OpenCases {
    current: RwLock<Arc<Snapshot>>,
    /// Held by whoever reads what changed, so that nobody else does.
    reading: Mutex<()>,
    /// Held by whoever reads everything anew.
    renewing: Mutex<()>,
}

/// The open cases at one time. A look at the queue goes through `cases`, which are small and in one stretch of memory; the
/// rest of a case is kept in pieces that snapshots share, so that a change costs one copy of `cases` and a piece of its own.
#[derive(Default)]
struct Snapshot {
    /// Which changes are in it; `None` before anything was read.
    seen: Option<u64>,
    /// When everything was read.
    read_at: Option<Timestamp>,
    /// Oldest first.
    cases: Vec<Case>,
    pieces: Vec<Arc<Piece>>,
    institutions: Vec<Institution>,
}

/// An open case: what it is filtered and counted by.
#[derive(Clone, Copy)]
struct Case {
    submitted_at: i64,
    id: Uuid,
    /// When the lease ends; long ago if there is none.
    lease_ends_at: i64,
    status: Status,
    role: Role,
    linked: bool,
    /// Whether it is to go back to somebody.
    assigned: bool,
    /// Its place among the institutions.
    institution: u32,
    /// Its piece, and its place in it.
    details: (u32, u32),
}

/// The rest of some open cases. All texts are in one stretch of memory: a hundred thousand short ones, each for itself and
/// gone again after minutes, would scatter over the whole heap whatever is allocated between them, and every page that is
/// drawn would wait for memory that no cache holds.
#[derive(Default)]
struct Piece {
    details: Vec<Details>,
    texts: String,
    /// What they are searched by, in their order.
    words: WordIndex,
}

/// A piece to which rows are added, and, line by line, what they are searched by.
#[derive(Default)]
struct Draft {
    piece: Piece,
    words: String,
}

/// A text of a piece, in bytes.
type Text = Range<u32>;

/// The rest of an open case.
struct Details {
    version: i64,
    reference: Text,
    name: Text,
    work_unit: Text,
    /// What stands in the place of an institution, of a supplier.
    label: Option<Text>,
    holder: Option<(Uuid, Text)>,
    assigned_to: Option<Uuid>,
}

/// An institution of open cases, or, without an id, the suppliers, who have none.
#[derive(Clone)]
struct Institution {
    id: Option<Uuid>,
    name: Arc<str>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    version: i64,
    #[sqlx(try_from = "String")]
    status: Status,
    reference: String,
    name: String,
    employee_number: Option<String>,
    #[sqlx(try_from = "String")]
    role: Role,
    institution_id: Option<Uuid>,
    institution: String,
    work_unit: String,
    code: Option<String>,
    npwp: Option<String>,
    linked: bool,
    submitted_at: i64,
    lease_holder: Option<Uuid>,
    lease_ends_at: Option<i64>,
    holder: Option<String>,
    assigned_to: Option<Uuid>,
}

/// The rows of open cases among those that a filter names. What is back for repair is with the desk that returned it; its
/// work unit is left out once the person has begun to change something.
macro_rules! open_cases {
    ($filter:literal) => {
        sql!(
            "SELECT a.id, a.version, a.status, a.reference, a.applicant_name AS name, a.employee_number, a.role,
                    s.institution_id, coalesce(i.name, 'NIB ' || k.nib) AS institution,
                    coalesce(w.name, k.name, '') AS work_unit, w.code, k.npwp,
                    s.sirup_account IS NOT NULL AS linked, s.submitted_at, a.lease_holder, a.lease_ends_at,
                    h.name AS holder, a.assigned_to
             FROM applications a
             JOIN submissions s ON s.application_id = a.id
             LEFT JOIN institutions i ON i.id = s.institution_id
             LEFT JOIN work_units w ON w.id = s.work_unit_id AND a.repair_began_at IS NULL
             LEFT JOIN companies k ON k.application_id = a.id
             LEFT JOIN users h ON h.id = a.lease_holder
             WHERE a.status IN {OPEN}{}",
            $filter
        )
    };
}

impl OpenCases {
    /// The open cases, with everything that was committed before this was called, read anew at most so long ago.
    async fn fresh(&self, backend: &Backend, most_age: Duration) -> Result<Arc<Snapshot>> {
        let mut current = self.snapshot();
        if !backend.db.changes().none_since(current.seen) {
            let reading = self.reading.lock().await;
            current = self.catch_up(backend, self.snapshot(), &reading).await?;
        }
        if !current.is_older(most_age, backend.world.now()) {
            return Ok(current);
        }
        // Somebody may be at it; nothing is known to be wrong.
        let Ok(_renewing) = self.renewing.try_lock() else { return Ok(current) };
        // While all is read, others go on with what changes.
        let renewed = Arc::new(read_all(backend).await?);
        let reading = self.reading.lock().await;
        self.catch_up(backend, renewed, &reading).await
    }

    /// Makes this snapshot the one that stands, with what changed since it was read. If whoever asked goes away, nothing
    /// is lost: what changed is asked for by the number of the snapshot that stands.
    async fn catch_up(
        &self,
        backend: &Backend,
        from: Arc<Snapshot>,
        _reading: &MutexGuard<'_, ()>,
    ) -> Result<Arc<Snapshot>> {
        // Before the query: what is committed while it runs is asked for again.
        let Since { end, ids } = backend.db.changes().since(from.seen);
        let next = match ids {
            Some(ids) if ids.is_empty() => from,
            Some(ids) => {
                let changed = these(&mut backend.db.read().await?, &ids).await?;
                Arc::new(from.with(end, &ids, changed))
            }
            None => Arc::new(read_all(backend).await?),
        };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        Ok(next)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// All open cases.
async fn read_all(backend: &Backend) -> Result<Snapshot> {
    let (Since { end, .. }, now) = (backend.db.changes().since(None), backend.world.now());
    let db = backend.db.clone();
    // A tenth of a second for thousands of cases: off the async threads.
    let reading = tokio::task::spawn_blocking(move || {
        Handle::current().block_on(async {
            let mut snapshot = Snapshot { seen: Some(end), read_at: Some(now), ..Snapshot::default() };
            let mut draft = Draft::default();
            let mut conn = db.read().await?;
            for_each!(conn, Row, open_cases!(" ORDER BY a.submitted_at, a.id"), |row| snapshot.put(row, &mut draft))?;
            snapshot.add(draft);
            snapshot.cases.shrink_to_fit();
            Ok(snapshot)
        })
    });
    reading.await.map_err(Error::internal)?
}

/// Those of these applications that are open.
async fn these(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Row>> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => {
            open_cases!(" AND a.id IN (SELECT unhex(value, '-') FROM json_each($1)) ORDER BY a.submitted_at, a.id")
        }
        Dialect::Postgres => {
            open_cases!(
                " AND a.id = ANY (ARRAY (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb) AS t (value)))
                 ORDER BY a.submitted_at, a.id"
            )
        }
    };
    Ok(fetch_all!(conn, Row, sql, serde_json::to_string(ids)?)?)
}

impl Snapshot {
    /// The same, with these applications as they are now; those that are not among `changed` are open no more.
    fn with(&self, seen: u64, ids: &[Uuid], changed: Vec<Row>) -> Self {
        let mut next = Self {
            seen: Some(seen),
            read_at: self.read_at,
            cases: Vec::with_capacity(self.cases.len() + changed.len()),
            pieces: self.pieces.clone(),
            institutions: self.institutions.clone(),
        };
        next.cases.extend(self.cases.iter().filter(|case| ids.binary_search(&case.id).is_err()));
        let mut draft = Draft::default();
        changed.into_iter().for_each(|row| next.put(row, &mut draft));
        next.add(draft);
        next
    }

    /// Puts a row where it belongs among the cases, and the rest of it into the draft of the next piece.
    fn put(&mut self, row: Row, draft: &mut Draft) {
        let known = self.institutions.iter().position(|known| known.id == row.institution_id).map(index);
        let case = Case {
            submitted_at: row.submitted_at,
            id: row.id,
            lease_ends_at: row.lease_holder.and(row.lease_ends_at).unwrap_or(i64::MIN),
            status: row.status,
            role: row.role,
            linked: row.linked,
            assigned: row.assigned_to.is_some(),
            institution: known.unwrap_or_else(|| self.add_institution(&row)),
            details: (index(self.pieces.len()), index(draft.piece.details.len())),
        };
        self.cases.insert(self.cases.partition_point(|other| other.place() < case.place()), case);
        draft.add(row);
    }

    fn add(&mut self, draft: Draft) {
        self.pieces.push(Arc::new(draft.finish()));
    }

    /// Puts the institution of a row to the others; gives its place.
    fn add_institution(&mut self, row: &Row) -> u32 {
        let name = row.institution_id.map_or(Role::Penyedia.info().name, |_| row.institution.as_str());
        self.institutions.push(Institution { id: row.institution_id, name: name.into() });
        index(self.institutions.len() - 1)
    }

    fn is_older(&self, age: Duration, now: Timestamp) -> bool {
        self.read_at.is_none_or(|read_at| now.since(read_at) >= age)
    }

    /// The rest of a case, and the piece that has its texts.
    fn details(&self, case: &Case) -> (&Details, &Piece) {
        let (piece, place) = case.details;
        let piece = &self.pieces[piece as usize];
        (&piece.details[place as usize], piece)
    }

    fn institution(&self, case: &Case) -> &Institution {
        &self.institutions[case.institution as usize]
    }
}

/// A place in a list; four thousand million open cases do not fit into memory.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Draft {
    fn add(&mut self, row: Row) {
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
            let start = index(self.piece.texts.len());
            self.piece.texts.push_str(text);
            start..index(self.piece.texts.len())
        };
        let details = Details {
            version: row.version,
            reference: keep(&row.reference),
            name: keep(&row.name),
            work_unit: keep(&row.work_unit),
            label: row.institution_id.is_none().then(|| keep(&row.institution)),
            holder: row.lease_holder.map(|id| (id, keep(row.holder.as_deref().unwrap_or_default()))),
            assigned_to: row.assigned_to,
        };
        self.piece.details.push(details);
    }

    fn finish(self) -> Piece {
        let Self { mut piece, words } = self;
        piece.details.shrink_to_fit();
        piece.texts.shrink_to_fit();
        Piece { words: WordIndex::new(words.lines()), ..piece }
    }
}

impl Piece {
    fn text(&self, text: &Text) -> &str {
        &self.texts[text.start as usize..text.end as usize]
    }
}

impl Case {
    /// Where it stands in the queue.
    fn place(&self) -> Cursor {
        Cursor { submitted_at: self.submitted_at, id: self.id }
    }
}

/// Some of the parts of the queue.
#[derive(Clone, Copy)]
struct Parts(u8);

impl Parts {
    const COUNT: usize = 1 << Part::ALL.len();

    fn of(parts: &[Part]) -> Self {
        Self(parts.iter().fold(0, |all, part| all | (1 << *part as u8)))
    }

    fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u8) != 0
    }
}

/// Somebody's look at the queue.
struct Look<'a> {
    open: &'a Snapshot,
    user_id: Uuid,
    zone: Zone,
    now: Timestamp,
    holidays: &'a Holidays,
    /// From when on cases are not overdue, and from when on they are in time.
    due_from: i64,
    in_time_from: i64,
    /// Which of the institutions are looked at.
    covered: Vec<bool>,
}

impl<'a> Look<'a> {
    /// Of an actor, within their scope, and at one institution if it is named.
    fn new(
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

    fn age(&self, case: &Case) -> Age {
        if case.submitted_at >= self.in_time_from {
            Age::InTime
        } else if case.submitted_at >= self.due_from {
            Age::DueToday
        } else {
            Age::Overdue
        }
    }

    /// Who holds it, unless the lease is over.
    fn holder(&self, case: &Case) -> Option<(Uuid, &'a str)> {
        if case.status != Status::InReview || case.lease_ends_at <= self.now.micros() {
            return None;
        }
        let (details, piece) = self.open.details(case);
        details.holder.as_ref().map(|(id, name)| (*id, piece.text(name)))
    }

    /// Whether it is to go back to this verifier.
    fn for_me(&self, case: &Case) -> bool {
        case.assigned && case.status.is_waiting() && self.open.details(case).0.assigned_to == Some(self.user_id)
    }

    fn parts(&self, case: &Case) -> Parts {
        match self.holder(case) {
            _ if !case.status.is_waiting() => Parts::of(&[Part::Returned]),
            Some((holder, _)) if holder == self.user_id => Parts::of(&[Part::Waiting, Part::Mine]),
            Some(_) => Parts::of(&[Part::Waiting, Part::Held]),
            None if self.for_me(case) => Parts::of(&[Part::Waiting, Part::Free, Part::Mine]),
            None => Parts::of(&[Part::Waiting, Part::Free]),
        }
    }

    /// The case as this verifier sees it.
    fn waiting(&self, case: &Case) -> Waiting {
        let ((details, piece), holder) = (self.open.details(case), self.holder(case));
        let text = |text: &Text| piece.text(text).to_owned();
        let submitted_at = Timestamp::from_micros(case.submitted_at);
        Waiting {
            id: case.id,
            version: details.version,
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

    fn kind(&self, case: &Case) -> Kind {
        Kind { parts: self.parts(case), age: self.age(case), role: case.role, linked: case.linked }
    }

    /// Which cases have these words.
    fn finds(&self, words: &str) -> impl Fn(&Case) -> bool + use<> {
        let sought = SearchQuery::parse(words);
        // By piece and place in it, unless everything is.
        let found: Option<Vec<Vec<bool>>> =
            (!sought.is_empty()).then(|| self.open.pieces.iter().map(|piece| piece.words.find(&sought)).collect());
        move |case| {
            let (piece, place) = case.details;
            found.as_ref().is_none_or(|found| found[piece as usize][place as usize])
        }
    }

    fn covers(&self, case: &Case) -> bool {
        self.covered[case.institution as usize]
    }

    fn page(&self, filter: &QueueFilter, after: Option<Cursor>) -> Queue {
        let is_found = self.finds(&filter.words);
        // Of each kind, as many as are in scope and found.
        let mut kinds = vec![0; Kind::COUNT];
        // The page, and one case more if there is a next one.
        let mut rows: Vec<&Case> = Vec::with_capacity(PAGE + 1);
        for case in &self.open.cases {
            if !is_found(case) || !self.covers(case) {
                continue;
            }
            let kind = self.kind(case);
            kinds[kind.number()] += 1;
            if rows.len() <= PAGE && kind.fits(filter).misses() == 0 && after.is_none_or(|after| case.place() > after) {
                rows.push(case);
            }
        }
        let mut found = Found::default();
        for kind in Kind::all() {
            match kinds[kind.number()] {
                0 => {}
                cases => found.count(kind, kind.fits(filter), cases),
            }
        }
        let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].place());
        Queue {
            rows: rows.iter().take(PAGE).map(|case| self.waiting(case)).collect(),
            next,
            total: found.total,
            counts: Counts {
                parts: Part::ALL.map(|part| (part, found.parts[part as usize])).into(),
                ages: Age::ALL.map(|age| (age, found.ages[age as usize])).into(),
                roles: Role::ALL.iter().map(|role| (*role, found.roles[*role as usize])).collect(),
                linked: found.linked,
                fresh: found.fresh,
            },
        }
    }

    fn institutions(&self, filter: &QueueFilter) -> Vec<(Uuid, String, u32)> {
        let is_found = self.finds(&filter.words);
        let mut counts = vec![0; self.open.institutions.len()];
        for case in &self.open.cases {
            if self.covers(case) && is_found(case) && self.kind(case).fits(filter).misses() == 0 {
                counts[case.institution as usize] += 1;
            }
        }
        let counted = self.open.institutions.iter().zip(&self.covered).zip(counts);
        let offered = counted.filter_map(|((known, covered), count)| {
            let id = known.id.filter(|id| *covered && (count > 0 || filter.institution == Some(*id)))?; // suppliers have none
            Some((id, known.name.to_string(), count))
        });
        let mut offered: Vec<_> = offered.collect();
        offered.sort_unstable_by(|(a_id, a, _), (b_id, b, _)| (a, a_id).cmp(&(b, b_id)));
        offered
    }
}

/// What a case is filtered by, besides its institution and its words. There are few kinds, so that of thousands of cases
/// only each kind need be held against a filter.
#[derive(Clone, Copy)]
struct Kind {
    parts: Parts,
    age: Age,
    role: Role,
    linked: bool,
}

impl Kind {
    const COUNT: usize = Parts::COUNT * Age::ALL.len() * Role::ALL.len() * 2;

    /// All of them, and combinations of parts that no case has.
    fn all() -> impl Iterator<Item = Self> {
        let parts = (0..Parts::COUNT).filter_map(|bits| u8::try_from(bits).ok()).map(Parts);
        let with_ages = parts.flat_map(|parts| Age::ALL.map(|age| (parts, age)));
        let with_roles = with_ages.flat_map(|(parts, age)| Role::ALL.iter().map(move |role| (parts, age, *role)));
        with_roles.flat_map(|(parts, age, role)| [true, false].map(|linked| Self { parts, age, role, linked }))
    }

    /// Its number, below [`Self::COUNT`].
    fn number(self) -> usize {
        let Self { parts, age, role, linked } = self;
        ((usize::from(parts.0) * Age::ALL.len() + age as usize) * Role::ALL.len() + role as usize) * 2
            + usize::from(linked)
    }

    fn fits(self, filter: &QueueFilter) -> Fits {
        Fits {
            part: self.parts.has(filter.part),
            age: filter.age.is_none_or(|wanted| wanted == self.age),
            role: filter.role.is_none_or(|wanted| wanted == self.role),
            linked: filter.linked.is_none_or(|wanted| wanted == self.linked),
        }
    }
}

/// Which of the filters that are counted a case passes.
#[derive(Clone, Copy)]
struct Fits {
    part: bool,
    age: bool,
    role: bool,
    linked: bool,
}

impl Fits {
    fn misses(self) -> usize {
        [self.part, self.age, self.role, self.linked].into_iter().filter(|fits| !fits).count()
    }
}

/// How many cases one look finds.
#[derive(Default)]
struct Found {
    total: u32,
    parts: [u32; Part::ALL.len()],
    ages: [u32; Age::ALL.len()],
    roles: [u32; Role::ALL.len()],
    linked: u32,
    fresh: u32,
}

impl Found {
    /// Counts cases that pass all filters but one at most: for that one's choices, or for those of every filter.
    fn count(&mut self, kind: Kind, fits: Fits, cases: u32) {
        if fits.misses() > 1 {
            return;
        }
        let all = fits.misses() == 0;
        let add = |count: &mut u32, counts: bool| *count += if counts { cases } else { 0 };
        add(&mut self.total, all);
        for part in Part::ALL.into_iter().filter(|part| kind.parts.has(*part)) {
            add(&mut self.parts[part as usize], all || !fits.part);
        }
        add(&mut self.ages[kind.age as usize], all || !fits.age);
        add(&mut self.roles[kind.role as usize], all || !fits.role);
        add(if kind.linked { &mut self.linked } else { &mut self.fresh }, all || !fits.linked);
    }
}

/// A page of the open cases in scope that pass a filter, oldest first, from after `after` on.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn queue(backend: &Backend, actor: &Actor, filter: &QueueFilter, after: Option<Cursor>) -> Result<Queue> {
    actor.require(Permission::Verify)?;
    let open = backend.open_cases.fresh(backend, MOST_AGE).await?;
    let holidays = backend.master_data.holidays();
    let look = Look::new(&open, actor, backend.world.now(), &holidays, filter.institution);
    Ok(look.page(filter, after))
}

/// The institutions in scope that have cases which pass the other filters, by name, each with how many; and the one that
/// is chosen.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn institutions(backend: &Backend, actor: &Actor, filter: &QueueFilter) -> Result<Vec<(Uuid, String, u32)>> {
    actor.require(Permission::Verify)?;
    let open = backend.open_cases.fresh(backend, MOST_AGE).await?;
    let holidays = backend.master_data.holidays();
    Ok(Look::new(&open, actor, backend.world.now(), &holidays, None).institutions(filter))
}

/// How many cases wait, by age, in scope and, if one is named, at an institution.
pub(super) async fn ages(backend: &Backend, actor: &Actor, institution: Option<Uuid>) -> Result<Vec<(Age, u32)>> {
    let open = backend.open_cases.fresh(backend, MOST_AGE).await?;
    let holidays = backend.master_data.holidays();
    let look = Look::new(&open, actor, backend.world.now(), &holidays, institution);
    Ok(look.page(&QueueFilter::default(), None).counts.ages)
}

/// Reads all open cases into memory, so that whoever asks for the queue need not wait for it; at the start, and when
/// they were read some minutes ago.
///
/// # Errors
/// If the database does not answer.
pub async fn read_open_cases(backend: &Backend) -> Result<()> {
    backend.open_cases.fresh(backend, GOOD_AGE).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::staff::StaffRole;
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

    /// A case with this number, made of any `seed`.
    fn row(number: u8, seed: u32) -> Row {
        let pick = |at: u32, of: u32| (seed >> at) % of;
        let status = [Status::Submitted, Status::InReview, Status::Returned][pick(0, 3) as usize];
        let person = |n: u32| Uuid::from_u128(u128::from(n));
        let role = Role::ALL[pick(3, 3) as usize];
        Row {
            id: person(u32::from(number)),
            version: i64::from(seed),
            status,
            reference: format!("GB-26-{number:06}-1"),
            name: ["Siti", "Budi"][pick(2, 2) as usize].into(),
            employee_number: None,
            role,
            institution_id: (role != Role::Penyedia).then(|| person(10 + pick(4, 3))),
            institution: format!("Instansi {}", pick(4, 3)),
            work_unit: "Sekretariat".into(),
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
        Look::new(open, &verifier(), NOW, &holidays, filter.institution).page(filter, after)
    }

    fn all_pages(open: &Snapshot, filter: &QueueFilter) -> Vec<(Uuid, i64)> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let queue = page(open, filter, after);
            found.extend(queue.rows.iter().map(|row| (row.id, row.version)));
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
        fn each_choice_is_counted_as_it_would_be_shown(seeds in seeds(), filter in filters()) {
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
        fn changes_one_by_one_are_as_reading_everything(
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

    #[test]
    fn a_cursor_survives_its_address() {
        let cursor = Cursor { submitted_at: NOW.micros(), id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert!("1.x".parse::<Cursor>().is_err() && "".parse::<Cursor>().is_err());
    }
}
