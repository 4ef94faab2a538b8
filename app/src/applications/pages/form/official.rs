//! Institution, work unit and period of an official.

use domain::{
    applications::address::check_address,
    issues::Field,
    master_data::{
        institution::{Institution, InstitutionType},
        work_unit::WorkUnit,
    },
};
use leptos::prelude::*;

use super::filling::Filling;
use crate::{
    applications::{
        api::{institutions, work_units},
        texts,
    },
    components::{
        Choice, Choices, ReadOnlyField, TextArea,
        combobox::{Chosen, Combobox, Search},
        date::DateField,
        field::{FieldError, RepairNote},
    },
};

#[component]
pub(super) fn InstitutionSection(filling: Filling, types: Vec<InstitutionType>) -> impl IntoView {
    view! {
        <section class="stack g6" aria-labelledby="b2">
            <h2 id="b2">"Instansi dan satuan kerja"</h2>
            <TypeField filling types />
            <InstitutionField filling />
            <WorkUnitField filling />
            <AddressField filling />
        </section>
    }
    .into_any()
}

#[component]
fn TypeField(filling: Filling, types: Vec<InstitutionType>) -> impl IntoView {
    let form = filling.form;
    let typed = filling.answers.with_untracked(|answers| answers.institution_type);
    let on_choose = Callback::new(move |value: &'static str| {
        let kind = value.parse().ok();
        filling.touch(Field::InstitutionType);
        filling.change(|answers| answers.institution_type = kind);
    });
    let choices = types.into_iter().enumerate().map(move |(nth, each)| {
        let id = (nth == 0).then_some("institution_type");
        view! {
            <Choice
                name="institution_type"
                value=each.as_str()
                title=each.label()
                checked={typed == Some(each)}
                id=id
                on_choose
            />
        }
    });
    view! {
        <Choices form field=Field::InstitutionType label="Jenis Instansi" beside=true>{choices.collect_view()}</Choices>
    }
    .into_any()
}

#[component]
fn InstitutionField(filling: Filling) -> impl IntoView {
    let kind = Memo::new(move |_| filling.answers.with(|answers| answers.institution_type));
    let on_choose = Callback::new(move |chosen: Option<Chosen>| {
        filling.touch(Field::Institution);
        let id = chosen.as_ref().map(|chosen| chosen.id);
        let kind = kind.get_untracked();
        filling.institution.set(chosen.zip(kind).map(|(Chosen { id, name, code }, kind)| Institution {
            id,
            kind,
            kd_klpd: code,
            name,
        }));
        filling.change(|answers| answers.institution = id);
    });
    let search: Search = Callback::new(move |(query, answer): (String, Callback<_>)| {
        if let Some(kind) = kind.get_untracked() {
            leptos::task::spawn_local(async move { answer.run(institutions(kind, query).await) });
        }
    });
    let chosen = move || {
        filling.institution.get().map(|chosen| Chosen { id: chosen.id, name: chosen.name, code: chosen.kd_klpd })
    };
    view! {
        <Combobox
            form=filling.form
            field=Field::Institution
            label="Nama Instansi"
            hint=texts::form::INSTITUTION_HINT
            noun="instansi"
            action="instansi"
            chosen=Signal::derive(chosen)
            on_choose
            search
            blocked=Signal::derive(move || kind.get().is_none().then_some(texts::form::TYPE_FIRST))
            note=filling.note(Field::Institution)
        />
    }
    .into_any()
}

#[component]
fn WorkUnitField(filling: Filling) -> impl IntoView {
    let on_choose = Callback::new(move |chosen: Option<Chosen>| {
        filling.touch(Field::WorkUnit);
        let id = chosen.as_ref().map(|chosen| chosen.id);
        let (institution, before) = filling.answers.with_untracked(|answers| (answers.institution, answers.work_unit));
        if id == before {
            return;
        }
        filling.work_unit.set(chosen.zip(institution).map(|(Chosen { id, name, code }, institution_id)| WorkUnit {
            id,
            institution_id,
            code,
            name,
            active: true,
            // The answer to the save tells whether the form asks for it.
            address_required: false,
        }));
        filling.change(|answers| answers.work_unit = id);
    });
    let search: Search = Callback::new(move |(query, answer): (String, Callback<_>)| {
        if let Some(institution) = filling.answers.with_untracked(|answers| answers.institution) {
            leptos::task::spawn_local(async move { answer.run(work_units(institution, query).await) });
        }
    });
    let chosen =
        move || filling.work_unit.get().map(|chosen| Chosen { id: chosen.id, name: chosen.name, code: chosen.code });
    let blocked =
        move || filling.answers.with(|answers| answers.institution.is_none()).then_some(texts::form::INSTITUTION_FIRST);
    view! {
        <Combobox
            form=filling.form
            field=Field::WorkUnit
            label="Satuan Kerja"
            hint=texts::form::WORK_UNIT_HINT
            noun="satuan kerja"
            action="satker"
            chosen=Signal::derive(chosen)
            on_choose
            search
            blocked=Signal::derive(blocked)
            note=filling.note(Field::WorkUnit)
        />
    }
    .into_any()
}

