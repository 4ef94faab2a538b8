use super::{dates::dates, *};
use ::time::macros::date;
use proptest::prelude::*;
use rstest::rstest;

/// The application that `LETTER` was sent with.
fn statements() -> Statements<'static> {
    Statements {
        name: "Siti Rahmawati, S.E.",
        employee_number: Some("197804122003122003"),
        role: Role::Pa,
        institution: "Kementerian Kesehatan",
        work_unit: "Sekretariat Jenderal",
        validity: Validity::new(date!(2026 - 12 - 01), date!(2027 - 12 - 31)).unwrap(),
    }
}

fn pages_of(kind: FindingKind, wanted: &Statements, pages: &[&str]) -> Vec<u32> {
    let pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
    let found = find(&pages, wanted).into_iter().find(|finding| finding.kind == kind);
    found.unwrap_or_else(|| panic!("{kind} must be looked for")).pages
}

fn finds(kind: FindingKind, wanted: &Statements, text: &str) -> bool {
    !pages_of(kind, wanted, &[text]).is_empty()
}

const LETTER: &str = "KEMENTERIAN KESEHATAN REPUBLIK INDONESIA\n\
    KEPUTUSAN MENTERI KESEHATAN\nNOMOR HK.01.07/MENKES/1204/2026\n\
    Menetapkan:\nNama : Hj. SITI RAHMAWATI, S.E., M.M.\nNIP : 19780412 200312 2 003\n\
    Satuan Kerja : Sekretariat Jenderal\nsebagai Pengguna Anggaran\n\
    terhitung mulai tanggal 1 Desember 2026 sampai dengan 31 Desember 2027.";

#[test]
fn a_matching_letter_contains_every_statement() {
    let pages = ["Lampiran".to_owned(), LETTER.to_owned()];
    let found = find(&pages, &statements());
    let order: Vec<_> = found.iter().map(|finding| finding.kind).collect();
    use FindingKind::{EmployeeNumber, FirstDay, Institution, LastDay, Name, Role, WorkUnit};
    assert_eq!(order, [Name, EmployeeNumber, Role, Institution, WorkUnit, FirstDay, LastDay]);
    assert!(found.iter().all(|finding| finding.pages == [2]), "{found:?}");
}

#[rstest]
#[case("PT Sinar Jaya Abadi", "P.T. SINAR JAYA ABADI", true)]
#[case("PT Sinar Jaya Abadi", "Perseroan Terbatas Sinar Jaya Abadi, Tbk.", true)]
#[case("Sinar Jaya Abadi (Persero) Tbk", "sinar jaya\nabadi", true)]
#[case("CV Sinar Jaya", "CV Sinar Jayakarta", false)]
#[case("PT", "apa saja", false)]
fn companies(#[case] name: &str, #[case] text: &str, #[case] found: bool) {
    assert_eq!(Page::read(text).letters.has(&Squeezed::of(&bare_company(name)).letters), found);
}

#[rstest]
#[case("NPWP 01.234.567.8-901.000", &[1])]
#[case("NPWP 0012345678901000", &[1])]
#[case("NPWP 0012 3456 7890 1000", &[1])]
#[case("NPWP 01.234.567.8-901.001", &[])]
fn a_proof_contains_its_company(#[case] npwp: &str, #[case] expected: &[u32]) {
    let company = Company::read(&crate::applications::company::CompanyInput {
        name: "PT Sinar Jaya Abadi".into(),
        npwp: "012345678901000".into(),
        nib: "9120001234567".into(),
        address: "Jalan Raya Bogor Kilometer 26, Jakarta".into(),
    })
    .unwrap();
    let page = format!("NOMOR INDUK BERUSAHA: 9120001234567\nPT SINAR JAYA ABADI\n{npwp}\nDirektur: Toko Sinar Jaya");
    let found = find_company(&[page], "Toko Sinar Jaya", &company);
    let pages: Vec<_> = found.iter().map(|finding| (finding.kind, finding.pages.as_slice())).collect();
    let one: &[u32] = &[1];
    assert_eq!(
        pages,
        [
            (FindingKind::Name, one),
            (FindingKind::Company, one),
            (FindingKind::Npwp, expected),
            (FindingKind::Nib, one),
            (FindingKind::Address, &[][..])
        ]
    );
}

