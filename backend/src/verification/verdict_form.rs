//! What a verifier fills in to decide a case, its rules, and the mail that it leads to.

use domain::{
    issues::{Field, Issue, Problem},
    status::{REASON_LENGTH, Verdict},
    text::check_paragraphs,
    validity::Validity,
    verification::{Mark, is_markable},
};
use uuid::Uuid;

use super::{CaseRow, case};
use crate::{
    db::{Conn, fetch_optional},
    error::{Error, Result},
    mail::Mail,
};

/// A verdict as given on the case page.
#[derive(Clone, Debug)]
pub struct VerdictForm {
    /// The version of the case that was seen.
    pub version: i64,
    pub verdict: Verdict,
    /// The reason of the list; needed for a refusal.
    pub reason: Option<Uuid>,
    /// The text: needed for a refusal, possible above the marks of a repair.
    pub text: String,
    /// What is to be repaired; needed for a repair.
    pub marks: Vec<(Field, String)>,
    /// The items of the check list that are ticked; all are needed for an approval.
    pub checks: Vec<Uuid>,
}

/// A verdict that passed its rules.
pub(super) struct Checked {
    pub verdict: Verdict,
    pub reason_title: Option<String>,
    pub text: Option<String>,
    pub marks: Vec<Mark>,
    pub checks: Vec<String>,
}

impl VerdictForm {
    /// Checks the form against the lists of the desk.
    pub(super) async fn check(&self, conn: &mut Conn, row: &CaseRow) -> Result<Checked> {
        let mut issues = Vec::new();
        let mut checked = Checked::bare(self.verdict);
        match self.verdict {
            Verdict::Approve => checked.checks = self.approval(conn, row, &mut issues).await?,
            Verdict::Return => {
                checked.text = self.text();
                checked.marks = self.repair(row, &mut issues);
            }
            Verdict::Reject => {
                checked.text = self.text();
                checked.reason_title = self.refusal(conn, &mut issues).await?;
            }
        }
        if issues.is_empty() { Ok(checked) } else { Err(Error::Invalid(issues)) }
    }

    fn text(&self) -> Option<String> {
        Some(self.text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The texts of the check list, of which all must be ticked. An empty list would let everything pass.
    async fn approval(&self, conn: &mut Conn, row: &CaseRow, issues: &mut Vec<Issue>) -> Result<Vec<String>> {
        let items = case::checks(conn, row.role).await?;
        let left = items.iter().filter(|item| !self.checks.contains(&item.id)).count();
        if items.is_empty() {
            issues.push(Issue::new(Field::Checks, Problem::NoChecks));
        } else if left > 0 {
            issues.push(Issue::new(Field::Checks, Problem::ChecksLeft { count: left }));
        }
        Ok(items.into_iter().map(|item| item.text).collect())
    }

    /// The marks of a repair.
    fn repair(&self, row: &CaseRow, issues: &mut Vec<Issue>) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (field, text) in &self.marks {
            // A renewal keeps the place of its access.
            let held = row.renews_last.is_some() && matches!(field, Field::Institution | Field::WorkUnit | Field::Nib);
            if held || !is_markable(*field, row.role) {
                issues.push(Issue::new(*field, Problem::NotOffered));
                continue;
            }
            match Mark::parse(*field, text) {
                Ok(mark) => marks.push(mark),
                Err(problem) => issues.push(Issue::new(*field, problem)),
            }
        }
        if self.marks.is_empty() {
            issues.push(Issue::new(Field::Marks, Problem::NothingMarked));
        }
        let text = self.text.trim();
        if !text.is_empty()
            && let Err(problem) = check_paragraphs(text, 1..=*REASON_LENGTH.end())
        {
            issues.push(Issue::new(Field::Reason, problem));
        }
        marks
    }

    /// The title of the reason of a refusal.
    async fn refusal(&self, conn: &mut Conn, issues: &mut Vec<Issue>) -> Result<Option<String>> {
        let title: Option<(String,)> = match self.reason {
            Some(id) => {
                fetch_optional!(conn, (String,), "SELECT title FROM reasons WHERE id = $1 AND retired_at IS NULL", id)?
            }
            None => None,
        };
        if title.is_none() {
            let problem = if self.reason.is_some() { Problem::NotOffered } else { Problem::Missing };
            issues.push(Issue::new(Field::ReasonTitle, problem));
        }
        if let Err(problem) = check_paragraphs(self.text.trim(), REASON_LENGTH) {
            issues.push(Issue::new(Field::Reason, problem));
        }
        Ok(title.map(|(title,)| title))
    }
}

impl Checked {
    /// The verdict alone.
    pub(super) const fn bare(verdict: Verdict) -> Self {
        Self { verdict, reason_title: None, text: None, marks: Vec::new(), checks: Vec::new() }
    }

    /// Its mail; an approval gives the period `granted`.
    pub(super) fn mail(&self, row: &CaseRow, id: Uuid, granted: Validity) -> Mail {
        let validity = if self.verdict == Verdict::Approve { Some(granted) } else { row.stated() };
        let (name, case) = (row.name.clone(), row.mail_case(id, validity));
        match self.verdict {
            Verdict::Approve => Mail::Approved { name, case },
            Verdict::Return => Mail::Returned { name, case, marks: self.marks.clone(), text: self.text.clone() },
            Verdict::Reject => {
                let reason = case::refusal(self.reason_title.as_deref(), self.text.as_deref()).unwrap_or_default();
                Mail::Rejected { name, case, reason }
            }
        }
    }
}
