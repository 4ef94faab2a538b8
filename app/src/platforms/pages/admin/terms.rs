//! The terms of a platform, and the form that publishes a version.

use domain::{
    indonesian::{count, date},
    issues::Field,
    platforms::{
        administration::{PlatformDetails, PublishedTerms},
        terms::TermsKind,
    },
    validity::DateInput,
};
use leptos::prelude::*;

use super::form::Buttons;
use crate::{
    administration::AdminPage,
    components::{FormProblem, Icon, TextArea, TextField, date::DateField},
    forms::{FormState, PostForm},
    platforms::texts,
    prose::Prose,
};

/// The versions of a document, the newest first.
#[component]
pub(super) fn Terms(page: String, kind: TermsKind, versions: Vec<PublishedTerms>, today: time::Date) -> impl IntoView {
    let heading = format!("h-{kind}");
    let labelled_by = heading.clone();
    let none = versions.is_empty();
    // The newest version that has begun is in force.
    let current = versions.iter().find(|version| version.document.in_force_on <= today);
    let current = current.map(|version| version.document.id);
    let row = move |version: PublishedTerms| {
        let is_current = Some(version.document.id) == current;
        view! { <Version version is_current today /> }
    };
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <header>
                <h2 id=heading>{kind.label()}</h2>
                <p class="sub">{texts::TERMS}</p>
                <p>
                    <a class="btn" href=format!("{page}?tindak=terbitkan&jenis={kind}")>
                        <Icon name="plus" />
                        "Terbitkan versi"
                    </a>
                </p>
            </header>
            {if none {
                view! { <p class="sub">{texts::NO_TERMS}</p> }
                    .into_any()
            } else {
                let rows = versions.into_iter().map(row).collect_view();
                view! { <ol class="panel results" role="list">{rows}</ol> }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Version(version: PublishedTerms, is_current: bool, today: time::Date) -> impl IntoView {
    let PublishedTerms { document, sha256, grace_days, accepted } = version;
    let badge = match () {
        () if document.in_force_on > today => {
            view! { <span class="badge" data-state="waiting"><Icon name="calendar" />"Terjadwal"</span> }.into_any()
        }
        () if is_current => {
            view! { <span class="badge" data-state="active"><Icon name="check" />"Berlaku"</span> }.into_any()
        }
        () => view! { <span class="badge">"Digantikan"</span> }.into_any(),
    };
    let grace = match grace_days {
        0 => String::new(),
        days => format!(" · tenggang {days} hari"),
    };
    view! {
        <li class="stack g2">
            <p class="row">
                <b>{format!("Versi {}", document.version)}</b>
                {badge}
                <span class="sub num">{format!("Mulai {}{grace}", date(document.in_force_on))}</span>
                <span class="sub push">{format!("{} orang menyetujui", count(u64::from(accepted)))}</span>
            </p>
            <p class="cap hash">{format!("SHA-256 {sha256}")}</p>
            <details class="stack fold">
                <summary class="row sub g1"><Icon name="right" small=true />"Lihat teks"</summary>
                <Prose nodes=document.text />
            </details>
        </li>
    }
    .into_any()
}

#[component]
pub(super) fn PublishPage(form: FormState, page: String, details: PlatformDetails, kind: TermsKind) -> impl IntoView {
    let same = details.terms.iter().filter(|version| version.document.kind == kind);
    let newest = same.map(|version| version.document.version).max();
    let next = newest.unwrap_or(0) + 1;
    let typed = |name: &str| form.typed(name).unwrap_or_default();
    let typed_day = DateInput { day: typed("day"), month: typed("day_month"), year: typed("day_year") };
    let day = RwSignal::new(if typed_day.is_empty() { DateInput::from_date(details.today) } else { typed_day });
    let check = Callback::new(move |()| {
        let typed = day.get_untracked();
        // An empty box is still to be filled in.
        if [&typed.day, &typed.month, &typed.year].iter().all(|part| !part.is_empty()) {
            form.set_issue(Field::Day, typed.parse().err());
        }
    });
    let action = format!("{page}?tindak=terbitkan&jenis={kind}");
    let lead = texts::publish_lead(&details.form.name, next);
    view! {
        <AdminPage title=kind.label() lead>
            <PostForm form action class="stack g8 narrow">
                <FormProblem form />
                <input type="hidden" name="tindak" value="terbitkan" />
                <input type="hidden" name="jenis" value=kind.as_str() />
                <TextArea
                    form
                    field=Field::Text
                    label="Teks"
                    hint="Markdown: # judul, **tebal**, - butir, [kata](https://alamat). HTML tampil apa adanya."
                    rows=16
                />
                <DateField
                    form
                    field=Field::Day
                    label="Mulai berlaku"
                    value=day
                    on_change=Callback::new(move |typed| day.set(typed))
                    on_leave=check
                />
                <TextField
                    form
                    field=Field::GraceDays
                    label="Tenggang (hari)"
                    hint="Selama ini yang sudah menyetujui versi sebelumnya masih dapat masuk. Paling lama 90."
                    inputmode="numeric"
                    value="0"
                />
                <Buttons form label="Terbitkan" back=page />
            </PostForm>
        </AdminPage>
    }
    .into_any()
}