#[rstest]
#[case("Jl. Raya Bogor KM. 26, Kel. Ciracas, Kec. Ciracas, Kota Adm. Jakarta Timur, 13740", true)]
#[case("JALAN RAYA BOGOR NO 026\nJAKARTA", true)]
#[case("Jalan Raya Bogor Kilometer 27, Jakarta Timur", true)] // a hint: the eyes compare
#[case("Jalan Raya Serang Kilometer 27, Jakarta", false)]
#[case("", false)]
fn addresses(#[case] text: &str, #[case] found: bool) {
    let known = address_words("Jalan Raya Bogor Kilometer 26, Jakarta Timur");
    assert_eq!(Page::read(text).names_address(&known), found);
    assert!(!Page::read(text).names_address(&address_words("Jl. No.")));
}

#[test]
fn a_finding_lists_exactly_the_matching_pages() {
    let pages = ["SITI RAHMAWATI", "", "hal. 3", "Siti\nRahmawati"];
    assert_eq!(pages_of(FindingKind::Name, &statements(), &pages), [1, 4]);
    assert!(pages_of(FindingKind::Name, &statements(), &[]).is_empty());
}

#[test]
fn a_missing_employee_number_has_no_finding() {
    let found = find(&[LETTER.to_owned()], &Statements { employee_number: None, ..statements() });
    assert!(found.iter().all(|finding| finding.kind != FindingKind::EmployeeNumber));
    assert_eq!(found.len(), 6);
}

#[rstest]
#[case("Siti Rahmawati", "Nama: SITI RAHMAWATI", true)]
#[case("Siti Rahmawati", "Siti  Rahma-\nwati", true)]
#[case("Siti Rahmawati", "S I T I  R A H M A W A T I", true)]
#[case("Siti Rahmawati", "NamaSiti RahmawatiNIP1978", true)]
#[case("Siti Rahmawati", "Dr.Ir.Siti Rahmawati,S.E.", true)]
#[case("Siti Rahmawati", "Siti Rahmawatiningsih", false)]
#[case("Siti Rahmawati", "Fasiti Rahmawati", false)]
#[case("Siti Rahmawati", "Siti dan Rahmawati", false)]
#[case("Prof. Dr. Ir. H. Budi Santoso, M.Si., Ph.D.", "BUDI SANTOSO", true)]
#[case("Dr.Ir.Budi Santoso S.Kom., M.M.", "Ir. Budi Santoso", true)]
#[case("BUDI SANTOSO SE MM", "Budi Santoso", true)]
#[case("Drs. Budi Santoso Ak", "Budi Santoso", false)] // a name may end so, unless it is written as a degree
#[case("Drs. Budi Santoso Ak.", "Budi Santoso", true)]
#[case("H. Nur’aini", "Nur'aini", true)]
#[case("Nuraini", "NUR'AINI", true)]
#[case("H.", "Nomor H. 12", true)] // nothing else is left of it
#[case("Kombes Pol. Drs. Rudi Hartono, S.H.", "RUDI HARTONO", true)]
#[case("Taufik", "Tauﬁk Hidayat", true)]
#[case("Rene", "Rene\u{301}", true)]
fn names(#[case] name: &str, #[case] text: &str, #[case] found: bool) {
    assert_eq!(finds(FindingKind::Name, &Statements { name, ..statements() }, text), found);
}

#[rstest]
#[case("NIP. 197804122003122003", true)]
#[case("NIP 19780412 200312 2 003", true)]
#[case("NIP: 19780412.200312.2.003", true)]
#[case("NIP 19780412\n200312 2 003 / IV.a", true)]
#[case("NIP197804122003122003", true)]
#[case("1 197804122003122003 2026", true)]
#[case("1197804122003122003", false)]
#[case("1978041220031220031", false)]
#[case("19780412/200312/2/003", false)] // other numbers
#[case("19780412 200312 2 004", false)]
fn numbers(#[case] text: &str, #[case] found: bool) {
    assert_eq!(finds(FindingKind::EmployeeNumber, &statements(), text), found);
}

#[rstest]
#[case(Role::Pa, "sebagai PENGGUNA ANGGARAN", true)]
#[case(Role::Pa, "sebagai Pengguna\nAnggaran/Pengguna Barang", true)]
#[case(Role::Pa, "selaku PA.", true)]
#[case(Role::Pa, "Pengguna Anggaran menunjuk Kuasa Pengguna Anggaran", true)]
#[case(Role::Pa, "Kuasa Pengguna Anggaran", false)]
#[case(Role::Pa, "KUASA  PENGGUNA\nANGGARAN (KPA)", false)]
#[case(Role::Pa, "KuasaPenggunaAnggaran", false)]
#[case(Role::Pa, "penggunaan anggaran", false)]
#[case(Role::Pa, "Yth. Pa Lurah", false)]
#[case(Role::Pa, "PANITIA", false)]
#[case(Role::Kpa, "Kuasa Pengguna Anggaran", true)]
#[case(Role::Kpa, "PA/KPA", true)]
#[case(Role::Kpa, "Pengguna Anggaran (PA)", false)]
fn roles(#[case] role: Role, #[case] text: &str, #[case] found: bool) {
    assert_eq!(finds(FindingKind::Role, &Statements { role, ..statements() }, text), found);
}

