//! A picker that searches as one types (ARIA combobox with a listbox). Without script it is a search field with a button
//! that leads to a page of results.

use domain::{indonesian::count, issues::Field, search::Mark};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    Icon,
    field::{FieldError, RepairNote, described_by_note, invalid},
};
use crate::{
    applications::api::{Options, PickerOption},
    error::ApiError,
    forms::FormState,
};

/// What is chosen: id, name and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: Option<String>,
}

/// Searches for a query.
pub type Search = Callback<(String, Callback<Result<Options, ApiError>>)>;

/// The picker.
#[component]
pub fn Combobox(
    /// The form.
    form: FormState,
    /// The field.
    field: Field,
    /// Its label.
    label: &'static str,
    /// A hint under the label.
    hint: &'static str,
    /// What the results are called: `instansi`, `satuan kerja`.
    noun: &'static str,
    /// The value of the button that searches without script.
    action: &'static str,
    /// What is chosen.
    #[prop(into)]
    chosen: Signal<Option<Chosen>>,
    /// Called when something is chosen, or with nothing when it is cleared.
    on_choose: Callback<Option<Chosen>>,
    /// Searches.
    search: Search,
    /// Why it cannot be used yet, if so.
    #[prop(into)]
    blocked: Signal<Option<&'static str>>,
    /// What the desk asked to repair.
    #[prop(optional_no_strip)]
    note: Option<String>,
) -> impl IntoView {
    let noted = note.is_some();
    // What happens in the browser; on the server all of it stays as it begins.
    let live = RwSignal::new(false);
    let open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let found = RwSignal::new(Options::default());
    let failed = RwSignal::new(false);
    let asked = StoredValue::new(0u32);
    // In a form that came back without a choice, what was sought is still there.
    let beginning = chosen.get_untracked().map(|chosen| chosen.name).or_else(|| form.typed(&format!("{field}_query")));
    let text = RwSignal::new(beginning.unwrap_or_default());
    let shut = move || live.get() && blocked.get().is_some();
    let input = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| live.set(true));
    // A choice made elsewhere (or cleared with what it hung on) shows here.
    Effect::new(move |before: Option<Option<Uuid>>| {
        let now = chosen.get();
        let id = now.as_ref().map(|chosen| chosen.id);
        if before.is_some_and(|before| before != id) {
            text.set(now.map(|chosen| chosen.name).unwrap_or_default());
        }
        id
    });

    let ask = move |query: String| {
        if blocked.get_untracked().is_some() {
            return;
        }
        let number = asked.get_value() + 1;
        asked.set_value(number);
        let answer = Callback::new(move |answer: Result<Options, ApiError>| {
            // Answers may overtake each other; only the latest question counts.
            if asked.try_get_value() != Some(number) {
                return;
            }
            failed.set(answer.is_err());
            let options = answer.unwrap_or_default();
            active.set((!options.options.is_empty()).then_some(0));
            found.set(options);
            open.set(true);
        });
        search.run((query, answer));
    };
    let ask_soon = move |query: String| {
        #[cfg(feature = "hydrate")]
        {
            let number = asked.get_value() + 1;
            asked.set_value(number);
            leptos::task::spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(120).await;
                if asked.try_get_value() == Some(number) {
                    ask(query);
                }
            });
        }
        #[cfg(not(feature = "hydrate"))]
        ask(query);
    };
    let close = move || {
        // An answer that is still under way comes too late.
        asked.update_value(|number| *number += 1);
        open.set(false);
        active.set(None);
    };
    let choose = move |option: PickerOption| {
        close();
        text.set(option.name.clone());
        on_choose.run(Some(Chosen { id: option.id, name: option.name, code: option.code }));
    };
    let restore = move || text.set(chosen.get_untracked().map(|chosen| chosen.name).unwrap_or_default());
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let length = found.with_untracked(|found| found.options.len());
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open.get_untracked() => {
                event.prevent_default();
                ask(String::new());
            }
            "ArrowDown" if length > 0 => {
                event.prevent_default();
                active.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % length)));
            }
            "ArrowUp" if length > 0 => {
                event.prevent_default();
                active.update(|at| *at = Some(at.map_or(length - 1, |at| (at + length - 1) % length)));
            }
            "Enter" if open.get_untracked() => {
                event.prevent_default();
                let option =
                    active.get_untracked().and_then(|at| found.with_untracked(|found| found.options.get(at).cloned()));
                if let Some(option) = option {
                    choose(option);
                }
            }
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                close();
                restore();
            }
            _ => {}
        }
    };
    let list_id = format!("{field}-l");
    let option_id = move |at: usize| format!("{field}-{at}");
    // Keeps the active option in sight.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(at) = active.get()
            && let Some(element) = document().get_element_by_id(&option_id(at))
        {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });

    view! {
        <div class="field">
            <label class="label" for=field.as_str()>{label}</label>
            <p class="sub" id=format!("{field}-h")>
                {move || blocked.get().unwrap_or(hint)}
            </p>
            <RepairNote field note />
            <input type="hidden" name=field.as_str() value=move || chosen.get().map(|chosen| chosen.id.to_string()) />
            <div class="combo">
                <div class="control">
                    <Icon name="search" />
                    <input
                        id=field.as_str()
                        name=format!("{field}_query")
                        type="text"
                        autocomplete="off"
                        spellcheck="false"
                        role=move || live.get().then_some("combobox")
                        aria-autocomplete=move || live.get().then_some("list")
                        aria-expanded=move || live.get().then(|| open.get().to_string())
                        aria-controls={
                            let list_id = list_id.clone();
                            move || open.get().then(|| list_id.clone())
                        }
                        aria-activedescendant=move || active.get().filter(|_| open.get()).map(option_id)
                        aria-invalid=invalid(form, field)
                        aria-describedby=described_by_note(form, field, true, noted)
                        // Not `disabled`: links of the error summary lead here, and the hint says why.
                        aria-disabled=move || shut().then_some("true")
                        readonly=shut
                        node_ref=input
                        value=text.get_untracked()
                        prop:value=move || text.get()
                        on:input:target=move |ev| {
                            let value = ev.target().value();
                            text.set(value.clone());
                            ask_soon(value);
                        }
                        on:click=move |_| if !open.get_untracked() { ask(String::new()) }
                        on:keydown=on_key
                        on:blur=move |_| {
                            close();
                            restore();
                        }
                    />
                    {move || chosen.get().and_then(|chosen| chosen.code).map(|code| view! {
                        <span class="sub num">{code}</span>
                    })}
                    {move || (!live.get()).then(|| view! {
                        <button class="btn btn--quiet" name="aksi" value=action>
                            "Cari"<span class="sr">" "{label}</span>
                        </button>
                    })}
                    {move || (live.get() && chosen.get().is_some()).then(|| view! {
                        <button
                            class="btn btn--quiet btn--icon"
                            type="button"
                            aria-label=format!("Kosongkan {label}")
                            on:click=move |_| {
                                text.set(String::new());
                                on_choose.run(None);
                                if let Some(input) = input.get_untracked() {
                                    let _ = input.focus();
                                }
                            }
                        >
                            <Icon name="x" small=true />
                        </button>
                    })}
                </div>
                {move || {
                    let list_id = list_id.clone();
                    open.get().then(|| view! {
                        // Pressing within the list must not take the focus from the input.
                        <div class="listbox" on:mousedown=move |ev| ev.prevent_default()>
                            <ul id=list_id role="listbox" aria-label=label>
                                {move || found.get().options.into_iter().enumerate().map(|(at, option)| {
                                    let picked = option.clone();
                                    let is_active = move || active.get() == Some(at);
                                    let is_chosen = chosen.get_untracked().is_some_and(|chosen| chosen.id == option.id);
                                    view! {
                                        <li
                                            role="option"
                                            id=option_id(at)
                                            aria-selected=move || is_active().to_string()
                                            data-active=move || is_active().then_some("")
                                            on:click=move |_| choose(picked.clone())
                                        >
                                            <span>{marked(&option.name, &option.marks)}</span>
                                            <span class="sub num">{option.code}</span>
                                            {is_chosen.then(|| view! { <Icon name="check" /> })}
                                        </li>
                                    }
                                }).collect_view()}
                            </ul>
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
                }}
            </div>
            <FieldError form field />
        </div>
    }
    .into_any()
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

/// A name with the parts that answered the query marked.
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
