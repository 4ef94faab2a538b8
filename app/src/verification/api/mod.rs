//! The desk of the verifiers: what its pages read, and the forms that it posts.

pub mod figures;

use domain::{
    applications::{company::Company, sirup::SirupAccount},
    calendar::Deadline,
    role::Role,
    status::{Status, Verdict},
    time::Timestamp,
    validity::Validity,
    verification::{Age, Mark, Part, finding::FindingKind},
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// Who holds a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderView {
    /// The verifier's name.
    pub name: String,
    /// Whether it is the one who looks.
    pub mine: bool,
    /// When the lease ends.
    pub until: Timestamp,
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingView {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The person's name.
    pub name: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution.
    pub institution: String,
    /// Name of the work unit.
    pub work_unit: String,
    /// Whether a SiRUP account is linked.
    pub linked: bool,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// Until when a decision is promised.
    pub deadline: Deadline,
    /// Who holds it.
    pub holder: Option<HolderView>,
    /// Repaired, and kept for the one who looks.
    pub for_me: bool,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Its rows, oldest first.
    pub rows: Vec<WaitingView>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u32,
    /// How many each part would show.
    pub parts: Vec<(Part, u32)>,
    /// How many each age would show.
    pub ages: Vec<(Age, u32)>,
    /// How many each role would show.
    pub roles: Vec<(Role, u32)>,
    /// How many are linked with SiRUP.
    pub linked: u32,
    /// How many are not.
    pub fresh: u32,
    /// The institutions that have cases which pass the other filters, with how many; none unless one is chosen or about to
    /// be.
    pub institutions: Vec<(Uuid, String, u32)>,
}

/// The queue, narrowed by the query of the page's address (without `?`), from where a page before it ended.
#[server(name = QueueFn, prefix = "/api", endpoint = "verifikasi/antrean", input = GetUrl)]
pub async fn queue(query: String, after: Option<String>) -> Result<QueueView, ApiError> {
    use backend::verification::{Cursor, institutions, queue};
    use domain::verification::QueueFilter;

    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&query).unwrap_or_default();
    let filter =
        QueueFilter::from_query(|key| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()));
    let after = after.as_deref().and_then(|after| after.parse::<Cursor>().ok());
    let found = queue(&caller.backend, actor, &filter, after).await?;
    // Hundreds of names, for whoever is about to choose one.
    let chooses = pairs.iter().any(|(name, value)| name == "pilih" && value == "instansi");
    let institutions = match chooses || filter.institution.is_some() {
        true => institutions(&caller.backend, actor, &filter).await?,
        false => Vec::new(),
    };
    Ok(QueueView {
        rows: found.rows.into_iter().map(WaitingView::from).collect(),
        next: found.next.map(|cursor| cursor.to_string()),
        total: found.total,
        parts: found.counts.parts,
        ages: found.counts.ages,
        roles: found.counts.roles,
        linked: found.counts.linked,
        fresh: found.counts.fresh,
        institutions,
    })
}

/// A verdict that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionView {
    /// Which.
    pub verdict: Verdict,
    /// The reason of the list.
    pub reason_title: Option<String>,
    /// The text.
    pub reason: Option<String>,
    /// What is to be repaired.
    pub marks: Vec<Mark>,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Another application of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierView {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The role applied for.
    pub role: Role,
    /// Name of the work unit.
    pub work_unit: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// Whether it can be opened.
    pub in_scope: bool,
}

/// An access beside the one applied for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAccessView {
    /// Who holds it.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Name of the work unit.
    pub work_unit: String,
    /// Its period.
    pub validity: Validity,
    /// Whether it is the applicant's.
    pub same_person: bool,
}

/// An application that came with the same file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameLetterView {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// Who sent it.
    pub name: String,
    /// Whether it was the same person.
    pub same_person: bool,
    /// Whether it can be opened.
    pub in_scope: bool,
}

