//! The list of options, and how many there are.

use domain::{
    applications::pickers::{Options, PickerOption},
    indonesian::count,
    search::Mark,
};
use leptos::prelude::*;

use super::{super::Icon, state::Picker};

/// The options, while the picker is open.
#[component]
pub(super) fn Listbox(picker: Picker, label: &'static str, noun: &'static str) -> impl IntoView {
    let Picker { open, found, failed, .. } = picker;
    let options = move || {
        let options = found.get().options.into_iter().enumerate();
        options.map(|(at, option)| view! { <ListOption picker at option /> }).collect_view()
    };
    move || {
        open.get().then(|| view! {
            // Pressing within the list must not take the focus from the input.
            <div class="listbox" on:mousedown=move |ev| ev.prevent_default()>
                <ul id=picker.list_id() role="listbox" aria-label=label>{options}</ul>
                <footer class="row cap">
                    <span aria-live="polite">
                        {move || found.with(|found| tally(found, noun, failed.get()))}
                    </span>
                    <span class="only-wide keys" aria-hidden="true">
                        <kbd>"↑"</kbd> <kbd>"↓"</kbd> " pilih " <kbd>"Enter"</kbd> " pakai " <kbd>"Esc"</kbd> " tutup"
                    </span>
                </footer>
            </div>
        })
    }
}

#[component]
fn ListOption(picker: Picker, at: usize, option: PickerOption) -> impl IntoView {
    let picked = option.clone();
    let is_active = move || picker.active.get() == Some(at);
    let is_chosen = picker.chosen.get_untracked().is_some_and(|chosen| chosen.id == option.id);
    view! {
        <li
            role="option"
            id=picker.option_id(at)
            aria-selected=move || is_active().to_string()
            data-active=move || is_active().then_some("")
            on:click=move |_| picker.choose(picked.clone())
        >
            <span>{marked(&option.name, &option.marks)}</span>
            <span class="sub num">{option.code}</span>
            {is_chosen.then(|| view! { <Icon name="check" /> })}
        </li>
    }
}

/// `6 cocok dari 44 satuan kerja aktif tahun 2026`
pub fn tally(found: &Options, noun: &str, failed: bool) -> String {
    if failed {
        return "Pencarian belum dapat dijalankan. Periksa sambungan, lalu ketik lagi.".to_owned();
    }
    let of = count(found.of as u64);
    let scope =
        if noun == "satuan kerja" { format!("{of} {noun} aktif tahun {}", found.year) } else { format!("{of} {noun}") };
    match found.total {
        0 => format!("Tidak ada yang cocok dari {scope}. Coba kata lain."),
        total => format!("{} cocok dari {scope}", count(total as u64)),
    }
}

/// A name, with the parts that matched the query marked.
pub fn marked(name: &str, marks: &[Mark]) -> impl IntoView + use<> {
    let mut parts = Vec::new();
    let mut at = 0;
    for Mark(start, end) in marks.iter().map(|Mark(start, end)| Mark(*start, *end)) {
        let (start, end) = (usize::from(start), usize::from(end));
        if let (Some(before), Some(hit)) = (name.get(at..start), name.get(start..end)) {
            parts.push((false, before.to_owned()));
            parts.push((true, hit.to_owned()));
            at = end;
        }
    }
    parts.push((false, name.get(at..).unwrap_or_default().to_owned()));
    parts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(hit, text)| if hit { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() })
        .collect_view()
}