/// Institution and work unit of a renewal; the person cannot change them.
#[component]
pub(super) fn HeldPlace(filling: Filling) -> impl IntoView {
    let form = filling.form;
    let draft = filling.draft.with_value(|page| page.draft.clone());
    let chosen = [
        ("institution_type", draft.answers.institution_type.map(|kind| kind.to_string())),
        ("institution", draft.answers.institution.map(|id| id.to_string())),
        ("work_unit", draft.answers.work_unit.map(|id| id.to_string())),
    ];
    let shown = [
        (Field::Institution, "institution", "Nama Instansi", draft.institution.map(|institution| institution.name)),
        (Field::WorkUnit, "work_unit", "Satuan Kerja", draft.work_unit.map(|unit| unit.name)),
    ];
    view! {
        <section class="stack g6" aria-labelledby="b2">
            <div class="stack g1">
                <h2 id="b2">"Instansi dan satuan kerja"</h2>
                <p class="sub">
                    {texts::form::SAME_WORK_UNIT}
                    <a href="/akses/baru">{texts::form::START_ANOTHER}</a>
                    "."
                </p>
            </div>
            {chosen.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
            {shown.map(|(field, id, label, value)| view! {
                <div class="stack g2">
                    <RepairNote field note=filling.note(field) />
                    <ReadOnlyField id label value=value.unwrap_or_default() />
                    <FieldError form field />
                </div>
            }).collect_view()}
            <AddressField filling />
        </section>
    }
    .into_any()
}

/// Alamat Satuan Kerja, if the form asks for it.
#[component]
fn AddressField(filling: Filling) -> impl IntoView {
    let form = filling.form;
    let note = StoredValue::new(filling.note(Field::Address));
    // Also if the desk marked the address while somebody else gave one.
    let needs_address = Memo::new(move |_| {
        let first = filling.work_unit.with(|unit| unit.as_ref().is_some_and(|unit| unit.address_required));
        first || note.with_value(Option::is_some)
    });
    view! {
        {move || if needs_address.get() {
            view! {
                <TextArea
                    form
                    field=Field::Address
                    label="Alamat Satuan Kerja"
                    hint=texts::form::ADDRESS_HINT
                    value=filling.answers.with_untracked(|answers| answers.address.clone())
                    autocomplete="street-address"
                    check={|value| check_address(value)}
                    on_change=Callback::new(move |value| filling.change(|answers| answers.address = value))
                    note=note.get_value()
                />
            }
            .into_any()
        } else {
            // Keep what was typed when the form still asked for it.
            let address = move || filling.answers.with(|answers| answers.address.clone());
            view! { <input type="hidden" name="address" value=address /> }.into_any()
        }}
    }
    .into_any()
}

/// One end of the period.
#[component]
pub(super) fn PeriodField(filling: Filling, field: Field, label: &'static str) -> impl IntoView {
    let first = field == Field::FirstDay;
    let value = Memo::new(move |_| {
        filling.answers.with(|answers| if first { answers.first_day.clone() } else { answers.last_day.clone() })
    });
    let on_change = Callback::new(move |typed| {
        filling.change(|answers| {
            let date = if first { &mut answers.first_day } else { &mut answers.last_day };
            *date = typed;
        });
    });
    let on_leave = Callback::new(move |()| {
        // Check a date once all its boxes are filled.
        if value.with_untracked(|date| [&date.day, &date.month, &date.year].iter().all(|part| !part.is_empty())) {
            filling.touch(field);
        }
    });
    view! { <DateField form=filling.form field label value on_change on_leave note=filling.note(field) /> }
}