/// The letter of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// Its row.
    pub id: Uuid,
    /// The version of the case that it belongs to.
    pub version: i64,
    /// The name that the person gave it.
    pub file_name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its number of pages.
    pub pages: u32,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseView {
    /// The application.
    pub id: Uuid,
    /// The version that a verdict must name.
    pub version: i64,
    /// Where it stands.
    pub status: Status,
    /// Its number.
    pub reference: String,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// Until when a decision is promised.
    pub deadline: Deadline,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address.
    pub email: String,
    /// NIP or NRP with its digits grouped.
    pub employee_number: Option<String>,
    /// The role applied for.
    pub role: Role,
    /// Name and code of the institution; of a supplier, the number of the company.
    pub institution: (String, Option<String>),
    /// Name and code of the work unit, or the name of the company.
    pub work_unit: (String, Option<String>),
    /// The company of a supplier.
    pub company: Option<Company>,
    /// The period applied for; of a supplier, the one that was given or that an approval now would give.
    pub validity: Validity,
    /// Whether that period is over already.
    pub over: bool,
    /// The address sent with it.
    pub address: Option<String>,
    /// The work unit's address on record.
    pub address_on_record: Option<String>,
    /// What SiRUP said.
    pub sirup: Option<SirupAccount>,
    /// The letter.
    pub document: DocumentView,
    /// The period of the access that it is to continue.
    pub renews: Option<Validity>,
    /// Whether it is the verifier's own.
    pub own: bool,
    /// Whether the verifier may take over and reopen.
    pub supervises: bool,
    /// Who holds it.
    pub holder: Option<HolderView>,
    /// The last verdict.
    pub decision: Option<DecisionView>,
    /// Until when the one who looks can take it back.
    pub undo_until: Option<Timestamp>,
    /// Other applications of the person.
    pub earlier: Vec<EarlierView>,
    /// Accesses beside it.
    pub others: Vec<OtherAccessView>,
    /// Where the same file was sent.
    pub same_letter: Vec<SameLetterView>,
    /// The check list: id and text.
    pub checks: Vec<(Uuid, String)>,
    /// The reasons: id, title, advice.
    pub reasons: Vec<(Uuid, String, String)>,
    /// The instant of the answer, by the server's clock.
    pub now: Timestamp,
}

/// A case with all that the desk needs to decide it.
#[server(name = CaseFn, prefix = "/api", endpoint = "verifikasi/kasus", input = GetUrl)]
pub async fn case(id: Uuid) -> Result<CaseView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let file = backend::verification::case_file(&caller.backend, actor, id).await?;
    Ok(CaseView {
        supervises: actor.may(domain::staff::Permission::Supervise),
        now: caller.backend.world.now(),
        ..CaseView::from(file)
    })
}

/// What the letter's text says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindingsView {
    /// It cannot be read.
    Unreadable,
    /// It has no text: a scan.
    Scan,
    /// It is still being read.
    Reading,
    /// On which pages each was found, from 1; none if it was not.
    Text(Vec<(FindingKind, Vec<u32>)>),
}

/// What of the application stands in the letter's text.
#[server(name = FindingsFn, prefix = "/api", endpoint = "verifikasi/temuan", input = GetUrl)]
pub async fn findings(id: Uuid) -> Result<FindingsView, ApiError> {
    use backend::verification::Findings;
    // The case is not kept waiting for a letter that is slow to read; the reading goes on, and is kept.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    let caller = crate::state::Caller::current()?;
    let (backend, actor) = (caller.backend.clone(), caller.actor()?.clone());
    let reading = tokio::spawn(async move { backend::verification::findings(&backend, &actor, id).await });
    let Ok(read) = tokio::time::timeout(PATIENCE, reading).await else { return Ok(FindingsView::Reading) };
    Ok(match read.map_err(|_| ApiError::Unavailable)?? {
        Findings::Unreadable => FindingsView::Unreadable,
        Findings::Scan => FindingsView::Scan,
        Findings::Text(found) => {
            FindingsView::Text(found.into_iter().map(|finding| (finding.what, finding.pages)).collect())
        }
    })
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// When.
    pub at: Timestamp,
    /// The kind, in words.
    pub what: String,
    /// Who.
    pub by: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// Its words.
    pub detail: Option<String>,
}

