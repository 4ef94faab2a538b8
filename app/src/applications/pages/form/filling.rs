//! The draft while it is filled in: what is on screen, and what is wrong with it.

use std::collections::HashSet;

use domain::{
    applications::{
        answers::Answers,
        fields,
        views::DraftPage,
        wizard::{Draft, Step, issues},
    },
    issues::{Field, Problem, letter::Letter},
    master_data::{institution::Institution, work_unit::WorkUnit},
    time::Timestamp,
};
use leptos::{html, prelude::*};

use crate::forms::FormState;

/// The state of automatic saving.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser saves while one types"))]
pub(super) enum Saving {
    /// Everything on screen is stored, since then.
    Saved(Timestamp),
    /// A save is on its way or about to start.
    Pending,
    /// The last save failed and is retried.
    Failed,
    /// Another tab or device changed the draft. Nothing is saved until the page is loaded again.
    Stopped,
}

/// The draft while it is filled in.
#[derive(Clone, Copy)]
pub(super) struct Filling {
    pub(super) form: FormState,
    /// As stored when the page was opened.
    pub(super) draft: StoredValue<DraftPage>,
    pub(super) answers: RwSignal<Answers>,
    pub(super) institution: RwSignal<Option<Institution>>,
    pub(super) work_unit: RwSignal<Option<WorkUnit>>,
    pub(super) letter: RwSignal<Option<Letter>>,
    pub(super) version: RwSignal<i64>,
    pub(super) saving: RwSignal<Saving>,
    /// Fields that the person has left once; they are checked while the person types.
    touched: RwSignal<HashSet<Field>>,
}

impl Filling {
    pub(super) fn new(form: FormState, draft: DraftPage) -> Self {
        let refused = form.problem_untracked(Field::Form);
        let Shown { mut answers, institution, work_unit, version } =
            refused.as_ref().and_then(|_| Shown::typed(form, &draft)).unwrap_or_else(|| Shown::stored(&draft));
        // A renewal keeps its place.
        let (institution, work_unit) = match draft.renews {
            Some(_) => (draft.draft.institution.clone(), draft.draft.work_unit.clone()),
            None => (institution, work_unit),
        };
        // Suggest the address of the master data.
        if answers.address.is_empty()
            && work_unit.as_ref().is_some_and(|unit| unit.address_required)
            && let Some(listed) = &draft.listed_address
        {
            answers.address.clone_from(listed);
        }
        let saving = match refused {
            Some(Problem::Conflict(_)) => Saving::Stopped,
            _ => Saving::Saved(draft.saved_at),
        };
        Self {
            form,
            institution: RwSignal::new(institution),
            work_unit: RwSignal::new(work_unit),
            letter: RwSignal::new(draft.draft.letter.clone()),
            version: RwSignal::new(version),
            saving: RwSignal::new(saving),
            touched: RwSignal::new(HashSet::new()),
            answers: RwSignal::new(answers),
            draft: StoredValue::new(draft),
        }
    }

    /// The draft as it is on screen.
    fn current(self) -> Draft {
        self.draft.with_value(|stored| Draft {
            answers: self.answers.get(),
            institution: self.institution.get(),
            work_unit: self.work_unit.get(),
            letter: self.letter.get(),
            ..stored.draft.clone()
        })
    }

    /// The desk's note at a field.
    pub(super) fn note(self, field: Field) -> Option<String> {
        self.draft.with_value(|draft| draft.note(field))
    }

    /// From now on the field is checked while the person types.
    pub(super) fn touch(self, field: Field) {
        if self.touched.try_with_untracked(|touched| touched.contains(&field)) == Some(false) {
            self.touched.try_update(|touched| touched.insert(field));
        }
    }

    /// Keeps the issues of touched fields up to date.
    pub(super) fn check_while_typing(self) {
        Effect::new(move |before: Option<()>| {
            let today = self.draft.with_value(|draft| draft.today);
            let found = issues(&self.current(), Step::Form, today);
            let touched = self.touched.get();
            // The first run only subscribes: the page is drawn already.
            if before.is_none() {
                return;
            }
            let shown: HashSet<Field> =
                self.form.issues.with_untracked(|issues| issues.iter().map(|issue| issue.field).collect());
            for field in touched.union(&shown).copied().filter(|field| !matches!(field, Field::Form | Field::Letter)) {
                let problem = found.iter().find(|issue| issue.field == field).map(|issue| issue.problem.clone());
                self.form.set_issue(field, problem);
            }
        });
    }

    /// Changes the answers, and clears what depends on a changed choice, as the server does when it saves.
    pub(super) fn change(self, change: impl FnOnce(&mut Answers)) {
        // The page may be gone already.
        let Some(before) = self.answers.try_get_untracked() else { return };
        let mut answers = before.clone();
        change(&mut answers);
        let answers = answers.following(&before);
        if answers == before {
            return;
        }
        if answers.institution != before.institution && answers.institution.is_none() {
            self.institution.set(None);
        }
        if answers.work_unit != before.work_unit {
            // Otherwise the address field would start with what was typed before.
            self.form.forget_typed();
            if answers.work_unit.is_none() {
                self.work_unit.set(None);
            }
        }
        self.answers.set(answers);
    }

    /// Takes over what was typed before hydration, or restored by the browser. `within` is any input of the form.
    pub(super) fn take_over(self, within: NodeRef<html::Input>) {
        #[cfg(feature = "hydrate")]
        Effect::new(move |done: Option<bool>| {
            if done == Some(true) {
                return true;
            }
            let Some(form) = within.get().and_then(|input| input.form()) else { return false };
            if let Ok(data) = web_sys::FormData::new_with_form(&form) {
                let typed = fields::read(|name| data.get(name).as_string());
                self.change(|answers| *answers = typed);
            }
            true
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = within;
    }
}

/// The initial content of the form.
struct Shown {
    answers: Answers,
    institution: Option<Institution>,
    work_unit: Option<WorkUnit>,
    version: i64,
}

impl Shown {
    fn stored(draft: &DraftPage) -> Self {
        Self {
            answers: draft.draft.answers.clone(),
            institution: draft.draft.institution.clone(),
            work_unit: draft.draft.work_unit.clone(),
            version: draft.version,
        }
    }

    /// What was typed into a form that came back with issues, with the version that it was drawn from. The names of its
    /// choices are those in the search boxes.
    fn typed(form: FormState, draft: &DraftPage) -> Option<Self> {
        let version = form.typed("version")?.parse().ok()?;
        let query = |field: Field| form.typed(&format!("{field}_query")).unwrap_or_default();
        let answers = fields::read(|name| form.typed(name)).following(&draft.draft.answers);
        let institution = answers.institution.zip(answers.institution_type);
        let institution =
            institution.map(|(id, kind)| Institution { id, kind, kd_klpd: None, name: query(Field::Institution) });
        let work_unit = answers.work_unit.zip(answers.institution).map(|(id, institution_id)| WorkUnit {
            id,
            institution_id,
            code: None,
            name: query(Field::WorkUnit),
            active: true,
            address_required: !answers.address.is_empty(),
        });
        Some(Self { answers, institution, work_unit, version })
    }
}
