//! What a person types about themselves or their company, and what a search makes of it.
#![no_main]

use domain::{
    accounts::{
        email::Email,
        person::{EmployeeNumber, EmployeeNumberKind, PersonName, Phone, grouped, initials, masked},
    },
    applications::{
        company::{CompanyInput, CompanyName, Npwp, issues},
        reference::Reference,
    },
    characters::is_invisible,
    links::looks_like_link,
    search::{SearchQuery, searchable},
    verification::findings::bare_name,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let hidden = |c: char| c.is_control() || is_invisible(c);
    if let Ok(name) = PersonName::parse(text) {
        assert!(!name.as_str().contains(hidden) && !looks_like_link(name.as_str()));
        assert_eq!(PersonName::parse(name.as_str()).as_ref(), Ok(&name));
    }
    if let Ok(name) = CompanyName::parse(text) {
        assert!(!name.as_str().contains(hidden));
        assert_eq!(CompanyName::parse(name.as_str()).as_ref(), Ok(&name));
    }
    if let Ok(email) = Email::parse(text) {
        assert!(email.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
        assert_eq!(Email::parse(email.as_str()).as_ref(), Ok(&email));
    }
    if let Ok(npwp) = Npwp::parse(text) {
        assert_eq!(Npwp::parse(&npwp.printed()).as_ref(), Ok(&npwp));
    }
    for kind in [EmployeeNumberKind::Nip, EmployeeNumberKind::Nrp] {
        if let Ok(number) = EmployeeNumber::parse(kind, text) {
            assert!(number.digits().bytes().all(|byte| byte.is_ascii_digit()));
        }
        let _ = grouped(kind, text);
    }
    let _ = (Phone::parse(text), initials(text), masked(text), bare_name(text), Reference::parse(text));
    let whole = CompanyInput { name: text.into(), npwp: text.into(), nib: text.into(), address: text.into() };
    let _ = issues(&whole.bounded());
    // What was stored is found by what was typed, unless the query is cut to its longest words.
    let (stored, query) = (searchable([text]), SearchQuery::parse(text));
    assert!(query.words().iter().all(|word| stored.contains(word.word())));
});