/// The history of a case, as the desk sees it.
#[server(name = TimelineFn, prefix = "/api", endpoint = "verifikasi/linimasa", input = GetUrl)]
pub async fn timeline(id: Uuid) -> Result<Vec<EntryView>, ApiError> {
    use backend::audit::Action;
    let caller = crate::state::Caller::current()?;
    let entries = backend::verification::timeline(&caller.backend, caller.actor()?, id).await?;
    let view = entries.into_iter().map(|entry| EntryView {
        at: entry.at,
        what: crate::audit::action(entry.action).to_owned(),
        by: entry.by,
        address: entry.address,
        // Of these it names a row or a code, which tell a verifier nothing.
        detail: entry.detail.filter(|_| !matches!(entry.action, Action::DraftStarted | Action::LetterTaken)),
    });
    Ok(view.collect())
}

/// A decided case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedView {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// The person's name.
    pub name: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution.
    pub institution: String,
    /// Name of the work unit.
    pub work_unit: String,
    /// Where it stands.
    pub status: Status,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// Who decided it.
    pub by: String,
}

/// Decided cases, latest first, and where the next page begins.
#[server(name = HistoryFn, prefix = "/api", endpoint = "verifikasi/riwayat", input = GetUrl)]
pub async fn history(
    words: String,
    mine: bool,
    after: Option<String>,
) -> Result<(Vec<EndedView>, Option<String>), ApiError> {
    use backend::verification::{Cursor, history};
    let caller = crate::state::Caller::current()?;
    let after = after.as_deref().and_then(|after| after.parse::<Cursor>().ok());
    let (ended, next) = history(&caller.backend, caller.actor()?, &words, mine, after).await?;
    let rows = ended.into_iter().map(|row| EndedView {
        id: row.id,
        reference: row.reference,
        name: row.name,
        role: row.role,
        institution: row.institution,
        work_unit: row.work_unit,
        status: row.status,
        decided_at: row.decided_at,
        by: row.by,
    });
    Ok((rows.collect(), next.map(|cursor| cursor.to_string())))
}

/// A mail before it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailView {
    /// Whom it goes to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
}

#[cfg(feature = "ssr")]
mod views {
    use backend::verification as desk;
    use domain::accounts::person::grouped;

    use super::{
        CaseView, DecisionView, DocumentView, EarlierView, HolderView, OtherAccessView, SameLetterView, WaitingView,
    };

    impl From<desk::Holder> for HolderView {
        fn from(holder: desk::Holder) -> Self {
            Self { name: holder.name, mine: holder.mine, until: holder.until }
        }
    }

    impl From<desk::Waiting> for WaitingView {
        fn from(row: desk::Waiting) -> Self {
            Self {
                id: row.id,
                reference: row.reference,
                status: row.status,
                name: row.name,
                role: row.role,
                institution: row.institution,
                work_unit: row.work_unit,
                linked: row.linked,
                submitted_at: row.submitted_at,
                deadline: row.deadline,
                holder: row.holder.map(HolderView::from),
                for_me: row.for_me,
            }
        }
    }

