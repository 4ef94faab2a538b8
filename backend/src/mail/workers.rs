//! Sends what is due until the server stops: which mails, and how many at a time.
//!
//! A place is held by a conversation for as long as it is quick. A slow one goes on without a place, so that nobody waits
//! for another domain, and its domain begins few others meanwhile.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::{
    task::{AbortHandle, Id, JoinError, JoinSet},
    time::{Instant, timeout},
};
use uuid::Uuid;

use super::{
    delivery::{self, Attempt, Mailbox},
    failure::Progress,
    queue::{self, DueMail, Next},
};
use crate::{Backend, error::Result, panics::caught};

/// Quick conversations at a time.
const PLACES: usize = 16;
/// Quick conversations about one domain at a time.
const PLACES_OF_A_DOMAIN: usize = 6;
/// Conversations at a time, with the slow ones.
const MOST: usize = 64;
/// From so many slow conversations on, a domain begins no other.
const MOST_SLOW_OF_A_DOMAIN: usize = 2;
/// How often the outbox is looked at. A new mail of this process is seen at once.
const POLL: Duration = Duration::from_secs(2);
/// What a stop waits for conversations whose content is not being sent yet.
const STOP_WAITS: Duration = Duration::from_secs(5);
/// What a stop waits for the answers to contents that are being sent.
const STOP_WAITS_AT_MOST: Duration = Duration::from_secs(55);

/// Sends mails until `stop` completes; then finishes what is under way, within a minute.
pub async fn run(backend: Arc<Backend>, mailbox: Mailbox, stop: impl Future<Output = ()>) {
    let mut post = Post::new(backend, mailbox);
    tokio::pin!(stop);
    loop {
        let turn = caught("the workers of the outbox", post.turn()).await.flatten();
        let failed = turn.is_err();
        if let Err(error) = turn {
            tracing::error!(%error, "the outbox cannot be read or written");
        }
        let next = async { if failed { tokio::time::sleep(POLL).await } else { post.wait().await } };
        tokio::select! {
            biased;
            () = &mut stop => break,
            () = next => {}
        }
    }
    post.close().await;
}

/// The mails under way in this process.
struct Post {
    backend: Arc<Backend>,
    mailbox: Mailbox,
    tasks: JoinSet<Attempt>,
    under_way: HashMap<Id, UnderWay>,
    /// Attempts that are over and not noted yet.
    done: Vec<Attempt>,
    /// Domains whose last conversations were slow.
    slow: HashSet<String>,
}

struct UnderWay {
    mail: Uuid,
    attempts: i64,
    domain: String,
    since: Instant,
    progress: Arc<Progress>,
    task: AbortHandle,
}

impl Post {
    fn new(backend: Arc<Backend>, mailbox: Mailbox) -> Self {
        let (tasks, under_way) = (JoinSet::new(), HashMap::new());
        Self { backend, mailbox, tasks, under_way, done: Vec::new(), slow: HashSet::new() }
    }

    /// Notes what is done and begins what is due.
    async fn turn(&mut self) -> Result<()> {
        while let Some(over) = self.tasks.try_join_next_with_id() {
            self.take(over);
        }
        self.note().await?;
        let slow = self.under_way.values().filter(|one| self.is_slow(one) && !one.progress.is_at_server());
        let slow: Vec<String> = slow.map(|one| one.domain.clone()).collect();
        self.slow.extend(slow);
        let mut rooms = self.rooms();
        let claimed = queue::claim(&self.backend, self.places(), |mail, domain| rooms.take(mail, domain)).await?;
        for due in claimed {
            self.begin(due);
        }
        self.mailbox.transport.tidy();
        Ok(())
    }

    /// Notes what is done. What cannot be noted is kept and noted later: a mail that was sent must not be sent again.
    async fn note(&mut self) -> Result<()> {
        if !self.done.is_empty() {
            delivery::note(&self.backend, &self.mailbox, &self.done).await?;
            self.done.clear();
        }
        Ok(())
    }

    fn begin(&mut self, due: DueMail) {
        let (backend, mailbox, progress) = (self.backend.clone(), self.mailbox.clone(), Arc::<Progress>::default());
        let (mail, attempts, domain, shared) = (due.id, due.attempts, due.domain.clone(), progress.clone());
        let attempt = async move { delivery::attempt(&backend, &mailbox, due, &shared).await };
        let task = self.tasks.spawn(attempt);
        let since = Instant::now();
        self.under_way.insert(task.id(), UnderWay { mail, attempts, domain, since, progress, task });
    }

    fn take(&mut self, over: Result<(Id, Attempt), JoinError>) {
        let (id, attempt) = match over {
            Ok((id, attempt)) => (id, Some(attempt)),
            Err(error) => (error.id(), None),
        };
        if let Some(one) = self.under_way.remove(&id)
            && !self.is_slow(&one)
            && attempt.as_ref().is_some_and(|attempt| attempt.outcome.is_ok())
        {
            self.slow.remove(&one.domain);
        }
        self.done.extend(attempt);
    }

    fn is_slow(&self, one: &UnderWay) -> bool {
        one.since.elapsed() >= self.mailbox.transport.slow_after()
    }

