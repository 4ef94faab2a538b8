//! Made-up work units for every institution that the product ships.

use serde_json::{Value, json};

/// The institutions that the product ships, as a file of `gerbang import instansi`: kind, code and name.
pub const INSTITUTIONS: &[u8] = include_bytes!("../../../backend/data/institutions.csv");

/// Departments of a ministry or an agency.
const CENTRAL: &[&str] = &[
    "Sekretariat Jenderal",
    "Inspektorat Jenderal",
    "Biro Perencanaan dan Keuangan",
    "Biro Umum dan Pengadaan Barang/Jasa",
    "Biro Hukum dan Organisasi",
    "Biro Sumber Daya Manusia",
    "Pusat Data dan Teknologi Informasi",
    "Pusat Pendidikan dan Pelatihan",
    "Badan Penelitian dan Pengembangan",
    "Ditjen Pembinaan Pelatihan dan Produktivitas",
    "Direktorat Jenderal Pengawasan dan Pengendalian",
    "Direktorat Jenderal Kerja Sama dan Kemitraan",
];

/// Offices of a ministry or an agency in the regions.
const REGIONAL_OFFICES: &[&str] = &["Kantor Wilayah", "Balai Besar Pelatihan", "Balai Pengujian"];

/// Offices of a province.
const PROVINCIAL: &[&str] = &[
    "Sekretariat Daerah",
    "Sekretariat DPRD",
    "Inspektorat Daerah",
    "Badan Perencanaan Pembangunan Daerah",
    "Badan Pengelolaan Keuangan dan Aset Daerah",
    "Badan Kepegawaian Daerah",
    "Badan Pendapatan Daerah",
    "BPBD",
    "Dinas Kesehatan",
    "Dinas Pendidikan dan Kebudayaan",
    "Dinas Pekerjaan Umum dan Penataan Ruang",
    "Dinas Perhubungan",
    "Dinas Sosial",
    "Dinas Tenaga Kerja dan Transmigrasi",
    "Dinas Lingkungan Hidup dan Kehutanan",
    "Dinas Kelautan dan Perikanan",
    "Dinas Tanaman Pangan, Hortikultura, dan Perkebunan",
    "Dinas Perindustrian dan Perdagangan",
    "Dinas Komunikasi dan Informatika",
    "Dinas Koperasi, Usaha Kecil, dan Menengah",
    "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "Dinas Pemuda dan Olahraga",
    "Dinas Pariwisata",
    "Dinas Perpustakaan dan Kearsipan",
    "Dinas Energi dan Sumber Daya Mineral",
    "Satuan Polisi Pamong Praja",
    "RSUD Provinsi",
    "Rumah Sakit Jiwa Daerah",
    "UPTD Balai Laboratorium Kesehatan",
    "UPTD Pengelolaan Jalan dan Jembatan",
];

/// Towns that regional offices are named after.
const TOWNS: &[&str] = &[
    "Banda Aceh",
    "Medan",
    "Padang",
    "Pekanbaru",
    "Jambi",
    "Palembang",
    "Bandar Lampung",
    "Serang",
    "Jakarta",
    "Bandung",
    "Semarang",
    "Yogyakarta",
    "Surabaya",
    "Denpasar",
    "Mataram",
    "Kupang",
    "Pontianak",
    "Banjarmasin",
    "Samarinda",
    "Manado",
    "Palu",
    "Makassar",
    "Kendari",
    "Ambon",
    "Ternate",
    "Jayapura",
];

/// Codes of the institution and of the work unit of the people that the SiRUP simulator knows: the first made-up work
/// unit of the Ministry of Manpower.
pub fn sirup_work_unit(year: i32) -> (String, String) {
    let rows = made_up_work_units(year);
    let of = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let found = rows.as_array().into_iter().flatten().find(|row| row["kd_klpd"] == "K34");
    found.map(|row| (of(row, "kd_klpd"), of(row, "kd_satker_str"))).unwrap_or_default()
}

/// Some thousand work units as the gateway sends them: plausible names, made-up codes, some of them closed before
/// `year`.
pub fn made_up_work_units(year: i32) -> Value {
    let mut rows = Vec::new();
    let institutions = std::str::from_utf8(INSTITUTIONS).unwrap_or_default().lines().skip(1);
    for (nth, line) in institutions.enumerate() {
        let mut parts = line.splitn(3, ',');
        let (Some(kind), Some(code), Some(institution)) = (parts.next(), parts.next(), parts.next()) else { continue };
        if code.is_empty() {
            continue; // a work unit names its institution by code
        }
        for (index, name) in names(nth, kind, institution).into_iter().enumerate() {
            let number = 1000 * (nth + 1) + index;
            // One in eleven is closed although its status says otherwise, as in real data.
            let closed = (nth + index) % 11 == 10;
            let last = if closed { year - 2 } else { year };
            let years: Vec<String> = (2021..=last.max(2021)).map(|year| year.to_string()).collect();
            rows.push(json!({
                "kd_klpd": code,
                "kd_satker": 9_000_000 + number,
                "kd_satker_str": format!("{number:06}"),
                "nama_satker": name,
                "status_satker": "Aktif",
                "tahun_aktif": years.join(", "),
                "alamat": null,
            }));
        }
    }
    json!(rows)
}

/// Names of the work units of the `nth` institution.
fn names(nth: usize, kind: &str, institution: &str) -> Vec<String> {
    if kind == "PROVINSI" {
        let region = institution.trim_start_matches("Provinsi ");
        return PROVINCIAL.iter().map(|name| format!("{name} {region}")).collect();
    }
    let office = REGIONAL_OFFICES[nth % REGIONAL_OFFICES.len()];
    let central = CENTRAL.iter().map(|name| (*name).to_owned());
    central.chain(TOWNS.iter().map(|town| format!("{office} {town}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_thousand_work_units_most_of_them_active() {
        let Value::Array(rows) = made_up_work_units(2026) else { panic!("no rows") };
        let active = rows.iter().filter(|row| row["tahun_aktif"].as_str().unwrap().contains("2026")).count();
        assert!(rows.len() > 4000 && active > rows.len() * 8 / 10 && active < rows.len(), "{active} of {}", rows.len());
    }
}