    impl From<desk::CaseFile> for CaseView {
        fn from(file: desk::CaseFile) -> Self {
            Self {
                id: file.id,
                version: file.version,
                status: file.status,
                reference: file.reference,
                submitted_at: file.submitted_at,
                deadline: file.deadline,
                name: file.name,
                email: file.email,
                employee_number: file
                    .employee_number
                    .map(|(kind, digits)| format!("{} {}", kind.label(), grouped(kind, &digits))),
                role: file.role,
                institution: file.institution,
                work_unit: file.work_unit,
                company: file.company,
                validity: file.validity,
                over: file.over,
                address: file.address,
                address_on_record: file.address_on_record,
                sirup: file.sirup,
                document: DocumentView {
                    id: file.document.id,
                    version: file.document.version,
                    file_name: file.document.file_name,
                    bytes: file.document.bytes,
                    pages: file.document.pages,
                },
                renews: file.renews,
                own: file.own,
                supervises: false,
                holder: file.holder.map(HolderView::from),
                decision: file.decision.map(|decision| DecisionView {
                    verdict: decision.verdict,
                    reason_title: decision.reason_title,
                    reason: decision.reason,
                    marks: decision.marks,
                    by: decision.by,
                    at: decision.at,
                }),
                undo_until: file.undo_until,
                earlier: file
                    .earlier
                    .into_iter()
                    .map(|earlier| EarlierView {
                        id: earlier.id,
                        reference: earlier.reference,
                        status: earlier.status,
                        role: earlier.role,
                        work_unit: earlier.work_unit,
                        decided_at: earlier.decided_at,
                        reason: earlier.reason,
                        in_scope: earlier.in_scope,
                    })
                    .collect(),
                others: file
                    .others
                    .into_iter()
                    .map(|other| OtherAccessView {
                        name: other.name,
                        role: other.role,
                        work_unit: other.work_unit,
                        validity: other.validity,
                        same_person: other.same_person,
                    })
                    .collect(),
                same_letter: file
                    .same_letter
                    .into_iter()
                    .map(|same| SameLetterView {
                        id: same.id,
                        reference: same.reference,
                        name: same.name,
                        same_person: same.same_person,
                        in_scope: same.in_scope,
                    })
                    .collect(),
                checks: file.checks.into_iter().map(|item| (item.id, item.text)).collect(),
                reasons: file.reasons.into_iter().map(|reason| (reason.id, reason.title, reason.advice)).collect(),
                now: domain::time::Timestamp::from_micros(0),
            }
        }
    }
}

