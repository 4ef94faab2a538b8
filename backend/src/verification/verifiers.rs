//! Who may act on a case, as SQL: every use case that moves a case asks the same questions.

use crate::db::literals::VERIFIERS;

/// The condition that user `u` is not disabled, has a role that may verify, and has the institution in the column
/// `institution` within scope. An application without an institution is national.
pub(super) fn active_verifier(institution: &str) -> String {
    format!(
        "(u.disabled_at IS NULL AND u.staff_role IN {VERIFIERS} AND (u.staff_national OR EXISTS (
            SELECT 1 FROM staff_institutions t WHERE t.user_id = u.id AND t.institution_id = {institution})))"
    )
}

/// The condition that the account `verifier` has, or once had, the NIP or NRP of the application `application`: of its
/// snapshot, or of its applicant's profile.
pub(super) fn same_number(verifier: &str, application: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM identifiers n WHERE n.user_id = {verifier} AND n.kind = 'employee_number' AND n.value IN (
            {application}.employee_number, (SELECT p.employee_number FROM users p WHERE p.id = {application}.user_id)))"
    )
}

/// The condition that `verifier` may act on `application` at all: it is neither their own nor that of another account with
/// their number. Every use case that moves a case on behalf of a verifier asks for it.
pub(super) fn not_close(verifier: &str, application: &str) -> String {
    format!("({application}.user_id <> {verifier} AND NOT {})", same_number(verifier, application))
}
