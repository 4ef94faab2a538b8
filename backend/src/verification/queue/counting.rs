//! Counting cases for the filters of the queue.
//!
//! There are few kinds of cases, so a page counts each kind once and compares only kinds with the filter.

use domain::{
    role::Role,
    verification::{Age, Counts, Part, QueueFilter},
};

/// A set of parts of the queue, one bit each.
#[derive(Clone, Copy)]
pub(super) struct Parts(u8);

impl Parts {
    const COUNT: usize = 1 << Part::ALL.len();

    pub(super) fn of(parts: &[Part]) -> Self {
        Self(parts.iter().fold(0, |all, part| all | (1 << *part as u8)))
    }

    fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u8) != 0
    }
}

/// The filtered properties of a case, besides its institution and its words.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) parts: Parts,
    pub(super) age: Age,
    pub(super) role: Role,
    pub(super) linked: bool,
}

impl Kind {
    const COUNT: usize = Parts::COUNT * Age::ALL.len() * Role::ALL.len() * 2;

    /// All kinds, with combinations of parts that no case has.
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

    /// True if it passes the filter.
    pub(super) fn passes(self, filter: &QueueFilter) -> bool {
        self.fits(filter).misses() == 0
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

/// Which filters a kind passes.
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

/// Number of cases of each kind.
pub(super) struct KindCounts(Vec<u32>);

impl KindCounts {
    pub(super) fn new() -> Self {
        Self(vec![0; Kind::COUNT])
    }

    pub(super) fn add(&mut self, kind: Kind) {
        self.0[kind.number()] += 1;
    }

    /// The number of cases that pass the filter, and the counts of its choices.
    pub(super) fn counts(&self, filter: &QueueFilter) -> (u32, Counts) {
        let mut tally = Tally::default();
        for kind in Kind::all() {
            match self.0[kind.number()] {
                0 => {}
                cases => tally.count(kind, kind.fits(filter), cases),
            }
        }
        let counts = Counts {
            parts: Part::ALL.map(|part| (part, tally.parts[part as usize])).into(),
            ages: Age::ALL.map(|age| (age, tally.ages[age as usize])).into(),
            roles: Role::ALL.iter().map(|role| (*role, tally.roles[*role as usize])).collect(),
            linked: tally.linked,
            fresh: tally.fresh,
        };
        (tally.total, counts)
    }
}

#[derive(Default)]
struct Tally {
    total: u32,
    parts: [u32; Part::ALL.len()],
    ages: [u32; Age::ALL.len()],
    roles: [u32; Role::ALL.len()],
    linked: u32,
    fresh: u32,
}

impl Tally {
    /// Counts cases that miss at most one filter: for the choices of the missed one, or for those of every filter.
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
