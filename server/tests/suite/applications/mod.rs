//! Applications: the wizard, letters, renewals, repairs, and those of suppliers.

mod fields;
mod forms;
mod guide;
mod letters;
mod renewals;
mod repair;
mod sirup;
mod suppliers;
mod uploads;
mod wizard;