#[rstest]
#[case("Kementerian Kesehatan", "Kemenkes RI", true)]
#[case("Kementerian Kesehatan", "KEMEN. KESEHATAN", true)]
#[case("Kementerian Kesehatan", "Kementrian Kese-\nhatan", true)]
#[case("Kementerian Kesehatan", "Menteri Kesehatan", false)]
#[case("Kab. Kotawaringin Barat", "PEMERINTAH KABUPATEN KOTAWARINGIN BARAT", true)]
#[case("Kab. Kotawaringin Barat", "Pemkab Kotawaringin Barat", true)]
#[case("Kab. Kotawaringin Barat", "Kabupaten Kotawaringin Timur", false)]
#[case("Pemerintah Daerah Provinsi Bali", "Provinsi Bali", true)]
#[case("KANWIL KEMENTERIAN AGAMA PROP JAWA TENGAH 035157", "Kantor Wilayah Kemenag Provinsi Jawa Tengah", true)]
#[case("MADRASAH ALIYAH NEGERI 2 JEMBER", "MAN 2 Jember", true)]
#[case("MADRASAH ALIYAH NEGERI 2 JEMBER", "MAN 12 Jember", false)]
#[case("Kementerian Agraria dan Tata Ruang/BPN", "Kementerian Agraria & Tata Ruang", true)]
#[case("INSTITUT AGAMA ISLAM NEGERI (IAIN) KENDARI", "Institut Agama Islam Negeri Kendari", true)]
#[case("Perpustakaan Nasional Republik Indonesia", "Perpustakaan Nasional RI", true)]
#[case("Ditjen Pendis", "Direktorat Jenderal Pendis", true)]
#[case("Biro Umum", "Biro\tUmum,", true)]
#[case("Biro Umum", "Biro Umum1", true)]
#[case("Biro Umum", "Biro Umumnya", false)]
#[case("—", "apa saja", false)]
#[case("(", "apa saja", false)]
fn places(#[case] place: &str, #[case] text: &str, #[case] found: bool) {
    assert_eq!(finds(FindingKind::Institution, &Statements { institution: place, ..statements() }, text), found);
    assert_eq!(finds(FindingKind::WorkUnit, &Statements { work_unit: place, ..statements() }, text), found);
}

#[rstest]
#[case("1 Desember 2026")]
#[case("01 DESEMBER 2026")]
#[case("tanggal 1 bulan Desember tahun 2026")]
#[case("1 Des. 2026")]
#[case("1-Des-2026")]
#[case("1Desember2026")]
#[case("1\nDesember\n2026")]
#[case("01-12-2026")]
#[case("1/12/2026")]
#[case("01.12.2026")]
#[case("01 – 12 – 2026")]
#[case("2026-12-01")]
#[case("1 s.d. 31 Desember 2026")]
#[case("1 Desember s/d 31 Desember 2026")]
#[case("1 Desember sd 31 Desember 2026")]
#[case("1 sampai dengan tanggal 31 Desember 2026")]
#[case("1 hingga 31 Des 2026")]
#[case("1–31 Desember 2026")]
#[case("1 Desember 2026 s.d. 31 Desember 2027")]
#[case("01/12/2026-31/12/2027")]
fn dates_that_are_the_first_day(#[case] text: &str) {
    assert!(finds(FindingKind::FirstDay, &statements(), text));
}

#[rstest]
#[case("11 Desember 2026")]
#[case("1 Desember 2025")]
#[case("1 Desember 20261")]
#[case("31-12-2026")]
#[case("12-01-2026")]
#[case("1 2026 Desember")]
#[case("1-12/2026")]
#[case("1 Desember")]
#[case("1 Desember s.d. 31 Desember 2027")]
#[case("101-12-2026")]
fn dates_that_are_not_the_first_day(#[case] text: &str) {
    assert!(!finds(FindingKind::FirstDay, &statements(), text));
}

#[rstest]
#[case("1 Desember 2026 s.d. 31 Desember 2027")]
#[case("1 Desember 2026 sampai dengan tanggal 31-12-2027")]
#[case("berakhir 31 Des 2027.")]
fn dates_that_are_the_last_day(#[case] text: &str) {
    assert!(finds(FindingKind::LastDay, &statements(), text));
}

