//! The check list of the open case.

use std::collections::BTreeSet;

use domain::{
    issues::{Field, Issue, Problem},
    time::Timestamp,
    verification::CaseFile,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::preview::Preview;
use crate::{components::Icon, forms::FormState, session::zone, verification::texts};

/// The id of the verdict's form. The check list is outside of it.
pub const FORM: &str = "putusan";

/// The ticked items of the check list. A new submission clears them: its letter may be another. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Ticked {
    case: Signal<CaseFile>,
    items: RwSignal<BTreeSet<Uuid>>,
}

impl Ticked {
    /// Begins with the items of a form that came back, otherwise with none.
    pub fn new(form: FormState, case: Signal<CaseFile>) -> Self {
        let is_same = form.typed("version") == Some(case.with_untracked(|case| case.version).to_string());
        let before = form.all_typed("check").into_iter().filter(|_| is_same);
        let items = RwSignal::new(before.filter_map(|id| id.parse().ok()).collect());
        Effect::new(move |before: Option<Timestamp>| {
            let sent = case.with(|case| case.submitted_at);
            if before.is_some_and(|before| before != sent) {
                items.set(BTreeSet::new());
            }
            sent
        });
        Self { case, items }
    }

    fn has(self, id: Uuid) -> bool {
        self.items.with(|items| items.contains(&id))
    }

    fn set(self, id: Uuid, on: bool) {
        self.items.update(|items| {
            if on {
                items.insert(id)
            } else {
                items.remove(&id)
            };
        });
    }

    /// True if the case can be approved: the list is not empty, and every item is ticked.
    pub fn complete(self) -> bool {
        self.left() == 0 && self.case.with(|case| !case.checks.is_empty())
    }

    /// The number of items that are not ticked.
    fn left(self) -> usize {
        let items = self.items;
        self.case.with(|case| items.with(|items| case.checks.iter().filter(|item| !items.contains(&item.id)).count()))
    }
}

/// The check list for **Setujui**, and the preview of its mail. It is below every part of the case, because the form of
/// the verdict sends the ticked items.
#[component]
pub fn CheckList(case: Signal<CaseFile>, ticked: Ticked) -> impl IntoView {
    let held = Memo::new(move |_| case.with(|case| case.holder.as_ref().is_some_and(|holder| holder.mine)));
    let code = case.with_untracked(|case| case.role.info().code);
    let checks = Memo::new(move |_| case.with(|case| case.checks.clone()));
    let zone = zone();
    view! {
        {move || held.get().then(|| view! {
            <fieldset class="checks" id="checks" tabindex="-1">
                <legend class="row sub">
                    <b>{format!("Daftar periksa {code}")}</b>
                    <span class="push scripted" id="v-h">
                        {move || texts::checks_left(ticked.left(), checks.with(Vec::is_empty))}
                    </span>
                </legend>
                {move || checks.with(Vec::is_empty).then(|| view! {
                    <p class="row g2">
                        <Icon name="info" />
                        {crate::texts::sentence(&Issue::new(Field::Checks, Problem::NoChecks), zone)}
                    </p>
                })}
                <For each=move || checks.get() key=Clone::clone let:item>
                    <label class="tick">
                        <input
                            type="checkbox"
                            name="check"
                            value=item.id.to_string()
                            form=FORM
                            checked=untrack(|| ticked.has(item.id))
                            prop:checked=move || ticked.has(item.id)
                            on:change:target=move |event| ticked.set(item.id, event.target().checked())
                        />
                        {item.text}
                    </label>
                </For>
            </fieldset>
            <div class="row">
                <Preview case verdict="approve" of=FORM />
            </div>
        })}
    }
    .into_any()
}
