//! The company of a supplier.

use domain::{
    applications::{
        address::check_address,
        company::{CompanyInput, CompanyName, Nib, Npwp},
    },
    issues::Field,
};
use leptos::prelude::*;

use super::filling::Filling;
use crate::{
    applications::texts,
    components::{
        ReadOnlyField, TextArea, TextField,
        field::{Check, FieldError},
    },
    forms::FormState,
};

const CHECK_COMPANY: Check = |value| CompanyName::parse(value).map(|_| ());
const CHECK_NPWP: Check = |value| Npwp::parse(value).map(|_| ());
const CHECK_NIB: Check = |value| Nib::parse(value).map(|_| ());

/// `held`: the application renews an access, which keeps the NIB.
#[component]
pub(super) fn CompanySection(filling: Filling, held: bool) -> impl IntoView {
    let form = filling.form;
    let typed = filling.answers.with_untracked(|answers| answers.company.clone());
    view! {
        <section class="stack g6" aria-labelledby="b2">
            <h2 id="b2">"Perusahaan"</h2>
            <TextField
                form
                field=Field::CompanyName
                label="Nama Perusahaan"
                hint=texts::form::COMPANY_NAME_HINT
                value=typed.name
                autocomplete="organization"
                check=CHECK_COMPANY
                on_change=change(filling, |company, value| company.name = value)
                note=filling.note(Field::CompanyName)
            />
            <TextField
                form
                field=Field::Npwp
                label="NPWP"
                hint=texts::form::NPWP_HINT
                value=typed.npwp
                inputmode="numeric"
                check=CHECK_NPWP
                on_change=change(filling, |company, value| company.npwp = value)
                note=filling.note(Field::Npwp)
            />
            <NibField filling nib=typed.nib held />
            <TextArea
                form
                field=Field::CompanyAddress
                label="Alamat Perusahaan"
                hint=texts::form::COMPANY_ADDRESS_HINT
                value=typed.address
                autocomplete="street-address"
                check={|value| check_address(value)}
                on_change=change(filling, |company, value| company.address = value)
                note=filling.note(Field::CompanyAddress)
            />
        </section>
    }
    .into_any()
}

/// Writes what is typed into the company.
fn change(filling: Filling, put: fn(&mut CompanyInput, String)) -> Callback<String> {
    Callback::new(move |value| filling.change(|answers| put(&mut answers.company, value)))
}

#[component]
fn NibField(filling: Filling, nib: String, held: bool) -> impl IntoView {
    let form = filling.form;
    if held {
        return view! { <HeldNib form nib /> }.into_any();
    }
    view! {
        <TextField
            form
            field=Field::Nib
            label="NIB"
            hint=texts::form::NIB_HINT
            value=nib
            inputmode="numeric"
            check=CHECK_NIB
            on_change=change(filling, |company, value| company.nib = value)
            note=filling.note(Field::Nib)
        />
    }
    .into_any()
}

/// The NIB of a renewal; the person cannot change it.
#[component]
fn HeldNib(form: FormState, nib: String) -> impl IntoView {
    view! {
        <div class="stack g2">
            <input type="hidden" name="nib" value=nib.clone() />
            <ReadOnlyField id="nib" label="NIB" value=nib />
            <p class="sub">
                {texts::form::SAME_COMPANY}
                <a href="/akses/baru">{texts::form::START_ANOTHER}</a>
                "."
            </p>
            <FieldError form field=Field::Nib />
        </div>
    }
    .into_any()
}
