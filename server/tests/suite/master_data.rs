//! Importing master data, warts and all; searching it.

use std::{path::Path, time::Duration};

use backend::master_data::{Directory, import};
use domain::master_data::institution::InstitutionType;

use crate::support::*;

/// As in real files: a byte order mark, years written three ways, a status that is always "Aktif", codes as text with
/// zeros and dots, one code twice, nulls and empty strings mixed, an institution that comes with its rows.
const ARRAY: &str = "\u{feff}[
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 501, \"kd_satker_str\": \"SK.05\", \"nama_satker\": \"DINAS TENAGA KERJA DAN  TRANSMIGRASI\", \"status_satker\": \"Aktif\", \"tahun_aktif\": \"{2013,2014}\", \"alamat\": null},
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 502, \"kd_satker_str\": \"1.02.0.00\", \"nama_satker\": \"Dinas Kesehatan \", \"status_satker\": \"Aktif\", \"tahun_aktif\": \"2024, 2025, 2026\", \"alamat\": \"JL. SUTAN SYAHRIR\"},
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 503, \"kd_satker_str\": \"1.02.0.00\", \"nama_satker\": \"RSUD Contoh Barat\", \"status_satker\": \"Aktif\", \"tahun_aktif\": \"2024,2025,2026\", \"alamat\": \"\"},
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 504, \"kd_satker_str\": null, \"nama_satker\": \"Kecamatan Contoh\", \"status_satker\": \"Aktif\", \"tahun_aktif\": \"2026\"},
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 505, \"nama_satker\": \"  \", \"tahun_aktif\": \"2026\"},
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 502, \"nama_satker\": \"Dinas Kesehatan\", \"tahun_aktif\": \"2026\"},
  {\"jenis_klpd\": \"KABUPATEN\", \"kd_klpd\": \"D900\", \"nama_klpd\": \"Kab. Contoh Barat\", \"kd_satker\": 506, \"nama_satker\": \"Dinas Anu\", \"tahun_aktif\": \"dua ribu\"},
  7,
  {\"kd_klpd\": \"X1\", \"kd_satker\": 507, \"nama_satker\": \"Tanpa instansi\", \"tahun_aktif\": \"2026\"}
]";

on_both! {
    async fn work_units_come_with_all_their_warts(world) {
        let report = import::work_units(&world.backend, ARRAY.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((report.added, report.changed, report.unchanged, report.institutions_added), (4, 0, 0, 1));
        let refused: Vec<_> = report.refused.iter().map(|refusal| (refusal.line, refusal.reason.as_str())).collect();
        assert_eq!(refused, [
            (6, "nama_satker kosong"),
            (7, "kd_satker 502 sudah ada pada baris 3"),
            (8, "tahun_aktif memuat \"dua ribu\""),
            (9, "bukan objek JSON"),
            (10, "instansi X1 belum ada; impor instansi lebih dahulu"),
        ]);
        assert!(Directory::refresh(&world.backend).await.unwrap());
        let snapshot = world.backend.master_data.snapshot();
        assert!(snapshot.types().contains(&InstitutionType::Kabupaten));
        let kab = snapshot.institutions(InstitutionType::Kabupaten, "kabupaten contoh", 5).hits.remove(0).0;
        let names = |query: &str| {
            let found = snapshot.work_units(kab.id, query, 10);
            found.hits.into_iter().map(|((_, _, name), _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names(""), ["Dinas Kesehatan", "Kecamatan Contoh", "RSUD Contoh Barat"], "only what exists this year");
        assert_eq!(names("rumah sakit"), ["RSUD Contoh Barat"]);
        assert_eq!(names("1.02.0.00 dinas"), ["Dinas Kesehatan"]);

        let again = import::work_units(&world.backend, ARRAY.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((again.added, again.changed, again.unchanged, again.institutions_added), (0, 0, 4, 0));
        let changed = ARRAY.replace("RSUD Contoh Barat", "RSUD Contoh Timur");
        let third = import::work_units(&world.backend, changed.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((third.added, third.changed, third.unchanged), (0, 1, 3));
    }

    /// Among them zero bytes, which PostgreSQL refuses.
    async fn a_value_that_cannot_be_kept_stops_nothing_else(world) {
        let row = |number: u32, kd_klpd: &str, code: &str, address: &str| {
            format!("{{\"kd_klpd\": \"{kd_klpd}\", \"kd_satker\": {number}, \"kd_satker_str\": \"{code}\", \"nama_satker\": \"Kantor {number}\", \"tahun_aktif\": \"2026\", \"alamat\": \"{address}\"}}")
        };
        let (zero, endless) = ("0\\u00001", "9".repeat(501));
        let rows = [row(1, zero, "1", ""), row(2, "K34", zero, ""), row(3, "K34", "3", zero), row(4, "K34", "4", &endless), row(5, "K34", &endless, ""), row(6, "K34", "6", "Jl. Merdeka 1")];
        let report = import::work_units(&world.backend, format!("[{}]", rows.join(",\n")).as_bytes(), |_| {}).await.unwrap();
        let refused: Vec<_> = report.refused.iter().map(|refusal| (refusal.line, refusal.reason.as_str())).collect();
        assert_eq!(refused, [
            (1, "kd_klpd memuat karakter kendali"),
            (2, "kd_satker_str memuat karakter kendali"),
            (3, "alamat memuat karakter kendali"),
            (4, "alamat lebih dari 500 huruf"),
            (5, "kd_satker_str lebih dari 300 huruf"),
        ]);
        assert_eq!(report.added, 1);
        let institution = "[{\"jenis\": \"KOTA\", \"kode\": \"\\u0000\", \"nama\": \"Kota Contoh\"}]";
        let report = import::institutions(&world.backend, institution.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((report.added, report.refused[0].reason.as_str()), (0, "kode memuat karakter kendali"));
    }

    async fn an_envelope_and_a_list_without_years(world) {
        let envelope = format!("{{\"success\": true, \"data\": {}, \"meta\": {{\"has_more\": false}}}}", ARRAY.trim_start_matches('\u{feff}'));
        assert_eq!(import::work_units(&world.backend, envelope.as_bytes(), |_| {}).await.unwrap().added, 4);
        // The list knows less than what is on record with a number, and adds what is new.
        let list = "kd_klpd,kd_satker_str,nama_satker\nD900,SK.05,DINAS TENAGA KERJA\nD900,009999,KANTOR BARU\n";
        let report = import::work_units(&world.backend, list.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((report.added, report.changed, report.unchanged, report.without_years), (1, 0, 1, 2));
        Directory::refresh(&world.backend).await.unwrap();
        let snapshot = world.backend.master_data.snapshot();
        let kab = snapshot.institutions(InstitutionType::Kabupaten, "contoh", 5).hits.remove(0).0;
        assert_eq!(snapshot.work_units(kab.id, "kantor baru", 5).total, 1);
        assert_eq!(snapshot.work_units(kab.id, "tenaga kerja", 5).total, 0, "closed since 2014, whatever the list says");
        let again = import::work_units(&world.backend, list.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 2));
        // With its number, the new one is recognised.
        let numbered = "[{\"kd_klpd\": \"D900\", \"kd_satker\": 900, \"kd_satker_str\": \"009999\", \"nama_satker\": \"Kantor Baru\", \"tahun_aktif\": \"2026\"}]";
        let report = import::work_units(&world.backend, numbered.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((report.added, report.changed), (0, 1));
    }

    async fn institutions_without_a_code_are_known_by_name(world) {
        let before = world.count("institutions").await;
        assert_eq!(before, 138, "every one that the product ships");
        let file = "jenis,kode,nama\nPROVINSI,D901,Provinsi Papua Selatan\nPROVINSI,,PROVINSI PAPUA TENGAH\nNEGARA,N1,Negara\nKEMENTERIAN,,\n";
        let report = import::institutions(&world.backend, file.as_bytes(), |_| {}).await.unwrap();
        // One got its code, one is written differently.
        assert_eq!((report.added, report.changed, report.unchanged), (0, 2, 0));
        let lines: Vec<_> = report.refused.iter().map(|refusal| refusal.line).collect();
        assert_eq!(lines, [4, 5]);
        assert_eq!(world.count("institutions").await, before);
        let again = import::institutions(&world.backend, file.as_bytes(), |_| {}).await.unwrap();
        assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 2));
    }

    async fn a_new_year_changes_what_is_offered(world) {
        assert!(!Directory::refresh(&world.backend).await.unwrap(), "nothing new");
        let (institution, _) = world.place("Kementerian Kesehatan", "Sekretariat");
        assert!(world.backend.master_data.snapshot().work_units(institution, "", 1).total > 0);
        world.advance(60 * DAY);
        assert!(Directory::refresh(&world.backend).await.unwrap());
        let snapshot = world.backend.master_data.snapshot();
        assert_eq!((snapshot.year(), snapshot.work_units(institution, "", 1).total), (2027, 0));
    }
}

/// The real files, where they are.
#[tokio::test(flavor = "multi_thread")]
async fn real_files_are_imported() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let Ok(read) = ["instansi.csv", "master-satker-K34.json", "master-satker-D228.json", "satker-pusat.csv"]
        .into_iter()
        .map(|name| std::fs::read(folder.join(name)))
        .collect::<Result<Vec<_>, _>>()
    else {
        println!("no real files here");
        return;
    };
    let world = World::new(Database::Sqlite).await;
    let backend = &world.backend;
    let institutions = import::institutions(backend, &read[0], |_| {}).await.unwrap();
    assert_eq!((institutions.unchanged, institutions.refused.len()), (138, 0));
    let ministry = import::work_units(backend, &read[1], |_| {}).await.unwrap();
    assert_eq!((ministry.added, ministry.refused.len()), (247, 0));
    let regency = import::work_units(backend, &read[2], |_| {}).await.unwrap();
    assert_eq!((regency.added, regency.refused.len(), regency.institutions_added), (121, 0, 1));
    let began = std::time::Instant::now();
    let central = import::work_units(backend, &read[3], |_| {}).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(central.added + central.unchanged + central.refused.len(), 7375);
    assert!(central.refused.len() <= 1, "{:?}", central.refused);
    Directory::refresh(backend).await.unwrap();
    let snapshot = backend.master_data.snapshot();
    let kab = snapshot.institutions(InstitutionType::Kabupaten, "kotawaringin", 5).hits.remove(0).0;
    assert_eq!(snapshot.work_units(kab.id, "", 1).of, 80);
    for file in [1, 2, 3] {
        let again = import::work_units(backend, &read[file], |_| {}).await.unwrap();
        assert_eq!((again.added, again.changed), (0, 0), "file {file}");
    }
}
