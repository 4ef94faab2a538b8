//! The wizard of guide steps 2 to 12: what a draft holds, which step comes next, what is still wrong.

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    applications::{address::check_address, answers::Answers, company, fields, sirup::SirupAccount},
    issues::{Field, Issue, Problem, letter::Letter},
    master_data::{institution::Institution, work_unit::WorkUnit},
    role::{ProfileType, Role},
    validity::Validity,
};

/// Whether the draft is linked with SiRUP (guide steps 3 to 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The person has not decided yet.
    Undecided,
    Linked(SirupAccount),
    /// A new access without SiRUP, confirmed with **Ya, Lanjutkan**.
    New,
}

/// An application while it is filled in, with everything that its rules need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub profile_type: ProfileType,
    pub role: Role,
    pub link: Link,
    pub answers: Answers,
    /// The institution with the id `answers.institution`.
    pub institution: Option<Institution>,
    /// The work unit with the id `answers.work_unit`.
    pub work_unit: Option<WorkUnit>,
    pub letter: Option<Letter>,
}

/// A step of the wizard; each is a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// Hubungkan Akses SiRUP (guide steps 3 to 9).
    Sirup,
    /// Formulir (steps 10 and 11).
    Form,
    /// Tinjau dan Kirim (step 12).
    Review,
}

impl Step {
    /// The last part of the path of its page.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sirup => "sirup",
            Self::Form => "formulir",
            Self::Review => "tinjau",
        }
    }
}

impl Draft {
    /// True if the form asks for `field` now: the address of a work unit is asked for only until somebody gave it.
    pub fn asks(&self, field: Field) -> bool {
        match field {
            Field::Address => self.work_unit.as_ref().is_some_and(|unit| unit.address_required),
            _ => fields::of(self.profile_type).any(|row| row.field == field),
        }
    }

    /// The role in SiRUP, if a linked account has another one than is applied for; person and desk are told.
    pub fn differing_sirup_role(&self) -> Option<&str> {
        match &self.link {
            Link::Linked(account) if account.known_role() != Some(self.role) => Some(&account.role),
            _ => None,
        }
    }
}

/// The first step that is not finished. Pages beyond it redirect to it.
pub fn next_step(draft: &Draft, today: Date) -> Step {
    [Step::Sirup, Step::Form].into_iter().find(|step| !issues(draft, *step, today).is_empty()).unwrap_or(Step::Review)
}

/// What is wrong at `step`, in the order of its fields; empty if it is finished. `today` is a date in the person's zone.
/// [`Step::Review`] repeats what is wrong at the steps before it.
pub fn issues(draft: &Draft, step: Step, today: Date) -> Vec<Issue> {
    match step {
        Step::Sirup if draft.link == Link::Undecided && draft.role.info().in_sirup => {
            vec![Issue::new(Field::SirupUsername, Problem::Missing)]
        }
        Step::Sirup => Vec::new(),
        Step::Form => match draft.profile_type {
            ProfileType::NonPenyedia => form_issues(draft, today),
            ProfileType::Penyedia => company_issues(draft),
        },
        Step::Review => [Step::Sirup, Step::Form].into_iter().flat_map(|step| issues(draft, step, today)).collect(),
    }
}

/// A supplier gives a company in place of institution and work unit. The period is not typed ([`company::validity`]).
fn company_issues(draft: &Draft) -> Vec<Issue> {
    let proof = draft.letter.is_none().then(|| Issue::new(Field::Letter, Problem::Missing));
    company::issues(&draft.answers.company).into_iter().chain(proof).collect()
}

fn form_issues(draft: &Draft, today: Date) -> Vec<Issue> {
    let answers = &draft.answers;
    let mut found = Vec::new();
    let mut note = |field, problem: Option<Problem>| found.extend(problem.map(|problem| Issue::new(field, problem)));

    note(Field::InstitutionType, answers.institution_type.is_none().then_some(Problem::Missing));
    note(
        Field::Institution,
        match &draft.institution {
            None => Some(Problem::Missing),
            Some(chosen) => answers
                .institution_type
                .is_some_and(|kind| kind != chosen.kind)
                .then_some(Problem::InstitutionOfOtherType),
        },
    );
    note(
        Field::WorkUnit,
        match &draft.work_unit {
            None => Some(Problem::Missing),
            Some(unit) if Some(unit.institution_id) != answers.institution => Some(Problem::WorkUnitOfOtherInstitution),
            Some(unit) if !unit.active => Some(Problem::WorkUnitInactive { year: today.year() }),
            Some(_) => None,
        },
    );
    if draft.asks(Field::Address) {
        note(Field::Address, check_address(&answers.address).err());
    }
    let first = answers.first_day.parse();
    note(Field::FirstDay, first.clone().err());
    note(
        Field::LastDay,
        match answers.last_day.parse() {
            Err(problem) => Some(problem),
            Ok(last) => check_last_day(first.ok(), last, today).err(),
        },
    );
    note(Field::Letter, draft.letter.is_none().then_some(Problem::Missing));
    found
}

