//! The choice of an access, and the button that enters.

use domain::{indonesian::date, issues::Field, platforms::launcher::UsableAccess};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    components::{
        Icon,
        field::{FieldError, described_by, invalid},
    },
    forms::FormState,
};

/// The access in a refused form.
pub(super) fn typed_access(form: FormState) -> Option<Uuid> {
    form.typed(Field::Access.as_str()).and_then(|id| id.parse().ok())
}

#[component]
pub(super) fn EnterButton(form: FormState, form_id: &'static str) -> impl IntoView {
    view! {
        <button class="btn btn--primary" form=form_id aria-busy=move || form.pending.get().then_some("true")>
            "Selanjutnya"
            <Icon name="go" />
        </button>
    }
}

/// The initial choice: the only access, or the last choice.
fn preselected(accesses: &[UsableAccess]) -> Option<Uuid> {
    match accesses {
        [only] => Some(only.id),
        several => several.iter().find(|access| access.last_used).map(|access| access.id),
    }
}

/// The accesses that are usable on a platform, the last choice first.
#[component]
pub(super) fn AccessChoices(
    form: FormState,
    chosen: RwSignal<Option<Uuid>>,
    legend: String,
    accesses: Vec<UsableAccess>,
) -> impl IntoView {
    let known = |id: Option<Uuid>| accesses.iter().any(|access| Some(access.id) == id);
    if !known(chosen.get_untracked()) {
        chosen.set(preselected(&accesses));
    }
    let options = accesses.into_iter().enumerate().map(|(nth, access)| {
        let id = access.id;
        // Links to the field and the focus after a refusal go to the first one.
        let element = (nth == 0).then(|| Field::Access.as_str());
        let until = match access.last_used {
            true => format!("Sampai {} · terakhir dipakai", date(access.last_day)),
            false => format!("Sampai {}", date(access.last_day)),
        };
        view! {
            <label class="choice choice--wide">
                <input
                    id=element
                    type="radio"
                    name=Field::Access.as_str()
                    value=id.to_string()
                    checked={chosen.get_untracked() == Some(id)}
                    on:change=move |_| {
                        chosen.set(Some(id));
                        form.set_issue(Field::Access, None);
                    }
                />
                <span>
                    <b>{format!("{} · {}", access.role.info().code, access.place)}</b>
                    {access.institution.map(|institution| view! { <small>{institution}</small> })}
                    <small>{until}</small>
                </span>
            </label>
        }
    });
    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-invalid=invalid(form, Field::Access)
            aria-describedby=described_by(form, Field::Access, false)
        >
            <legend class="label">{legend}</legend>
            <div class="stack g2">{options.collect_view()}</div>
            <FieldError form field=Field::Access />
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::role::{ProfileType, Role};
    use time::macros::date;

    use super::*;

    fn access(n: u128, last_used: bool) -> UsableAccess {
        UsableAccess {
            id: Uuid::from_u128(n),
            profile_type: ProfileType::NonPenyedia,
            role: Role::Pa,
            place: "Sekretariat".into(),
            institution: None,
            last_day: date!(2027 - 12 - 31),
            last_used,
        }
    }

    #[test]
    fn the_only_access_or_the_last_choice_is_preselected() {
        assert_eq!(preselected(&[]), None);
        assert_eq!(preselected(&[access(1, false)]), Some(Uuid::from_u128(1)));
        assert_eq!(preselected(&[access(1, false), access(2, false)]), None);
        assert_eq!(preselected(&[access(1, false), access(2, true)]), Some(Uuid::from_u128(2)));
    }
}
