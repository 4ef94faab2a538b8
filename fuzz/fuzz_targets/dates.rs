//! Dates: as typed into three boxes, and as the text of a letter names them.
#![no_main]

use domain::{
    role::Role,
    validity::{DateInput, Validity},
    verification::findings::{Statements, find},
};
use libfuzzer_sys::fuzz_target;
use time::macros::date;

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, ['\n', '-', '/']);
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let typed = DateInput { day: part(), month: part(), year: part() };
    if let Ok(day) = typed.parse() {
        assert_eq!(DateInput::from_date(day).parse(), Ok(day));
    }
    let Some(validity) = Validity::new(date!(2026 - 12 - 01), date!(2027 - 11 - 30)) else { return };
    let wanted = Statements {
        name: "Siti Rahmawati",
        employee_number: Some("197804122003122003"),
        role: Role::Pa,
        institution: "Kementerian Kesehatan",
        work_unit: "Sekretariat Jenderal",
        validity,
    };
    let pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    for finding in find(&pages, &wanted) {
        assert!(finding.pages.iter().all(|page| (1..=pages.len()).contains(&(*page as usize))));
    }
});
