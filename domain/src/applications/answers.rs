//! The answers of the form (guide step 10), kept as typed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    applications::company::{CompanyInput, NAME_LENGTH},
    master_data::institution::InstitutionType,
    role::ProfileType,
    validity::DateInput,
};

/// What the person entered into the form, right or wrong; the draft stores it whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// Jenis Instansi.
    pub institution_type: Option<InstitutionType>,
    /// Nama Instansi.
    pub institution: Option<Uuid>,
    /// Satuan Kerja.
    pub work_unit: Option<Uuid>,
    /// Alamat Satuan Kerja.
    pub address: String,
    /// Masa Berlaku Peran, first day.
    pub first_day: DateInput,
    /// Masa Berlaku Peran, last day.
    pub last_day: DateInput,
    /// The company of a Penyedia.
    pub company: CompanyInput,
}

/// The fewest and the most characters of an address.
pub const ADDRESS_LENGTH: std::ops::RangeInclusive<usize> = 10..=500;
/// Most characters that are kept of a number as typed, its dots and spaces included.
const NUMBER_TYPED: usize = 40;

impl Answers {
    /// These answers cut to what may be stored: names and addresses of at most four times their limit, numbers of at
    /// most 40 characters, date boxes of at most 10, no zero bytes. Other input is nobody's typing.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let cut = |text: &mut String, max: usize| {
            text.retain(|c| c != '\0');
            if let Some((end, _)) = text.char_indices().nth(max) {
                text.truncate(end);
            }
        };
        cut(&mut self.address, ADDRESS_LENGTH.end() * 4);
        cut(&mut self.company.name, NAME_LENGTH.end() * 4);
        cut(&mut self.company.npwp, NUMBER_TYPED);
        cut(&mut self.company.nib, NUMBER_TYPED);
        cut(&mut self.company.address, ADDRESS_LENGTH.end() * 4);
        for date in [&mut self.first_day, &mut self.last_day] {
            for part in [&mut date.day, &mut date.month, &mut date.year] {
                cut(part, 10);
            }
        }
        self
    }

    /// What of these answers the form of a profile type asks for: a Penyedia has a company and no institution, so that
    /// none can be slipped into it to lead it to another desk.
    #[must_use]
    pub fn asked_of(self, profile_type: ProfileType) -> Self {
        match profile_type {
            ProfileType::NonPenyedia => Self { company: CompanyInput::default(), ..self },
            ProfileType::Penyedia => Self { company: self.company, ..Self::default() },
        }
    }

    /// What follows from a change of type, institution or work unit: whatever hung on the old choice is cleared (guide
    /// step 10), the address too, since it is that of the work unit before. `before` are the answers until now.
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
    fn changing_the_type_clears_what_hung_on_it() {
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
    fn the_address_of_one_work_unit_is_not_anothers() {
        let before = Answers {
            institution: Some(Uuid::from_u128(1)),
            work_unit: Some(Uuid::from_u128(2)),
            address: "Jalan Jenderal Gatot Subroto Kavling 51".into(),
            ..Answers::default()
        };
        let other_unit = Answers { work_unit: Some(Uuid::from_u128(3)), ..before.clone() };
        assert_eq!(other_unit.clone().following(&before), Answers { address: String::new(), ..other_unit.clone() });
        // One that came with the new work unit is its own.
        let with_its_own = Answers { address: "Jalan H.R. Rasuna Said Blok X-5".into(), ..other_unit };
        assert_eq!(with_its_own.clone().following(&before), with_its_own);
        // Whatever takes the work unit away takes the address along.
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
    fn endless_input_is_cut_between_characters() {
        let answers = Answers { address: "é".repeat(9000), ..Answers::default() }.bounded();
        assert_eq!(answers.address.chars().count(), 2000);
        let answers = Answers { address: "Jalan\0 Merdeka".into(), ..Answers::default() }.bounded();
        assert_eq!(answers.address, "Jalan Merdeka");
    }
}
