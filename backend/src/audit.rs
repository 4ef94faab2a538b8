//! The trail of what was done: appended in the transaction of its cause, never changed, each event chained to the one
//! before it by a hash.

use std::net::IpAddr;

use domain::time::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{Conn, Dialect, Tx, execute, fetch_all, fetch_one, fetch_optional},
    error::Result,
    secrets::sha256,
};

/// Gives the enum of actions its stored texts, both ways.
macro_rules! actions {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal),+ $(,)?) => {
        /// Something that leaves a trail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])+ $variant),+
        }

        impl Action {
            /// The text that stands for it in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The action that a stored text stands for.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

actions! {
    /// An account was made by confirming its address.
    AccountConfirmed = "account_confirmed",
    /// Somebody signed in.
    SignedIn = "signed_in",
    /// Somebody signed out.
    SignedOut = "signed_out",
    /// A forgotten password was set anew.
    PasswordReset = "password_reset",
    /// A password was changed by its owner.
    PasswordChanged = "password_changed",
    /// Name, number, telephone or zone of a profile was changed.
    ProfileChanged = "profile_changed",
    /// A session was ended from the list of sessions.
    SessionEnded = "session_ended",
    /// An application was begun.
    DraftStarted = "draft_started",
    /// A SiRUP account was put to a draft.
    SirupLinked = "sirup_linked",
    /// A draft goes on without SiRUP.
    NewAccessConfirmed = "new_access_confirmed",
    /// A letter was taken.
    LetterTaken = "letter_taken",
    /// A letter was taken off.
    LetterRemoved = "letter_removed",
    /// An application was sent, for the first time or again.
    ApplicationSubmitted = "application_submitted",
    /// An application was taken back, or a draft discarded.
    ApplicationWithdrawn = "application_withdrawn",
    /// The desk looked at a case. Detail: what was looked at.
    CaseViewed = "case_viewed",
    /// A verifier took a case.
    CaseClaimed = "case_claimed",
    /// A verifier gave a case back.
    CaseReleased = "case_released",
    /// A lease ended by itself.
    LeaseEnded = "lease_ended",
    /// A supervisor took a case from its holder. Detail: the reason.
    CaseTakenOver = "case_taken_over",
    /// An application was approved.
    ApplicationApproved = "application_approved",
    /// An application was refused. Detail: the reason.
    ApplicationRejected = "application_rejected",
    /// An application was sent back for repair. Detail: the marks.
    ApplicationReturned = "application_returned",
    /// A verdict was taken back within its seconds (**Urungkan**).
    VerdictUndone = "verdict_undone",
    /// A supervisor reopened a decided case. Detail: the reason.
    CaseReopened = "case_reopened",
    /// An access was taken away.
    AccessRevoked = "access_revoked",
    /// The holder of an access was reminded of its end. Detail: the days left.
    AccessReminded = "access_reminded",
    /// Somebody asked the help desk.
    HelpRequested = "help_requested",
    /// Somebody was invited to the staff.
    StaffInvited = "staff_invited",
    /// Role or scope of a member of the staff was set.
    StaffRoleChanged = "staff_role_changed",
    /// An account was disabled; its sessions ended.
    AccountDisabled = "account_disabled",
    /// An account was enabled again.
    AccountEnabled = "account_enabled",
    /// Reasons, check lists or holidays were changed.
    SettingsChanged = "settings_changed",
    /// A parked mail was sent again.
    MailResent = "mail_resent",
    /// A platform was added. Detail: its name in addresses.
    PlatformCreated = "platform_created",
    /// A platform was set anew, closed or opened, or its secrets were changed. Detail: what.
    PlatformChanged = "platform_changed",
    /// A version of a platform's terms was published.
    TermsPublished = "terms_published",
    /// A person accepted a version of terms. Detail: the access.
    TermsAccepted = "terms_accepted",
    /// An administrator took the acceptances of a platform as a file.
    AcceptancesExported = "acceptances_exported",
    /// A person chose the access for a platform.
    PlatformChosen = "platform_chosen",
    /// A person was let in at a platform. Detail: the access, and the session there.
    PlatformEntered = "platform_entered",
    /// What a person had at platforms ended by itself, or because a code or token was misused or given back. Detail: why,
    /// and how many there were.
    EntryEnded = "entry_ended",
    /// A key that signs for platforms was made. Detail: its name.
    KeyMade = "key_made",
}

/// Who did it: the person and the address of their device, where known.
#[derive(Clone, Debug)]
pub struct Who {
    user_id: Option<Uuid>,
    address: Option<String>,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Self { user_id: Some(actor.user_id), address: Some(actor.address.to_string()) }
    }
}

