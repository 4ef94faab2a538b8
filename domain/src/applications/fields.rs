//! The fields of the form of guide step 10, one row each: which form asks for a field, how its controls are posted, and
//! how the review, the desk and the receipt show what was typed.
//!
//! The controls themselves are in `app::applications::pages::form`, the rules in [`super::wizard::issues`]. The letter is
//! not listed here: it is a file and no part of [`Answers`].

use std::fmt;

use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};

use crate::{
    applications::{
        answers::Answers,
        company::{CompanyName, Nib, Npwp},
    },
    issues::Field,
    role::ProfileType,
};

/// A field of the form.
#[derive(Debug)]
pub struct FormField {
    pub field: Field,
    /// The form that asks for it.
    pub profile_type: ProfileType,
    /// The first one has the name and the id of the field.
    pub controls: &'static [Control],
    /// `None` for choices and dates: each page shows them in its own way, with codes and as a period.
    pub typed: Option<Typed>,
}

/// A control of the form.
#[derive(Debug)]
pub struct Control {
    /// The name that it posts under.
    pub name: &'static str,
    /// Writes a posted value into the answers. A choice that cannot be read counts as not made.
    pub set: fn(&mut Answers, &str),
}

/// How a typed field is shown once it is filled in.
#[derive(Debug)]
pub struct Typed {
    /// As printed where it passes its rule, otherwise as typed.
    pub text: fn(&Answers) -> String,
    /// The label on the desk's case page. The review uses [`Field::label`].
    pub desk_label: &'static str,
    pub receipt_label: &'static str,
}

/// Every field of both forms, in their order.
pub const FIELDS: &[FormField] = &[
    FormField {
        field: Field::InstitutionType,
        profile_type: ProfileType::NonPenyedia,
        controls: &[Control { name: "institution_type", set: |a, text| a.institution_type = text.parse().ok() }],
        typed: None,
    },
    FormField {
        field: Field::Institution,
        profile_type: ProfileType::NonPenyedia,
        controls: &[Control { name: "institution", set: |a, text| a.institution = text.parse().ok() }],
        typed: None,
    },
    FormField {
        field: Field::WorkUnit,
        profile_type: ProfileType::NonPenyedia,
        controls: &[Control { name: "work_unit", set: |a, text| a.work_unit = text.parse().ok() }],
        typed: None,
    },
    FormField {
        field: Field::Address,
        profile_type: ProfileType::NonPenyedia,
        controls: &[Control { name: "address", set: |a, text| a.address = lines(text) }],
        typed: Some(Typed {
            text: |a| a.address.trim().to_owned(),
            desk_label: "Alamat",
            receipt_label: "Alamat Satuan Kerja",
        }),
    },
    FormField {
        field: Field::FirstDay,
        profile_type: ProfileType::NonPenyedia,
        controls: &[
            Control { name: "first_day", set: |a, text| a.first_day.day = text.to_owned() },
            Control { name: "first_day_month", set: |a, text| a.first_day.month = text.to_owned() },
            Control { name: "first_day_year", set: |a, text| a.first_day.year = text.to_owned() },
        ],
        typed: None,
    },
    FormField {
        field: Field::LastDay,
        profile_type: ProfileType::NonPenyedia,
        controls: &[
            Control { name: "last_day", set: |a, text| a.last_day.day = text.to_owned() },
            Control { name: "last_day_month", set: |a, text| a.last_day.month = text.to_owned() },
            Control { name: "last_day_year", set: |a, text| a.last_day.year = text.to_owned() },
        ],
        typed: None,
    },
    FormField {
        field: Field::CompanyName,
        profile_type: ProfileType::Penyedia,
        controls: &[Control { name: "company_name", set: |a, text| a.company.name = text.to_owned() }],
        typed: Some(Typed {
            text: |a| match CompanyName::parse(&a.company.name) {
                Ok(name) => name.as_str().to_owned(),
                Err(_) => a.company.name.clone(),
            },
            desk_label: "Perusahaan",
            receipt_label: "Perusahaan",
        }),
    },
    FormField {
        field: Field::Npwp,
        profile_type: ProfileType::Penyedia,
        controls: &[Control { name: "npwp", set: |a, text| a.company.npwp = text.to_owned() }],
        typed: Some(Typed {
            text: |a| Npwp::parse(&a.company.npwp).map_or_else(|_| a.company.npwp.clone(), |npwp| npwp.printed()),
            desk_label: "NPWP",
            receipt_label: "NPWP",
        }),
    },
    FormField {
        field: Field::Nib,
        profile_type: ProfileType::Penyedia,
        controls: &[Control { name: "nib", set: |a, text| a.company.nib = text.to_owned() }],
        typed: Some(Typed {
            text: |a| Nib::parse(&a.company.nib).map_or_else(|_| a.company.nib.clone(), |nib| nib.as_str().to_owned()),
            desk_label: "NIB",
            receipt_label: "NIB",
        }),
    },
    FormField {
        field: Field::CompanyAddress,
        profile_type: ProfileType::Penyedia,
        controls: &[Control { name: "company_address", set: |a, text| a.company.address = lines(text) }],
        typed: Some(Typed {
            text: |a| a.company.address.trim().to_owned(),
            desk_label: "Alamat",
            receipt_label: "Alamat Perusahaan",
        }),
    },
];