#[test]
fn months_in_old_spelling_are_read() {
    assert_eq!(
        dates("1 Pebruari 2026, 2 Nopember 2026, 3 Agt 2026, 4 Sept 2026, 5 Mei 2026"),
        [
            date!(2026 - 02 - 01),
            date!(2026 - 11 - 02),
            date!(2026 - 08 - 03),
            date!(2026 - 09 - 04),
            date!(2026 - 05 - 05)
        ]
    );
    assert!(dates("31 Februari 2026, 1 De 2026, 0 Mei 2026, 99999999999999999999-1-2026").is_empty());
}

/// A text as a letter might have it: other spaces between its words, another case.
fn disguised(text: &str, spaces: &[usize], capitals: u64) -> String {
    const SPACES: [&str; 5] = [" ", "  ", "\n", "\t ", " \u{a0}\r\n"];
    let mut disguised = String::new();
    for (at, word) in text.split_whitespace().enumerate() {
        if at > 0 {
            disguised.push_str(SPACES[spaces[at % spaces.len()]]);
        }
        match capitals >> (at % 64) & 1 {
            0 => disguised.push_str(word),
            _ => disguised.extend(word.chars().flat_map(char::to_uppercase)),
        }
    }
    disguised
}

proptest! {
    #[test]
    fn any_text_is_read(
        pages in proptest::collection::vec("(?s).{0,200}", 0..4),
        name in "(?s).{0,40}",
        number in proptest::option::of("(?s).{0,20}"),
        place in "(?s).{0,40}",
        kpa: bool,
    ) {
        let role = if kpa { Role::Kpa } else { Role::Pa };
        let employee_number = number.as_deref();
        let wanted = Statements { name: &name, employee_number, role, institution: &place, work_unit: &place, ..statements() };
        for Finding { pages: found, .. } in find(&pages, &wanted) {
            prop_assert!(found.is_sorted() && found.iter().all(|page| (1..=pages.len()).contains(&(*page as usize))));
        }
    }

    #[test]
    fn anything_like_a_letter_is_read(text in "[0-9a-zA-Z.,/() \n–'-]{0,200}") {
        find(std::slice::from_ref(&text), &Statements { name: &text, institution: &text, work_unit: &text, ..statements() });
    }

    #[test]
    fn planted_statements_are_found(
        name in "[A-Z][a-z]{2,10}( [A-Z][a-z']{2,10}){1,3}",
        titles in proptest::sample::subsequence(vec!["Prof.", "Dr.", "Ir.", "Drs.", "H."], 0..5),
        degrees in proptest::sample::subsequence(vec!["S.E.", "S.Kom.", "M.Si.", "M.M.", "Ph.D."], 0..5),
        number in "[1-9][0-9]{17}",
        institution in proptest::sample::select(vec!["Kementerian Kesehatan", "Kab. Kotawaringin Barat", "Provinsi Bali"]),
        work_unit in proptest::sample::select(vec!["SEKRETARIAT DAERAH", "Ditjen Pajak", "MAN 2 JEMBER", "Dinas Sosial 123456"]),
        first in 0i64..2000,
        length in 1i64..800,
        spaces in proptest::collection::vec(0usize..5, 7),
        capitals: u64,
        before in ".{0,20}",
    ) {
        let day = |n| date!(2024 - 01 - 01) + ::time::Duration::days(n);
        let validity = Validity::new(day(first), day(first + length)).unwrap();
        let account = format!("{} {name}, {}", titles.join(" "), degrees.join(", "));
        let grouped = crate::accounts::person::grouped(crate::accounts::person::EmployeeNumberKind::Nip, &number);
        let unit = work_unit.trim_end_matches(" 123456");
        let planted = format!(
            "Nama {} {name} {} NIP {grouped} sebagai Pengguna Anggaran pada {unit} , {institution} mulai {} s.d. {} .",
            degrees.join(" "),
            titles.join(" "),
            crate::indonesian::date(validity.first()),
            crate::indonesian::date(validity.last()),
        );
        let page = format!("{before}\n{}", disguised(&planted, &spaces, capitals));
        let employee_number = Some(number.as_str());
        let wanted = Statements { name: &account, employee_number, role: Role::Pa, institution, work_unit, validity };
        for finding in find(&[String::new(), page.clone()], &wanted) {
            prop_assert_eq!(&finding.pages, &[2], "{} in {:?}", finding.kind, &page);
        }
    }
}