impl Who {
    /// A person who is not signed in (yet).
    pub fn at(user_id: Option<Uuid>, address: IpAddr) -> Self {
        Self { user_id, address: Some(address.to_string()) }
    }

    /// Nobody who is signed in: the product itself, by time, or the operator, on the command line of the machine.
    pub const fn nobody() -> Self {
        Self { user_id: None, address: None }
    }
}

/// An event that waits for the end of its transaction.
pub(crate) struct Event {
    id: Uuid,
    at: Timestamp,
    who: Who,
    action: Action,
    subject: Option<Uuid>,
    detail: String,
}

impl Backend {
    /// Appends to the trail, when `tx` is committed. `subject` is the row it is about; `detail` is JSON without secrets.
    ///
    /// # Errors
    /// If `detail` is no JSON.
    pub(crate) fn record(
        &self,
        tx: &mut Tx,
        who: impl Into<Who>,
        action: Action,
        subject: Option<Uuid>,
        detail: impl Serialize,
    ) -> Result<()> {
        let (id, at, who, detail) = (self.world.id(), self.world.now(), who.into(), serde_json::to_string(&detail)?);
        tx.trail(Event { id, at, who, action, subject, detail });
        Ok(())
    }
}

/// What the hash of an event is taken over, after the hash before it; in this order, as JSON.
#[derive(Serialize)]
struct Link<'a> {
    seq: i64,
    id: Uuid,
    at: i64,
    actor_id: Option<Uuid>,
    address: Option<&'a str>,
    action: &'a str,
    subject_id: Option<Uuid>,
    detail: &'a str,
}

impl Link<'_> {
    fn hash(&self, before: &[u8]) -> Result<Vec<u8>> {
        let mut bytes = before.to_vec();
        serde_json::to_writer(&mut bytes, self)?;
        Ok(sha256(&bytes))
    }
}

/// Writes events at the end of the chain. The last thing that a transaction does before its commit: the chain's head is
/// locked from here on, and nobody who holds it waits for another lock.
pub(crate) async fn append(conn: &mut Conn, events: Vec<Event>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let head = match conn.dialect() {
        Dialect::Sqlite => "SELECT seq, hash FROM audit_chain WHERE id = 1",
        Dialect::Postgres => "SELECT seq, hash FROM audit_chain WHERE id = 1 FOR UPDATE",
    };
    let (mut seq, mut hash): (i64, Vec<u8>) = fetch_one!(conn, (i64, Vec<u8>), head)?;
    for event in events {
        seq += 1;
        let link = Link {
            seq,
            id: event.id,
            at: event.at.micros(),
            actor_id: event.who.user_id,
            address: event.who.address.as_deref(),
            action: event.action.as_str(),
            subject_id: event.subject,
            detail: &event.detail,
        };
        hash = link.hash(&hash)?;
        execute!(
            conn,
            "INSERT INTO audit_events (id, at, actor_id, address, action, subject_id, detail, seq, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            link.id,
            link.at,
            link.actor_id,
            link.address,
            link.action,
            link.subject_id,
            link.detail,
            seq,
            &hash
        )?;
    }
    execute!(conn, "UPDATE audit_chain SET seq = $1, hash = $2 WHERE id = 1", seq, &hash)?;
    Ok(())
}

