//! The daily work of a verifier, in process: claim a case, view the queue, search, open the case, decide.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use backend::{
    Actor, Backend,
    actor::Scope,
    staff,
    verification::{self, CaseFile, VerdictForm},
};
use domain::{
    issues::Field,
    permission::StaffRole,
    role::Role,
    status::Verdict,
    time::Zone,
    verification::{Age, Part, QueueFilter},
};
use uuid::Uuid;

use super::fill;
use crate::{data::Dice, people, stage::Failure};

/// The measured steps, in the order of the table.
pub const STEPS: &[&str] = &[
    "queue page",
    "search in the queue",
    "search in the history",
    "claim",
    "claim where nothing is free",
    "case page",
    "verdict",
];

/// Search texts for queue and history: names, work units, numbers, typing errors.
const TYPED: &[&str] = &[
    "siti",
    "budi santoso",
    "nur rahmawati",
    "dinkes",
    "kab. dinas",
    "sekretariat jenderal",
    "1978",
    "GB-26-0099",
    "gb26",
    "puskesmas rejo",
    "kantor urusan agama kec",
    "wahyu utami situmorang",
    "xyzzy",
    "d",
    "ma",
    "kota pengadilan",
];

/// The times of each step in seconds.
#[derive(Default)]
pub struct Times(HashMap<&'static str, Vec<f64>>);

impl Times {
    pub fn of(&mut self, step: &str) -> &mut [f64] {
        self.0.get_mut(step).map(Vec::as_mut_slice).unwrap_or_default()
    }

    async fn take<T>(
        &mut self,
        step: &'static str,
        work: impl Future<Output = backend::Result<T>>,
    ) -> Result<T, Failure> {
        let began = std::time::Instant::now();
        let outcome = work.await?;
        self.0.entry(step).or_default().push(began.elapsed().as_secs_f64());
        Ok(outcome)
    }
}

/// Rounds of work, each by the next verifier.
pub struct Rounds<'a> {
    backend: &'a Backend,
    /// A verifier of one institution where no case is left to claim.
    bound: Actor,
    dice: Dice,
    /// The number of the next round.
    next: u64,
    pub times: Times,
}

impl<'a> Rounds<'a> {
    pub async fn new(backend: &'a Backend) -> Result<Self, Failure> {
        // Read all cases now, so that the first step does not include it.
        verification::read_open_cases(backend).await?;
        let offered = verification::institutions(backend, &actor(0), &QueueFilter::default()).await?;
        let (institution, ..) = offered.first().ok_or("no case is open")?;
        let (admin, email) = (people::sign_in(backend, "admin@contoh.go.id").await?.actor, "verifikator2@contoh.go.id");
        let user_id = people::sign_in(backend, email).await?.actor.user_id;
        staff::set_role(backend, &admin, user_id, Some(StaffRole::Verifier), &[*institution]).await?;
        let bound = people::sign_in(backend, email).await?.actor;
        while verification::claim_next(backend, &bound).await?.is_some() {}
        Ok(Self { backend, bound, dice: Dice::new(7), next: 0, times: Times::default() })
    }

    /// Runs one uncounted round to warm up, then `rounds` more.
    pub async fn go_on(&mut self, rounds: u64) -> Result<(), Failure> {
        let counted = std::mem::take(&mut self.times);
        self.round().await?;
        self.times = counted;
        for _ in 0..rounds {
            self.round().await?;
        }
        Ok(())
    }

    async fn round(&mut self) -> Result<(), Failure> {
        let Self { backend, bound, dice, next, times } = self;
        let round = *next;
        *next += 1;
        let actor = actor(round);
        let claimed = times.take("claim", verification::claim_next(backend, &actor)).await?;
        let id = claimed.ok_or("nothing is free")?;
        times.take("claim where nothing is free", verification::claim_next(backend, bound)).await?;
        times.take("queue page", verification::queue(backend, &actor, &filter(dice), None)).await?;
        let typed = *dice.pick(TYPED);
        let words = QueueFilter { words: typed.to_owned(), ..QueueFilter::default() };
        times.take("search in the queue", verification::queue(backend, &actor, &words, None)).await?;
        let mine = round % 4 == 0;
        times.take("search in the history", verification::history(backend, &actor, typed, mine, None)).await?;
        let case = times.take("case page", verification::case_file(backend, &actor, id)).await?;
        let form = verdict(round, &case);
        times.take("verdict", verification::decide(backend, &actor, id, &form)).await.map(drop)
    }
}

/// The verifier of a round.
pub fn actor(nth: u64) -> Actor {
    Actor {
        user_id: fill::verifier(nth),
        session_id: Uuid::nil(),
        name: "Verifikator".to_owned(),
        email: "verifikator@contoh.go.id".to_owned(),
        zone: Zone::Wib,
        staff_role: Some(StaffRole::Verifier),
        scope: Scope::National,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

fn filter(dice: &mut Dice) -> QueueFilter {
    let mut filter = QueueFilter::default();
    match dice.roll(6) {
        0 => filter.part = Part::Free,
        1 => filter.part = Part::Mine,
        2 => filter.age = Some(Age::Overdue),
        3 => filter.role = Some(Role::Pa),
        4 => filter.linked = Some(false),
        _ => {}
    }
    filter
}

/// Approves two of three cases; returns or rejects the others.
fn verdict(round: u64, case: &CaseFile) -> VerdictForm {
    let note = "Tanggal berakhir pada surat tidak sama dengan isian.".to_owned();
    let form = VerdictForm {
        version: case.version,
        verdict: Verdict::Approve,
        reason: None,
        text: String::new(),
        marks: Vec::new(),
        checks: case.checks.iter().map(|item| item.id).collect(),
    };
    match round % 6 {
        0 => VerdictForm { verdict: Verdict::Return, marks: vec![(Field::LastDay, note)], ..form },
        1 => {
            let reason = case.reasons.first().map(|reason| reason.id);
            VerdictForm { verdict: Verdict::Reject, reason, text: note, ..form }
        }
        _ => form,
    }
}

/// Runs several verifiers concurrently; returns the times of all.
pub async fn at_once(backend: &Arc<Backend>, verifiers: u64, rounds: u64) -> Result<Times, Failure> {
    let mut all = Times::default();
    // A server reads them at its start.
    verification::read_open_cases(backend).await?;
    let work = (0..verifiers).map(|nth| {
        let backend = backend.clone();
        tokio::spawn(async move {
            let (actor, mut times) = (actor(nth), Times::default());
            for round in 0..rounds {
                let claimed = times.take("claim", verification::claim_next(&backend, &actor)).await?;
                let id = claimed.ok_or("nothing is free")?;
                times.take("queue page", verification::queue(&backend, &actor, &QueueFilter::default(), None)).await?;
                let case = verification::case_file(&backend, &actor, id).await?;
                times.take("verdict", verification::decide(&backend, &actor, id, &verdict(round, &case))).await?;
            }
            Ok::<_, Failure>(times)
        })
    });
    for done in work.collect::<Vec<_>>() {
        for (step, times) in done.await??.0 {
            all.0.entry(step).or_default().extend(times);
        }
    }
    Ok(all)
}