#[cfg(feature = "ssr")]
pub use handlers::*;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::{
        Json,
        response::{IntoResponse, Response},
    };
    use backend::{
        Error,
        verification::{self, VerdictForm},
    };
    use domain::{
        issues::{Field, Problem},
        verification::{MARKABLE, QueueFilter},
    };
    use uuid::Uuid;

    use super::MailView;
    use crate::{
        error::ApiError,
        forms::server::{Done, Id, NoFields, Post},
    };

    /// A page of the desk, with the queue as narrow as the form says that it was (`saring`).
    fn narrowed(path: &str, values: &[(String, String)]) -> String {
        let kept = values.iter().find(|(name, _)| name == "saring").map_or("", |(_, value)| value);
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(kept).unwrap_or_default();
        let filter =
            QueueFilter::from_query(|key| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()));
        match serde_urlencoded::to_string(filter.pairs()) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }

    fn case_path(id: Uuid, values: &[(String, String)]) -> String {
        narrowed(&format!("/verifikasi/{id}"), values)
    }

    /// `POST /verifikasi`: **Ambil berikutnya**.
    pub async fn claim_next(Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let next = verification::claim_next(&caller.backend, caller.actor()?).await?;
            Ok(Done::go(match next {
                Some(id) => case_path(id, answer.values()),
                None => {
                    let queue = narrowed("/verifikasi", answer.values());
                    format!("{queue}{}kosong", if queue.contains('?') { '&' } else { '?' })
                }
            }))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /verifikasi/{id}/ambil`
    pub async fn claim(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            verification::claim(&caller.backend, caller.actor()?, id).await?;
            Ok(Done::go(case_path(id, answer.values())))
        };
        let outcome = outcome.await;
        let page = case_path(id, answer.values());
        answer.on(&page).send(outcome).await
    }

    /// `POST /verifikasi/{id}/perpanjang`: the page renews its lease while it is open; answers with its end.
    pub async fn renew(Id(id): Id, Post { caller, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let lease = verification::renew(&caller.backend, caller.actor()?, id).await?;
            Ok::<_, ApiError>(lease.until)
        };
        // A lease that is over is no failure of the request: the page asks what became of the case.
        match outcome.await {
            Ok(until) => Json(Some(until)).into_response(),
            Err(ApiError::Conflict(_)) => Json(None::<domain::time::Timestamp>).into_response(),
            Err(error) => (error.status(), Json(None::<domain::time::Timestamp>)).into_response(),
        }
    }

    /// `POST /verifikasi/{id}/lepas`
    pub async fn release(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            verification::release(&caller.backend, caller.actor()?, id).await?;
            Ok(Done::go(narrowed("/verifikasi", answer.values())))
        };
        let outcome = outcome.await;
        let page = case_path(id, answer.values());
        answer.on(&page).send(outcome).await
    }

    /// A form that is one reason.
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    pub struct ReasonForm {
        reason: String,
    }

    /// `POST /verifikasi/{id}/ambil-alih`
    pub async fn take_over(Id(id): Id, Post { caller, form, answer }: Post<ReasonForm>) -> Response {
        let outcome = async {
            verification::take_over(&caller.backend, caller.actor()?, id, &form.reason).await?;
            Ok(Done::go(case_path(id, answer.values())))
        };
        let outcome = outcome.await;
        let page = case_path(id, answer.values());
        answer.on(&page).send(outcome).await
    }

    /// `POST /verifikasi/{id}/buka-kembali`
    pub async fn reopen(Id(id): Id, Post { caller, form, answer }: Post<ReasonForm>) -> Response {
        let outcome = async {
            verification::reopen(&caller.backend, caller.actor()?, id, &form.reason).await?;
            Ok(Done::go(case_path(id, answer.values())))
        };
        let outcome = outcome.await;
        let page = case_path(id, answer.values());
        answer.on(&page).send(outcome).await
    }

    /// `POST /verifikasi/{id}/urungkan`
    pub async fn undo(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            verification::undo(&caller.backend, caller.actor()?, id).await?;
            Ok(Done::go(case_path(id, answer.values())))
        };
        let outcome = outcome.await;
        let page = case_path(id, answer.values());
        answer.on(&page).send(outcome).await
    }

    /// The fields of the verdict form: `version`, `verdict`, `reason_title`, `reason`, `check` (once for each that is
    /// ticked), `mark` (once for each marked field) and `note_FIELD`.
    fn verdict_form(values: &[(String, String)]) -> Result<VerdictForm, ApiError> {
        let value = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let all =
            |name: &'static str| values.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
        let not_offered = |_| ApiError::from(Error::invalid(Field::Form, Problem::NotOffered));
        let marks = all("mark")
            .filter_map(|mark| mark.parse::<Field>().ok())
            .filter(|field| MARKABLE.contains(field))
            .map(|field| (field, value(&format!("note_{field}")).unwrap_or_default().to_owned()))
            .collect();
        Ok(VerdictForm {
            version: value("version").and_then(|version| version.parse().ok()).unwrap_or(0),
            verdict: value("verdict").unwrap_or_default().parse().map_err(not_offered)?,
            reason: value("reason_title").and_then(|id| id.parse().ok()),
            text: value("reason").unwrap_or_default().to_owned(),
            marks,
            checks: all("check").filter_map(|id| id.parse().ok()).collect(),
        })
    }

    /// `POST /verifikasi/{id}`: the verdict.
    pub async fn decide(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            verification::decide(&caller.backend, actor, id, &verdict_form(answer.values())?).await?;
            Ok(Done::go(case_path(id, answer.values())))
        };
        let outcome = outcome.await;
        let page = case_path(id, answer.values());
        answer.on(&page).send(outcome).await
    }

    /// `POST /verifikasi/{id}/pratinjau`: the mail that the verdict would send, as JSON; changes nothing.
    pub async fn preview(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let form = verdict_form(answer.values())?;
            let to = verification::case_file(&caller.backend, actor, id).await?.email;
            let mail = verification::preview(&caller.backend, actor, id, &form).await?;
            Ok::<_, ApiError>(MailView { to, subject: mail.subject, text: mail.text })
        };
        match outcome.await {
            Ok(mail) => Json(Ok::<_, Vec<domain::issues::Issue>>(mail)).into_response(),
            Err(ApiError::Invalid(issues)) => Json(Err::<MailView, _>(issues)).into_response(),
            Err(error) => error.status().into_response(),
        }
    }
}