/// What a look through the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link holds, and no event is beside the chain; the number of events.
    Whole(i64),
    /// Something does not hold.
    Broken(Broken),
}

/// The first link of the chain that does not hold or, if all do, the oldest event beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number; 0 of an event that has none.
    pub seq: i64,
    /// What is wrong with it.
    pub fault: Fault,
    /// When and what it was, as stored; of one that is gone, the one before it. `None` if there is none.
    pub event: Option<(Timestamp, String)>,
}

/// What is wrong with a link, or with an event that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is gone.
    Gone,
    /// It does not say what was hashed.
    Changed,
    /// It is the last, and not the one that the head of the chain names.
    OtherHead,
    /// It has a number that is none of the chain's.
    Beside,
    /// It has no number, though the chain had begun.
    Unnumbered,
}

/// Looks through the whole chain, oldest first, in pieces of a thousand, and then for events beside it. Events from before
/// the chain have neither number nor hash: of those that are dated before its first event, nothing can be told.
///
/// # Errors
/// If the database does not answer.
pub async fn verify(backend: &Backend) -> Result<Verified> {
    #[derive(sqlx::FromRow)]
    struct Row {
        seq: i64,
        hash: Option<Vec<u8>>,
        id: Uuid,
        at: i64,
        actor_id: Option<Uuid>,
        address: Option<String>,
        action: String,
        subject_id: Option<Uuid>,
        detail: String,
    }
    let mut conn = backend.db.read().await?;
    // The end first: what is appended meanwhile is left for the next look.
    let (end, end_hash): (i64, Vec<u8>) =
        fetch_one!(conn, (i64, Vec<u8>), "SELECT seq, hash FROM audit_chain WHERE id = 1")?;
    let (mut seq, mut hash, mut last) = (0i64, vec![0; 32], None);
    let broken = |seq, fault, event| Ok(Verified::Broken(Broken { seq, fault, event }));
    while seq < end {
        let rows: Vec<Row> = fetch_all!(
            conn,
            Row,
            "SELECT seq, hash, id, at, actor_id, address, action, subject_id, detail FROM audit_events
             WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT 1000",
            seq,
            end
        )?;
        if rows.is_empty() {
            return broken(seq + 1, Fault::Gone, last);
        }
        for row in rows {
            let link = Link {
                seq: seq + 1,
                id: row.id,
                at: row.at,
                actor_id: row.actor_id,
                address: row.address.as_deref(),
                action: &row.action,
                subject_id: row.subject_id,
                detail: &row.detail,
            };
            if row.seq != link.seq {
                return broken(seq + 1, Fault::Gone, last);
            }
            let expected = link.hash(&hash)?;
            last = Some((Timestamp::from_micros(row.at), row.action));
            if row.hash.as_ref() != Some(&expected) {
                return broken(row.seq, Fault::Changed, last);
            }
            (seq, hash) = (row.seq, expected);
        }
    }
    if hash != end_hash {
        return broken(end, Fault::OtherHead, last);
    }
    // One statement sees the head with just the events that were appended with it.
    let beside: Option<(Option<i64>, i64, String)> = fetch_optional!(
        conn,
        (Option<i64>, i64, String),
        "SELECT seq, at, action FROM audit_events
         WHERE seq <= 0 OR seq > (SELECT seq FROM audit_chain WHERE id = 1)
            OR (seq IS NULL AND (hash IS NOT NULL OR at > (SELECT at FROM audit_events WHERE seq = 1)))
         ORDER BY at, id LIMIT 1"
    )?;
    match beside {
        None => Ok(Verified::Whole(end)),
        Some((seq, at, action)) => {
            let fault = if seq.is_some() { Fault::Beside } else { Fault::Unnumbered };
            broken(seq.unwrap_or(0), fault, Some((Timestamp::from_micros(at), action)))
        }
    }
}