/// Checks that the last day of a role is neither before today nor before the first day.
///
/// # Errors
/// [`Problem::LastBeforeFirst`] or [`Problem::LastInPast`].
pub fn check_last_day(first: Option<Date>, last: Date, today: Date) -> Result<(), Problem> {
    if first.is_some_and(|first| last < first) {
        Err(Problem::LastBeforeFirst { last })
    } else if last < today {
        Err(Problem::LastInPast { last })
    } else {
        Ok(())
    }
}

/// The period that was typed; `None` while its dates are wrong.
pub fn validity(answers: &Answers) -> Option<Validity> {
    Validity::new(answers.first_day.parse().ok()?, answers.last_day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{master_data::institution::InstitutionType, time::Timestamp, validity::DateInput};
    use ::time::macros::date;
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    const TODAY: Date = date!(2026 - 11 - 22);

    fn complete() -> Draft {
        let institution = Institution {
            id: Uuid::from_u128(1),
            kind: InstitutionType::Kementerian,
            kd_klpd: Some("K34".into()),
            name: "Kementerian Ketenagakerjaan".into(),
        };
        let work_unit = WorkUnit {
            id: Uuid::from_u128(2),
            institution_id: institution.id,
            code: Some("450938".into()),
            name: "Sekretariat Jenderal".into(),
            active: true,
            address_required: true,
        };
        Draft {
            profile_type: ProfileType::NonPenyedia,
            role: Role::Pa,
            link: Link::New,
            answers: Answers {
                institution_type: Some(InstitutionType::Kementerian),
                institution: Some(institution.id),
                work_unit: Some(work_unit.id),
                address: "Jalan Jenderal Gatot Subroto Kavling 51".into(),
                first_day: DateInput::from_date(date!(2026 - 12 - 01)),
                last_day: DateInput::from_date(date!(2027 - 12 - 31)),
                ..Answers::default()
            },
            institution: Some(institution),
            work_unit: Some(work_unit),
            letter: Some(Letter { id: Uuid::from_u128(3), file_name: "surat.pdf".into(), bytes: 10, pages: 1 }),
        }
    }

    #[test]
    fn a_complete_draft_is_ready_for_review() {
        assert_eq!(issues(&complete(), Step::Review, TODAY), []);
        assert_eq!(next_step(&complete(), TODAY), Step::Review);
    }

    #[test]
    fn steps_come_in_order() {
        let draft = Draft { link: Link::Undecided, letter: None, ..complete() };
        assert_eq!(next_step(&draft, TODAY), Step::Sirup);
        let draft = Draft { link: Link::New, ..draft };
        assert_eq!(next_step(&draft, TODAY), Step::Form);
    }

    fn with(change: impl FnOnce(&mut Draft)) -> Draft {
        let mut draft = complete();
        change(&mut draft);
        draft
    }

    #[rstest]
    #[case(with(|d| d.answers.institution_type = None), Field::InstitutionType, Problem::Missing)]
    #[case(with(|d| d.answers.institution_type = Some(InstitutionType::Lembaga)), Field::Institution, Problem::InstitutionOfOtherType)]
    #[case(with(|d| d.institution = None), Field::Institution, Problem::Missing)]
    #[case(with(|d| d.work_unit = None), Field::WorkUnit, Problem::Missing)]
    #[case(with(|d| d.answers.institution = Some(Uuid::nil())), Field::WorkUnit, Problem::WorkUnitOfOtherInstitution)]
    #[case(with(|d| d.work_unit.as_mut().unwrap().active = false), Field::WorkUnit, Problem::WorkUnitInactive { year: 2026 })]
    #[case(with(|d| d.answers.address = " \n".into()), Field::Address, Problem::Missing)]
    #[case(with(|d| d.answers.address = "Jl. A".into()), Field::Address, Problem::TooShort { min: 10 })]
    #[case(with(|d| d.answers.address = "a".repeat(501)), Field::Address, Problem::TooLong { max: 500 })]
    #[case(with(|d| d.answers.address = "Jalan\u{0}Merdeka 1".into()), Field::Address, Problem::BadCharacters)]
    #[case(with(|d| d.answers.first_day = DateInput::default()), Field::FirstDay, Problem::Missing)]
    #[case(with(|d| d.answers.last_day.year = String::new()), Field::LastDay, Problem::DateIncomplete)]
    #[case(with(|d| d.answers.last_day = DateInput::from_date(date!(2025 - 12 - 31))), Field::LastDay, Problem::LastBeforeFirst { last: date!(2025 - 12 - 31) })]
    #[case(
        with(|d| { d.answers.first_day = DateInput::from_date(date!(2026 - 01 - 01)); d.answers.last_day = DateInput::from_date(date!(2026 - 11 - 21)); }),
        Field::LastDay, Problem::LastInPast { last: date!(2026 - 11 - 21) }
    )]
    #[case(with(|d| d.letter = None), Field::Letter, Problem::Missing)]
    fn each_rule_has_its_code(#[case] draft: Draft, #[case] field: Field, #[case] problem: Problem) {
        assert_eq!(issues(&draft, Step::Form, TODAY), [Issue::new(field, problem)]);
    }

    #[test]
    fn a_supplier_skips_sirup_and_gives_a_company() {
        let draft = Draft {
            profile_type: ProfileType::Penyedia,
            role: Role::Penyedia,
            link: Link::Undecided,
            answers: Answers::default(),
            institution: None,
            work_unit: None,
            letter: None,
        };
        assert_eq!(next_step(&draft, TODAY), Step::Form);
        let fields: Vec<Field> = issues(&draft, Step::Review, TODAY).into_iter().map(|issue| issue.field).collect();
        assert_eq!(fields, [Field::CompanyName, Field::Npwp, Field::Nib, Field::CompanyAddress, Field::Letter]);
        let company = company::CompanyInput {
            name: "PT Sinar Jaya Abadi".into(),
            npwp: "012345678901000".into(),
            nib: "9120001234567".into(),
            address: "Jalan Raya Bogor Kilometer 26, Jakarta".into(),
        };
        let draft = Draft { answers: Answers { company, ..Answers::default() }, letter: complete().letter, ..draft };
        assert_eq!(next_step(&draft, TODAY), Step::Review);
    }

    #[test]
    fn the_last_day_may_be_today() {
        let draft = with(|d| {
            d.answers.first_day = DateInput::from_date(date!(2026 - 01 - 01));
            d.answers.last_day = DateInput::from_date(TODAY);
        });
        assert_eq!(issues(&draft, Step::Form, TODAY), []);
    }

    #[test]
    fn only_the_first_registrant_must_give_the_address() {
        let draft = with(|d| {
            d.answers.address.clear();
            d.work_unit.as_mut().unwrap().address_required = false;
        });
        assert_eq!(issues(&draft, Step::Form, TODAY), []);
    }

    #[test]
    fn a_differing_role_in_sirup_is_found() {
        let account = |role: &str| SirupAccount {
            username: "pa.lama".into(),
            name: "Siti".into(),
            role: role.into(),
            kd_klpd: None,
            kd_satker: None,
            registered_at: Timestamp::from_micros(0),
        };
        let linked = |role| Draft { link: Link::Linked(account(role)), ..complete() };
        assert_eq!(linked("PA").differing_sirup_role(), None);
        assert_eq!(linked("KPA").differing_sirup_role(), Some("KPA"));
        assert_eq!(linked("PPK").differing_sirup_role(), Some("PPK"));
        assert_eq!(complete().differing_sirup_role(), None);
    }

    proptest! {
        #[test]
        fn the_next_step_is_the_first_with_issues(linked: bool, letter: bool, address in ".{0,40}", day in "[0-9]{0,3}") {
            let draft = with(|d| {
                if !linked { d.link = Link::Undecided; }
                if !letter { d.letter = None; }
                d.answers.address = address;
                d.answers.last_day.day = day;
            });
            let next = next_step(&draft, TODAY);
            for step in [Step::Sirup, Step::Form] {
                if step < next {
                    prop_assert!(issues(&draft, step, TODAY).is_empty());
                }
            }
            if next != Step::Review {
                prop_assert!(!issues(&draft, next, TODAY).is_empty());
            }
        }
    }
}