/// Browsers post line breaks as CR LF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The fields that the form of a profile type asks for, in its order.
pub fn of(profile_type: ProfileType) -> impl Iterator<Item = &'static FormField> {
    FIELDS.iter().filter(move |field| field.profile_type == profile_type)
}

/// The typed fields of a profile type, each with its texts.
pub fn typed(profile_type: ProfileType) -> impl Iterator<Item = (Field, &'static Typed)> {
    of(profile_type).filter_map(|field| Some((field.field, field.typed.as_ref()?)))
}

/// The place of a field in its form; the letter comes last.
pub fn position(field: Field) -> usize {
    FIELDS.iter().position(|row| row.field == field).unwrap_or(FIELDS.len())
}

/// Reads answers from the values of controls, by their names. A control without a value leaves its answer empty.
pub fn read(value: impl Fn(&str) -> Option<String>) -> Answers {
    let mut answers = Answers::default();
    for control in FIELDS.iter().flat_map(|field| field.controls) {
        if let Some(text) = value(control.name) {
            (control.set)(&mut answers, &text);
        }
    }
    answers
}

/// Deserialises the answers from a posted form: a flat map from names of controls to texts. Other names are passed over.
///
/// # Errors
/// If the input is no map of texts.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Answers, D::Error> {
    struct Posted;

    impl<'de> Visitor<'de> for Posted {
        type Value = Answers;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the fields of a form")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Answers, M::Error> {
            let mut answers = Answers::default();
            while let Some((name, text)) = map.next_entry::<String, String>()? {
                let control = FIELDS.iter().flat_map(|field| field.controls).find(|control| control.name == name);
                if let Some(control) = control {
                    (control.set)(&mut answers, &text);
                }
            }
            Ok(answers)
        }
    }

    deserializer.deserialize_map(Posted)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde::de::value::{Error, MapDeserializer};
    use serde_json::{Value, json};

    use super::*;
    use crate::verification::MARKABLE;

    /// A distinct value for every control, so that none can be taken for another.
    fn sample(name: &str) -> String {
        match name {
            "institution_type" => "kementerian".to_owned(),
            "institution" => "00000000-0000-0000-0000-000000000001".to_owned(),
            "work_unit" => "00000000-0000-0000-0000-000000000002".to_owned(),
            name => format!("isi {name}"),
        }
    }

    fn leaves(value: &Value) -> Vec<&Value> {
        match value {
            Value::Object(fields) => fields.values().flat_map(leaves).collect(),
            leaf => vec![leaf],
        }
    }

    #[test]
    fn every_answer_is_posted_by_exactly_one_control() {
        let answers = serde_json::to_value(read(|name| Some(sample(name)))).unwrap();
        let mut stored: Vec<&str> =
            leaves(&answers).into_iter().map(|leaf| leaf.as_str().expect("filled in")).collect();
        let mut posted: Vec<String> =
            FIELDS.iter().flat_map(|field| field.controls).map(|control| sample(control.name)).collect();
        stored.sort_unstable();
        posted.sort_unstable();
        assert_eq!(stored, posted);
    }

    #[test]
    fn each_form_asks_for_what_its_profile_type_keeps() {
        for profile_type in ProfileType::ALL {
            let mut expected = Answers::default();
            for control in of(profile_type).flat_map(|field| field.controls) {
                (control.set)(&mut expected, &sample(control.name));
            }
            assert_eq!(read(|name| Some(sample(name))).asked_of(profile_type), expected);
        }
    }

    #[test]
    fn the_first_control_has_the_name_of_its_field() {
        let names: Vec<&str> = FIELDS.iter().flat_map(|field| field.controls).map(|control| control.name).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "names are unique");
        for field in FIELDS {
            assert_eq!(field.controls[0].name, field.field.as_str());
        }
    }

    #[test]
    fn the_desk_can_mark_every_field_but_the_type_of_institution() {
        let fields = FIELDS.iter().map(|row| row.field).filter(|field| *field != Field::InstitutionType);
        assert_eq!(fields.chain([Field::Letter]).collect::<Vec<_>>(), MARKABLE);
    }

    #[test]
    fn a_posted_form_is_read_by_serde() {
        let posted = [
            ("version", "3"),
            ("institution_type", "entah"),
            ("institution", ""),
            ("address", "Jalan A\r\nJakarta"),
            ("first_day", "1"),
            ("first_day_month", "12"),
            ("first_day_year", "2026"),
            ("npwp", "01"),
        ];
        let answers = deserialize(MapDeserializer::<_, Error>::new(posted.into_iter())).unwrap();
        assert_eq!((answers.institution_type, answers.institution), (None, None));
        assert_eq!(answers.address, "Jalan A\nJakarta");
        assert_eq!([answers.first_day.day, answers.first_day.month, answers.first_day.year], ["1", "12", "2026"]);
        assert_eq!(answers.company.npwp, "01");
    }

    #[test]
    fn stored_answers_are_still_read() {
        let stored = json!({
            "institution_type": "kementerian",
            "institution": "00000000-0000-0000-0000-000000000001",
            "work_unit": null,
            "address": "Jalan Merdeka 1",
            "first_day": { "day": "1", "month": "12", "year": "2026" },
            "last_day": { "day": "", "month": "", "year": "" },
            "company": { "name": "", "npwp": "", "nib": "", "address": "" },
        });
        let answers: Answers = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(serde_json::to_value(answers).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Answers>("{}").unwrap(), Answers::default());
    }
}
