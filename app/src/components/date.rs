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

/// The date field. Its boxes post as `first_day`, `first_day_month` and `first_day_year` for the field `first_day`.
#[component]
pub fn DateField(
    form: FormState,
    field: Field,
    label: &'static str,
    /// What was typed.
    #[prop(into)]
    value: Signal<DateInput>,
    on_change: Callback<DateInput>,
    /// Called when the person leaves a box.
    on_leave: Callback<()>,
    /// The desk's note.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let label_id = format!("{field}-t");
    let labelled_by = label_id.clone();
    let noted = note.is_some();
    let echo = Signal::derive(move || value.with(|value| value.parse().ok()).map(date_with_weekday));
    view! {
        <div class="field" role="group" aria-labelledby=labelled_by>
            <span class="label" id=label_id>{label}</span>
            <RepairNote field note />
            <Boxes form field value on_change on_leave noted echo />
            {move || echo.get().filter(|_| form.issue(field).is_none()).map(|echo| view! {
                <p class="sub" id=format!("{field}-h")>{echo}</p>
            })}
            <FieldError form field />
        </div>
    }
    .into_any()
}

/// Day, month and year. `echo` is the date in words, once it is complete.
#[component]
fn Boxes(
    form: FormState,
    field: Field,
    value: Signal<DateInput>,
    on_change: Callback<DateInput>,
    on_leave: Callback<()>,
    noted: bool,
    echo: Signal<Option<String>>,
) -> impl IntoView {
    let initial = value.get_untracked();
    let change = move |part: fn(&mut DateInput) -> &mut String, typed: String| {
        let mut date = value.try_get_untracked().unwrap_or_default();
        *part(&mut date) = typed;
        on_change.run(date);
    };
    let described = move || description_ids(form, field, noted, echo.get().is_some());
    view! {
        <div class="control date">
            <input
                id=field.as_str()
                name=field.as_str()
                aria-label="Tanggal"
                inputmode="numeric"
                autocomplete="off"
                maxlength="2"
                placeholder="Tgl"
                value=initial.day
                aria-invalid=invalid(form, field)
                aria-describedby=described
                on:input:target=move |ev| change(|date| &mut date.day, ev.target().value())
                on:change=move |_| on_leave.run(())
            />
            <Month
                form
                field
                initial=initial.month
                on_change=Callback::new(move |month| {
                    change(|date| &mut date.month, month);
                    on_leave.run(());
                })
            />
            <input
                name=format!("{field}_year")
                aria-label="Tahun"
                inputmode="numeric"
                autocomplete="off"
                maxlength="4"
                placeholder="Tahun"
                value=initial.year
                aria-invalid=invalid(form, field)
                on:input:target=move |ev| change(|date| &mut date.year, ev.target().value())
                on:change=move |_| on_leave.run(())
            />
        </div>
    }
    .into_any()
}

/// The ids that describe a date: those of its note, and of its error or its echo.
fn description_ids(form: FormState, field: Field, noted: bool, echoed: bool) -> Option<String> {
    let said = form.issue(field).map(|_| format!("{field}-e")).or_else(|| echoed.then(|| format!("{field}-h")));
    let ids: Vec<String> = noted.then(|| format!("{field}-m")).into_iter().chain(said).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

#[component]
fn Month(form: FormState, field: Field, initial: String, on_change: Callback<String>) -> impl IntoView {
    let selected = initial.trim().to_owned();
    let none = selected.is_empty();
    let months = MONTHS.into_iter().enumerate().map(move |(nth, name)| {
        let number = (nth + 1).to_string();
        let chosen = number == selected.trim_start_matches('0');
        view! { <option value=number selected=chosen>{name}</option> }
    });
    view! {
        <div>
            <select
                name=format!("{field}_month")
                aria-label="Bulan"
                aria-invalid=invalid(form, field)
                on:change:target=move |ev| on_change.run(ev.target().value())
            >
                <option value="" selected=none>"Bulan"</option>
                {months.collect_view()}
            </select>
            <Icon name="down" small=true />
        </div>
    }
}
