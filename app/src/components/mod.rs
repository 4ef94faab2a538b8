//! Shared components. Each belongs to one style sheet of `style/components` or `style/layout`.

pub mod calendar;
pub mod chart;
pub mod checks;
pub mod choice;
pub mod combobox;
pub mod date;
pub mod dialog;
pub mod entry;
pub mod field;
pub mod icon;
pub mod loaded;
pub mod message;
pub mod not_found;
pub mod shell;
pub mod status;
pub mod steps;

pub use calendar::DayStrip;
pub use choice::{Choice, Choices, Tick};
pub use dialog::Dialog;
pub use entry::{LinkOver, SendButton};
pub use field::{PasswordField, ReadOnlyField, TextArea, TextField};
pub use icon::Icon;
pub use loaded::{Loaded, Retry};
pub use message::{Banner, ErrorSummary, FormProblem, Tone};
pub use not_found::NotFound;
pub use shell::{AppShell, EntryShell, PageTitle, SchemeSwitch};
pub use status::{AccessBadge, Gate, StatusBadge};
pub use steps::{Steps, WizardStep};
