//! The parts that pages are made of; each draws one component of `style/components` or `style/layout`.

pub mod calendar;
pub mod chart;
pub mod choice;
pub mod combobox;
pub mod date;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod letter;
pub mod loaded;
pub mod message;
pub mod shell;
pub mod status;
pub mod steps;

pub use calendar::DayStrip;
pub use choice::{Choice, Choices, Tick};
pub use dialog::Dialog;
pub use field::{PasswordField, ReadOnlyField, TextArea, TextField};
pub use icon::Icon;
pub use loaded::{Loaded, Retry, page_data};
pub use message::{Banner, ErrorSummary, FormProblem, Tone};
pub use shell::{AppShell, EntryShell, PageTitle, SchemeSwitch};
pub use status::{AccessBadge, Gate, StatusBadge};
pub use steps::{Steps, WizardStep};
