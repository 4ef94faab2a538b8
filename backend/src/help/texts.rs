//! What the backend writes into messages for the help desk.

/// Follows the context of a message that was written beside a draft.
pub(super) const UNSENT_DRAFT: &str = " · draf yang belum dikirim";