    /// How many conversations may begin now. While the server itself is slow, one at a time tries it.
    fn places(&self) -> usize {
        let quick = self.under_way.values().filter(|one| !self.is_slow(one)).count();
        let server_is_slow = self.under_way.values().any(|one| self.is_slow(one) && one.progress.is_at_server());
        let places = if server_is_slow { 1 } else { PLACES };
        places.saturating_sub(quick).min(MOST.saturating_sub(self.under_way.len()))
    }

    fn rooms(&self) -> Rooms {
        let mut rooms = Rooms { slow: self.slow.clone(), ..Rooms::default() };
        for one in self.under_way.values() {
            rooms.mails.insert(one.mail);
            let (all, slow) = rooms.domains.entry(one.domain.clone()).or_default();
            *all += 1;
            *slow += usize::from(self.is_slow(one) && !one.progress.is_at_server());
        }
        rooms
    }

    /// Waits until something is done, written or due.
    async fn wait(&mut self) {
        let woken = timeout(POLL, self.backend.outbox_bell.notified());
        tokio::select! {
            Some(over) = self.tasks.join_next_with_id() => self.take(over),
            _ = woken => {}
        }
    }

    /// Finishes what is under way. What has not begun to send its content is given up soon and given back.
    async fn close(mut self) {
        let _ = timeout(STOP_WAITS, self.drain()).await;
        let mut back = Vec::new();
        for one in self.under_way.values().filter(|one| one.progress.abandon()) {
            one.task.abort();
            back.push((one.mail, one.attempts));
        }
        if timeout(STOP_WAITS_AT_MOST, self.drain()).await.is_err() {
            tracing::warn!(mails = self.under_way.len(), "mails were under way at the stop; they may be sent twice");
        }
        if let Err(error) = self.give_back(&back).await {
            tracing::error!(%error, "mails wait for the end of their leases");
        }
    }

    /// Waits for everything that is under way, and notes it.
    async fn drain(&mut self) {
        loop {
            while let Some(over) = self.tasks.try_join_next_with_id() {
                self.take(over);
            }
            match caught("the end of the workers", self.note()).await.flatten() {
                Ok(()) if self.tasks.is_empty() => return,
                Ok(()) => {
                    if let Some(over) = self.tasks.join_next_with_id().await {
                        self.take(over);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "sent mails cannot be noted");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    async fn give_back(&self, mails: &[(Uuid, i64)]) -> Result<()> {
        if mails.is_empty() {
            return Ok(());
        }
        let now = self.backend.world.now();
        let mut tx = self.backend.db.begin().await?;
        for (mail, attempts) in mails {
            queue::note(&mut tx, *mail, *attempts, now, &Next::Back { due: now }).await?;
        }
        tx.commit().await
    }
}

/// Who may begin: what is under way already, by mail and by domain.
#[derive(Default)]
struct Rooms {
    mails: HashSet<Uuid>,
    /// All conversations of a domain, and the slow ones of them.
    domains: HashMap<String, (usize, usize)>,
    slow: HashSet<String>,
}

impl Rooms {
    /// Takes a place for a mail. Returns false if it has one already, or its domain has enough.
    fn take(&mut self, mail: Uuid, domain: &str) -> bool {
        let known_slow = self.slow.contains(domain);
        let (all, slow) = self.domains.entry(domain.to_owned()).or_default();
        let most = match *slow {
            MOST_SLOW_OF_A_DOMAIN.. => 0,
            slow if slow > 0 || known_slow => slow + 1,
            _ => PLACES_OF_A_DOMAIN,
        };
        if *all >= most || !self.mails.insert(mail) {
            return false;
        }
        *all += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rooms: &mut Rooms, domain: &str) -> usize {
        (0..100).filter(|_| rooms.take(Uuid::from_u128(rand::random()), domain)).count()
    }

    #[test]
    fn one_domain_does_not_take_all_places() {
        let mut rooms = Rooms::default();
        assert_eq!(taken(&mut rooms, "kemenkes.go.id"), PLACES_OF_A_DOMAIN);
        assert_eq!(taken(&mut rooms, "jakarta.go.id"), PLACES_OF_A_DOMAIN);
    }

    #[test]
    fn slow_domain_begins_one_conversation_at_a_time_and_none_beside_two_slow_ones() {
        let domain = "lambat.go.id";
        let of = |all, slow| Rooms { domains: [(domain.to_owned(), (all, slow))].into(), ..Rooms::default() };
        assert_eq!(taken(&mut of(1, 1), domain), 1);
        assert_eq!(taken(&mut of(2, 1), domain), 0);
        assert_eq!(taken(&mut of(2, 2), domain), 0);
        let mut known = Rooms { slow: [domain.to_owned()].into(), ..Rooms::default() };
        assert_eq!(taken(&mut known, domain), 1);
    }

    #[test]
    fn mail_under_way_is_not_begun_again() {
        let mail = Uuid::from_u128(1);
        let mut rooms = Rooms { mails: [mail].into(), ..Rooms::default() };
        assert!(!rooms.take(mail, "kemenkes.go.id"));
    }
}
