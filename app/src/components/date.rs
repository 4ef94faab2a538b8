//! A date in three boxes: day, month, year in one frame.

use domain::{
    indonesian::{MONTHS, date_with_weekday},
    issues::Field,
    validity::DateInput,
};
use leptos::prelude::*;

use super::{
    Icon,
    field::{FieldError, RepairNote, invalid},
};
use crate::forms::FormState;

/// The date field. Its boxes are named after the field: `first_day`, `first_day_month`, `first_day_year`.
#[component]
pub fn DateField(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
    /// Its label.
    label: &'static str,
    /// What was typed.
    #[prop(into)]
    value: Signal<DateInput>,
    /// Called with what is typed.
    on_change: Callback<DateInput>,
    /// Called when a box was left.
    on_leave: Callback<()>,
    /// What the desk asked to repair.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let label_id = format!("{field}-t");
    let labelled_by = label_id.clone();
    let initial = value.get_untracked();
    let change = move |part: fn(&mut DateInput) -> &mut String, typed: String| {
        let mut date = value.try_get_untracked().unwrap_or_default();
        *part(&mut date) = typed;
        on_change.run(date);
    };
    let echo = move || value.with(|value| value.parse().ok()).map(date_with_weekday);
    // The note, and the echo or the error, describe the date.
    let noted = note.is_some();
    let described = move || {
        let said = form.issue(field).map(|_| format!("{field}-e")).or_else(|| echo().map(|_| format!("{field}-h")));
        let ids: Vec<String> = noted.then(|| format!("{field}-m")).into_iter().chain(said).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    let months = MONTHS.into_iter().enumerate().map(|(nth, name)| {
        let number = (nth + 1).to_string();
        let selected = number == initial.month.trim().trim_start_matches('0');
        view! { <option value=number selected=selected>{name}</option> }
    });
    view! {
        <div class="field" role="group" aria-labelledby=labelled_by>
            <span class="label" id=label_id>{label}</span>
            <RepairNote field note />
            <div class="control date">
                <input
                    id=field.as_str()
                    name=field.as_str()
                    aria-label="Tanggal"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="2"
                    placeholder="Tgl"
                    value=initial.day.clone()
                    aria-invalid=invalid(form, field)
                    aria-describedby=described
                    on:input:target=move |ev| change(|date| &mut date.day, ev.target().value())
                    on:change=move |_| on_leave.run(())
                />
                <div>
                    <select
                        name=format!("{field}_month")
                        aria-label="Bulan"
                        aria-invalid=invalid(form, field)
                        on:change:target=move |ev| {
                            change(|date| &mut date.month, ev.target().value());
                            on_leave.run(());
                        }
                    >
                        <option value="" selected=initial.month.trim().is_empty()>"Bulan"</option>
                        {months.collect_view()}
                    </select>
                    <Icon name="down" small=true />
                </div>
                <input
                    name=format!("{field}_year")
                    aria-label="Tahun"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="4"
                    placeholder="Tahun"
                    value=initial.year.clone()
                    aria-invalid=invalid(form, field)
                    on:input:target=move |ev| change(|date| &mut date.year, ev.target().value())
                    on:change=move |_| on_leave.run(())
                />
            </div>
            {move || echo().filter(|_| form.issue(field).is_none()).map(|echo| view! {
                <p class="sub" id=format!("{field}-h")>{echo}</p>
            })}
            <FieldError form field />
        </div>
    }
    .into_any()
}
