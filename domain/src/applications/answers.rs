//! The answers of the form (guide step 10), kept as typed. [`super::fields`] lists the fields of the form.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    applications::{address::ADDRESS_LENGTH, company::CompanyInput},
    master_data::institution::InstitutionType,
    role::ProfileType,
    text::cut,
    validity::DateInput,
};

/// What the person entered into the form, right or wrong. Stored as JSON; a new field needs a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    pub institution_type: Option<InstitutionType>,
    pub institution: Option<Uuid>,
    pub work_unit: Option<Uuid>,
    /// Address of the work unit.
    pub address: String,
    pub first_day: DateInput,
    pub last_day: DateInput,
    /// Suppliers only.
    pub company: CompanyInput,
}

impl Answers {
    /// Cuts the answers to what may be stored: addresses to four times their limit, parts of dates to 10 characters.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        cut(&mut self.address, ADDRESS_LENGTH.end() * 4);
        for date in [&mut self.first_day, &mut self.last_day] {
            for part in [&mut date.day, &mut date.month, &mut date.year] {
                cut(part, 10);
            }
        }
        Self { company: self.company.bounded(), ..self }
    }

    /// Keeps what the form of a profile type asks for. A supplier gives no institution, which would lead the application
    /// to another desk.
    #[must_use]
    pub fn asked_of(self, profile_type: ProfileType) -> Self {
        match profile_type {
            ProfileType::NonPenyedia => Self { company: CompanyInput::default(), ..self },
            ProfileType::Penyedia => Self { company: self.company, ..Self::default() },
        }
    }

    /// Clears what depends on a changed type, institution or work unit (guide step 10); the address belongs to the work
    /// unit. `before` are the answers before the change.
    #[must_use]
    pub fn following(mut self, before: &Self) -> Self {
        if self.institution_type != before.institution_type && self.institution == before.institution {
            self.institution = None;
        }
        if self.institution != before.institution && self.work_unit == before.work_unit {
            self.work_unit = None;
        }
        if self.work_unit != before.work_unit && self.address == before.address {
            self.address.clear();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changing_the_type_clears_institution_and_work_unit() {
        let before = Answers {
            institution_type: Some(InstitutionType::Kementerian),
            institution: Some(Uuid::from_u128(1)),
            work_unit: Some(Uuid::from_u128(2)),
            ..Answers::default()
        };
        let changed = Answers { institution_type: Some(InstitutionType::Lembaga), ..before.clone() };
        let after = changed.following(&before);
        assert_eq!((after.institution, after.work_unit), (None, None));

        let other = Answers { institution: Some(Uuid::from_u128(9)), ..before.clone() };
        assert_eq!(other.following(&before).work_unit, None);
        assert_eq!(before.clone().following(&before), before);
    }

    #[test]
    fn changing_the_work_unit_clears_its_address() {
        let before = Answers {
            institution: Some(Uuid::from_u128(1)),
            work_unit: Some(Uuid::from_u128(2)),
            address: "Jalan Jenderal Gatot Subroto Kavling 51".into(),
            ..Answers::default()
        };
        let other_unit = Answers { work_unit: Some(Uuid::from_u128(3)), ..before.clone() };
        assert_eq!(other_unit.clone().following(&before), Answers { address: String::new(), ..other_unit.clone() });
        // An address that came with the new work unit stays.
        let with_its_own = Answers { address: "Jalan H.R. Rasuna Said Blok X-5".into(), ..other_unit };
        assert_eq!(with_its_own.clone().following(&before), with_its_own);
        // Without a work unit there is no address.
        let none = Answers { institution: None, ..before.clone() }.following(&before);
        assert_eq!((none.work_unit, none.address.as_str()), (None, ""));
    }

    #[test]
    fn each_profile_type_keeps_what_its_form_asks_for() {
        let all = Answers {
            institution: Some(Uuid::from_u128(1)),
            work_unit: Some(Uuid::from_u128(2)),
            company: CompanyInput { nib: "9120001234567".into(), ..CompanyInput::default() },
            ..Answers::default()
        };
        let supplier = all.clone().asked_of(ProfileType::Penyedia);
        assert_eq!((supplier.institution, supplier.work_unit, supplier.company), (None, None, all.company.clone()));
        let official = all.clone().asked_of(ProfileType::NonPenyedia);
        assert_eq!((official.institution, official.company), (all.institution, CompanyInput::default()));
    }

    #[test]
    fn long_input_is_cut_between_characters() {
        let answers = Answers { address: "é".repeat(9000), ..Answers::default() }.bounded();
        assert_eq!(answers.address.chars().count(), 2000);
        let answers = Answers { address: "Jalan\0 Merdeka".into(), ..Answers::default() }.bounded();
        assert_eq!(answers.address, "Jalan Merdeka");
    }
}
