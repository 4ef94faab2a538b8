//! Who is an active verifier, as SQL: claiming and deciding ask the same question.

use crate::db::literals::VERIFIERS;

/// The condition that user `u` is not disabled, has a role that may verify, and has the institution in the column
/// `institution` within scope. An application without an institution is national.
pub(super) fn active_verifier(institution: &str) -> String {
    format!(
        "(u.disabled_at IS NULL AND u.staff_role IN {VERIFIERS} AND (u.staff_national OR EXISTS (
            SELECT 1 FROM staff_institutions t WHERE t.user_id = u.id AND t.institution_id = {institution})))"
    )
}
