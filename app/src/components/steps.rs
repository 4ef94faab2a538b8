//! The stepper of the wizard.

use leptos::prelude::*;

use super::Icon;
use crate::session::promised_working_days;

/// A step of the stepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WizardStep {
    /// Guide step 2.
    Role,
    /// Guide steps 3 to 9.
    Sirup,
    /// Guide steps 10 and 11.
    Form,
    /// Guide step 12.
    Review,
    /// Guide steps 13 to 15.
    Verification,
}

impl WizardStep {
    const ALL: [Self; 5] = [Self::Role, Self::Sirup, Self::Form, Self::Review, Self::Verification];

    const fn label(self) -> &'static str {
        match self {
            Self::Role => "Tipe Profil dan Role",
            Self::Sirup => "Hubungkan Akses SiRUP",
            Self::Form => "Formulir",
            Self::Review => "Tinjau dan Kirim",
            Self::Verification => "Verifikasi",
        }
    }
}

/// The stepper; on a narrow screen, a progress bar.
#[component]
pub fn Steps(
    current: WizardStep,
    /// Profile type and role, once chosen.
    #[prop(optional_no_strip)]
    role: Option<String>,
    /// State of the SiRUP link, once decided.
    #[prop(optional_no_strip)]
    sirup: Option<&'static str>,
) -> impl IntoView {
    let number = WizardStep::ALL.iter().position(|step| *step == current).unwrap_or(0) + 1;
    let items = WizardStep::ALL.map(|step| {
        let done = step < current;
        let note = match step {
            WizardStep::Role => role.clone(),
            WizardStep::Sirup => sirup.map(str::to_owned),
            WizardStep::Verification => Some(format!("Paling lama {} hari kerja", promised_working_days())),
            WizardStep::Form | WizardStep::Review => None,
        };
        view! {
            <li data-done=done.then_some("") aria-current=(step == current).then_some("step")>
                {done.then(|| view! { <Icon name="check" small=true /> })}
                {step.label()}
                {done.then(|| view! { <span class="sr">" (selesai)"</span> })}
                {note.map(|note| view! { <small>{note}</small> })}
            </li>
        }
    });
    view! {
        <aside aria-label="Langkah pendaftaran">
            <p class="stack sub only-narrow g2">
                <span>{format!("Langkah {number} dari 5 · ")}<b>{current.label()}</b></span>
                <progress value=number max="5" aria-hidden="true"></progress>
            </p>
            <ol class="steps only-wide" role="list">{items.collect_view()}</ol>
        </aside>
    }
    .into_any()
}
