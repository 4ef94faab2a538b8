//! Marks: fields of an application that its person must repair.

use serde::{Deserialize, Serialize};

use crate::{
    issues::{Field, Problem},
    role::{ProfileType, Role},
    text::check_line,
};

/// Allowed number of characters of a note beside a mark.
pub const NOTE_LENGTH: std::ops::RangeInclusive<usize> = 5..=500;

/// Fields that a verifier can mark for repair, in the order of the forms.
pub const MARKABLE: &[Field] = &[
    Field::Institution,
    Field::WorkUnit,
    Field::Address,
    Field::FirstDay,
    Field::LastDay,
    Field::CompanyName,
    Field::Npwp,
    Field::Nib,
    Field::CompanyAddress,
    Field::Letter,
];

/// True if the field is on the form of this role and can be marked.
pub fn is_markable(field: Field, role: Role) -> bool {
    let of_company = matches!(field, Field::CompanyName | Field::Npwp | Field::Nib | Field::CompanyAddress);
    let supplier = role.info().profile_type == ProfileType::Penyedia;
    MARKABLE.contains(&field) && (field == Field::Letter || of_company == supplier)
}

/// One thing to repair, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub field: Field,
    /// What is wrong and what to do.
    pub note: String,
}

impl Mark {
    /// Reads a mark as typed. The note is one line.
    ///
    /// # Errors
    /// [`Problem::NotOffered`] for a field that cannot be marked; [`Problem::Missing`], [`Problem::TooShort`],
    /// [`Problem::TooLong`] or [`Problem::BadCharacters`] (control characters) for the note.
    pub fn parse(field: Field, note: &str) -> Result<Self, Problem> {
        let note = note.trim();
        if !MARKABLE.contains(&field) {
            return Err(Problem::NotOffered);
        }
        check_line(note, NOTE_LENGTH)?;
        Ok(Self { field, note: note.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn markable_fields_are_on_the_form_of_the_role() {
        let of = |role| MARKABLE.iter().copied().filter(move |field| is_markable(*field, role)).collect::<Vec<_>>();
        use Field::{
            Address, CompanyAddress, CompanyName, FirstDay, Institution, LastDay, Letter, Nib, Npwp, WorkUnit,
        };
        assert_eq!(of(Role::Pa), [Institution, WorkUnit, Address, FirstDay, LastDay, Letter]);
        assert_eq!(of(Role::Penyedia), [CompanyName, Npwp, Nib, CompanyAddress, Letter]);
    }

    #[rstest]
    #[case(Field::Letter, "  ", Problem::Missing)]
    #[case(Field::Letter, "cap", Problem::TooShort { min: 5 })]
    #[case(Field::Letter, "Pindai\0 ulang.", Problem::BadCharacters)]
    #[case(Field::Letter, "Pindai ulang.\nAlamat: sudah benar.", Problem::BadCharacters)]
    #[case(Field::Password, "ganti sandi", Problem::NotOffered)]
    fn marks_have_rules(#[case] field: Field, #[case] note: &str, #[case] problem: Problem) {
        assert_eq!(Mark::parse(field, note), Err(problem));
    }
}
