//! Made-up master data at the size of the whole country, imported like real data: 658 institutions and 200,000 work units,
//! of which every fifth is active this year. The development data adds some thousand work units.

use std::fmt::Write;

use backend::{
    Backend,
    master_data::{Directory, Snapshot, import},
};
use devtools::{DEMO_URL, development};
use domain::{
    master_data::institution::{Institution, InstitutionType},
    time::Zone,
};

use crate::failure::Failure;

const INSTITUTIONS: usize = 658;
pub const UNITS: usize = 200_000;
const ACTIVE_ONE_IN: usize = 5;
/// Shares of the rows in percent. A few ministries have very many work units; all other institutions share the rest.
const LARGE_SHARES: &[usize] = &[20, 5, 5, 5, 5];

/// Pseudorandom numbers (SplitMix64), the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.roll(items.len())]
    }
}

const FRONT: &[&str] = &[
    "Suka", "Sido", "Karang", "Banjar", "Sumber", "Muara", "Bukit", "Pasir", "Batu", "Rawa", "Kebon", "Pulo",
    "Tanjung", "Teluk", "Kali", "Cipta", "Marga", "Purwo", "Wono", "Giri", "Tirta", "Rejo", "Bandar", "Lubuk",
    "Padang", "Simpang",
];
const BACK: &[&str] = &[
    "mulya", "jaya", "sari", "agung", "harjo", "makmur", "rejo", "raya", "indah", "asri", "tani", "mekar", "baru",
    "lama", "wetan", "kulon", "lor", "kidul", "dadi", "negara", "kerto", "luhur", "sakti", "damai",
];
const SIDES: &[&str] = &["Utara", "Selatan", "Timur", "Barat", "Tengah"];

/// One of some hundred made-up place names.
fn place(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(FRONT), dice.pick(BACK))
}

/// Names of work units of ministries and agencies; `{}` is a place, `#` a number.
const CENTRAL: &[&str] = &[
    "Kantor Wilayah {}",
    "Kantor {} #",
    "Kantor Urusan Agama Kecamatan {}",
    "Madrasah Aliyah Negeri # {}",
    "Madrasah Tsanawiyah Negeri # {}",
    "Madrasah Ibtidaiyah Negeri # {}",
    "Balai Besar Pelatihan Vokasi dan Produktivitas {}",
    "Balai Pengujian {}",
    "Ditjen Pembinaan dan Pengawasan Wilayah {}",
    "Direktorat Jenderal Pelayanan {} #",
    "Pengadilan Negeri {}",
    "Lembaga Pemasyarakatan Kelas II {}",
    "Rumah Sakit Umum Pusat {}",
    "Politeknik Negeri {}",
    "Satuan Kerja Pelaksanaan Jalan # {}",
    "Sekretariat Jenderal Wilayah {}",
];
/// Names of work units of provinces, regencies and towns.
const REGIONAL: &[&str] = &[
    "Dinas Kesehatan {}",
    "Dinas Pendidikan dan Kebudayaan {}",
    "DINAS PEKERJAAN UMUM DAN PENATAAN RUANG {}",
    "Dinas Perhubungan {}",
    "Dinas Sosial {}",
    "Badan Perencanaan Pembangunan Daerah {}",
    "Badan Kepegawaian Daerah {}",
    "BPBD {}",
    "Sekretariat Daerah {}",
    "Sekretariat DPRD {}",
    "RSUD {}",
    "Puskesmas {}",
    "Kecamatan {}",
    "Kelurahan {}",
    "SMPN # {}",
    "SDN # {}",
    "UPTD Pengelolaan Pasar {}",
    "Bagian Pengadaan Barang/Jasa {}",
];

/// Fills an empty database with the development data and all institutions. Returns the CSV file of all work units.
pub async fn prepare_country(backend: &Backend) -> Result<Vec<u8>, Failure> {
    development::fill(backend, &DEMO_URL.parse()?).await?;
    Directory::refresh(backend).await?;
    let known = institutions(&backend.master_data.snapshot()).len();
    let report = import::institutions(backend, regions(INSTITUTIONS - known).as_bytes(), |_| {}).await?;
    Directory::refresh(backend).await?;
    let all = institutions(&backend.master_data.snapshot());
    if !report.refused.is_empty() || all.len() != INSTITUTIONS {
        return Err(format!("{} institutions: {:?}", all.len(), report.refused).into());
    }
    let with_code = all.into_iter().filter_map(|institution| Some((institution.kd_klpd?, institution.kind)));
    Ok(units(&with_code.collect::<Vec<_>>(), backend.world.today(Zone::Wib).year()).into_bytes())
}

pub async fn import_units(backend: &Backend, file: &[u8]) -> Result<(), Failure> {
    let report = import::work_units(backend, file, |_| {}).await?;
    if report.added == UNITS { Ok(()) } else { Err(format!("only {} rows were added", report.added).into()) }
}

pub fn institutions(snapshot: &Snapshot) -> Vec<Institution> {
    let of = |kind| snapshot.institutions(kind, "", usize::MAX).hits;
    InstitutionType::ALL.into_iter().flat_map(of).map(|(institution, _)| institution).collect()
}

/// The CSV file of regencies and towns, in the format of the gateway.
fn regions(wanted: usize) -> String {
    let mut file = "jenis,kode,nama\n".to_owned();
    for nth in 0..wanted {
        let (front, back, side) =
            (FRONT[nth % FRONT.len()], BACK[nth / FRONT.len() % BACK.len()], SIDES[nth % SIDES.len()]);
        let (kind, name) = if nth % 5 == 4 { ("KOTA", "Kota") } else { ("KABUPATEN", "Kab.") };
        // Writing into a String cannot fail.
        let _ = writeln!(file, "{kind},B{nth},{name} {front}{back} {side}");
    }
    file
}

/// The CSV file of work units, in the format of the gateway.
fn units(institutions: &[(String, InstitutionType)], year: i32) -> String {
    let mut dice = Dice::new(1);
    let mut file = "kd_klpd,kd_satker,kd_satker_str,nama_satker,tahun_aktif\n".to_owned();
    for nth in 0..UNITS {
        let (code, kind) = &institutions[owner(&mut dice, institutions.len())];
        let central = matches!(kind, InstitutionType::Kementerian | InstitutionType::Lembaga);
        let pattern = dice.pick(if central { CENTRAL } else { REGIONAL });
        let name = pattern.replace("{}", &place(&mut dice)).replace('#', &(1 + dice.roll(40)).to_string());
        let last = if nth % ACTIVE_ONE_IN == 0 { year } else { year - 1 - dice.roll(8) as i32 };
        let _ = writeln!(file, "{code},{},{nth:06},{name},\"{{{},{last}}}\"", 1_000_000 + nth, last - 1);
    }
    file
}

/// The index of the institution of the next work unit.
fn owner(dice: &mut Dice, institutions: usize) -> usize {
    let mut percent = dice.roll(100);
    for (place, share) in LARGE_SHARES.iter().enumerate() {
        match percent.checked_sub(*share) {
            None => return place,
            Some(rest) => percent = rest,
        }
    }
    LARGE_SHARES.len() + dice.roll(institutions - LARGE_SHARES.len())
}
