//! Applications: the wizard as a stored row (guide steps 2 to 13), its submission, its withdrawal, its status.
//!
//! Every use case here acts on the actor's own application; another person's is not found. A change of a draft names the
//! version it was made on: of two tabs, the later one gets a conflict.

mod draft_page;
mod drafts;
mod editing;
pub mod lapses;
mod letters;
mod link;
mod link_limits;
mod place;
pub mod renewals;
mod status;
mod stored;
mod submission;
mod texts;
pub(crate) mod transition;

pub use draft_page::{autosave, draft_page};
pub use drafts::{start, start_again};
pub use editing::{Saved, save};
pub use letters::{attach_letter, collect_garbage, collect_strays, letter, remove_letter};
pub(crate) use letters::{count_sealed as count_letters, reseal as reseal_letters, seals as letter_seals};
pub use link::{confirm_new_access, known_accounts, link_sirup, reuse_account};
pub(crate) use place::{RolePlace, refuse_overlap, refuse_second};
pub use status::{detail, history, open, receipt, timeline};
pub use stored::{StoredDraft, draft};
pub(crate) use submission::next_reference;
pub use submission::{Submission, submit, withdraw};
