//! Sentences for [`Issue`].

use domain::{
    indonesian::{count, date, date_time, size},
    issues::{Field, Issue, Problem, letter::LetterProblem, link_failure::LinkFailure},
    time::Zone,
};

use super::conflict;

/// The sentence beside the field.
pub fn sentence(issue: &Issue, zone: Zone) -> String {
    let Issue { field, problem } = issue;
    match problem {
        Problem::Missing => missing(*field).to_owned(),
        Problem::TooShort { min } => too_short(*field, *min),
        Problem::TooLong { max } => format!("Isian lebih dari {} huruf. Persingkat isian ini.", count(*max as u64)),
        Problem::BadCharacters => bad_characters(*field).to_owned(),
        Problem::LooksLikeLink => looks_like_link(*field).to_owned(),
        Problem::NotAnEmail => "Alamat surel tidak lengkap. Tulis seperti nama@instansi.go.id.".to_owned(),
        Problem::CommonPassword => {
            "Kata sandi ini mudah ditebak. Gunakan beberapa kata yang tidak berhubungan dengan Anda.".to_owned()
        }
        Problem::WrongPassword => match field {
            Field::CurrentPassword => {
                "Kata sandi saat ini tidak cocok. Ketik ulang, perhatikan huruf besar.".to_owned()
            }
            _ => "Kata sandi tidak cocok dengan yang Anda buat saat mendaftar. Ketik ulang.".to_owned(),
        },
        Problem::SignInFailed => "Alamat surel atau kata sandi tidak cocok, atau akun belum dikonfirmasi. Periksa \
                                  keduanya, atau pilih Lupa kata sandi."
            .to_owned(),
        Problem::NipLength { digits } => format!("NIP berisi 18 angka. Baru terisi {digits}."),
        Problem::NipBirthDate => {
            "Delapan angka pertama NIP adalah tanggal lahir (tahun, bulan, tanggal). Periksa kembali.".to_owned()
        }
        Problem::NrpLength { digits } => format!("NRP berisi 5 sampai 16 angka. Terisi {digits}."),
        Problem::NpwpLength { digits } => format!("NPWP berisi 15 atau 16 angka. Terisi {digits}."),
        Problem::NibLength { digits } => format!("NIB berisi 13 angka. Terisi {digits}."),
        Problem::NotAPhone => "Nomor telepon tidak dikenali. Tulis seperti 0812 3456 7890.".to_owned(),
        Problem::DateIncomplete => "Tanggal belum lengkap. Isi tanggal, bulan, dan tahun.".to_owned(),
        Problem::NoSuchDate => "Tanggal ini tidak ada dalam kalender. Periksa tanggal, bulan, dan tahunnya.".to_owned(),
        Problem::LastBeforeFirst { last } => format!("{} mendahului hari pertama. Periksa tahunnya.", date(*last)),
        Problem::LastInPast { last } => {
            format!("{} sudah lewat. Isi hari terakhir peran yang masih berlaku.", date(*last))
        }
        Problem::NotOffered => "Pilihan ini tidak tersedia. Pilih salah satu dari daftar.".to_owned(),
        Problem::InstitutionOfOtherType => {
            "Instansi ini tidak termasuk jenis yang dipilih. Pilih instansi dari jenis tersebut.".to_owned()
        }
        Problem::WorkUnitOfOtherInstitution => {
            "Satuan kerja ini bukan bagian dari instansi yang dipilih. Pilih satuan kerja lagi.".to_owned()
        }
        Problem::WorkUnitInactive { year } => {
            format!("Satuan kerja ini tidak aktif pada tahun {year}. Pilih satuan kerja yang aktif.")
        }
        Problem::Letter(problem) => letter(*problem),
        Problem::NotConfirmed => "Pernyataan belum dicentang. Centang setelah Anda memeriksa semua data.".to_owned(),
        Problem::LinkExpired => {
            "Tautan ini sudah tidak berlaku atau sudah dipakai. Minta tautan baru untuk melanjutkan.".to_owned()
        }
        Problem::LinkNotOpen => {
            "Tautan dari surel tidak lagi terbuka di peramban ini. Buka lagi tautan itu dari surel, lalu kirim sekali \
             lagi."
                .to_owned()
        }
        Problem::OtherLink => {
            "Tautan untuk alamat surel lain dibuka sesudah halaman ini, dan tautan itulah yang berlaku. Buka lagi tautan \
             dari surel untuk alamat yang Anda maksud."
                .to_owned()
        }
        Problem::TooManyAttempts { until } => {
            format!("Terlalu banyak percobaan. Coba lagi setelah {}.", date_time(*until, zone))
        }
        Problem::Sirup(failure) => sirup(*failure, zone),
        Problem::Conflict(found) => conflict(found, zone),
        Problem::SignedOut => {
            "Sesi Anda sudah berakhir. Masuk lagi di tab lain, lalu kembali ke sini; isian Anda masih ada di layar."
                .to_owned()
        }
        Problem::ChecksLeft { count } => {
            format!("Masih {count} butir daftar periksa yang belum dicentang. Periksa butir itu pada surat.")
        }
        Problem::NoChecks => {
            "Daftar periksa untuk role ini kosong, sehingga pengajuan belum dapat disetujui. Hubungi administrator agar \
             daftar diisi."
                .to_owned()
        }
        Problem::NothingMarked => {
            "Belum ada yang ditandai. Tandai isian atau surat yang perlu diperbaiki, lalu beri catatan.".to_owned()
        }
        Problem::Taken => "Nama ini sudah dipakai. Tulis nama lain.".to_owned(),
        Problem::NotAnAddress => "Alamat tidak dapat dipakai. Tulis lengkap, mulai dengan https://.".to_owned(),
        Problem::PrivateAddress => {
            "Alamat ini berada di jaringan privat atau di mesin Gerbang sendiri. Tulis alamat yang terjangkau dari \
             internet, atau minta operator mengizinkan jaringannya."
                .to_owned()
        }
        Problem::NotAKeySet => {
            "Ini bukan JWKS berisi kunci publik EC atau RSA. Tempelkan kunci publik saja, tanpa bagian rahasia."
                .to_owned()
        }
        Problem::DayInPast { day } => format!("{} sudah lewat. Isi hari ini atau sesudahnya.", date(*day)),
        Problem::TooMany { max } => format!("Paling banyak {max}. Kurangi isian ini."),
        Problem::Busy { seconds } => format!(
            "Terlalu banyak orang sedang masuk atau mendaftar. Ketik kata sandi lagi, lalu coba lagi dalam {seconds} detik."
        ),
        Problem::Unavailable => {
            "Sistem belum dapat menjawab. Isian Anda masih ada di layar; coba lagi sebentar lagi.".to_owned()
        }
    }
}

/// The link text in the error summary above a long form: the first sentence, or a shorter one.
pub fn summary(issue: &Issue, zone: Zone) -> String {
    match (&issue.problem, issue.field) {
        (Problem::LastBeforeFirst { .. }, _) => "Hari terakhir peran mendahului hari pertama".to_owned(),
        (Problem::LastInPast { .. }, _) => "Hari terakhir peran sudah lewat".to_owned(),
        (Problem::DateIncomplete | Problem::NoSuchDate, Field::FirstDay) => {
            "Hari pertama peran perlu diperiksa".to_owned()
        }
        (Problem::DateIncomplete | Problem::NoSuchDate, Field::LastDay) => {
            "Hari terakhir peran perlu diperiksa".to_owned()
        }
        _ => {
            let sentence = sentence(issue, zone);
            sentence
                .split_once(". ")
                .map_or(sentence.clone(), |(first, _)| first.to_owned())
                .trim_end_matches('.')
                .to_owned()
        }
    }
}

fn too_short(field: Field, min: usize) -> String {
    match field {
        Field::Password => format!("Kata sandi kurang dari {min} karakter. Tambah beberapa kata agar lebih panjang."),
        Field::Reason => format!("Alasan kurang dari {min} huruf. Jelaskan apa yang perlu diperbaiki pemohon."),
        Field::Address | Field::CompanyAddress => {
            format!("Alamat kurang dari {min} huruf. Tulis jalan, nomor, dan kota.")
        }
        _ => format!("Isian kurang dari {min} huruf. Tulis lebih lengkap."),
    }
}

const fn bad_characters(field: Field) -> &'static str {
    match field {
        Field::EmployeeNumber | Field::Npwp | Field::Nib => "Nomor hanya berisi angka. Hapus huruf dan tanda baca.",
        Field::Slug => "Nama ini memuat karakter lain. Tulis huruf kecil, angka, dan tanda hubung di antaranya.",
        _ => "Isian memuat karakter yang tidak dapat dipakai. Ketik ulang tanpa karakter khusus.",
    }
}

const fn looks_like_link(field: Field) -> &'static str {
    match field {
        Field::CompanyName => "Nama perusahaan memuat tautan atau tanda @. Tulis nama saja, seperti pada NIB.",
        _ => "Nama memuat tautan atau tanda @. Tulis nama saja, dengan spasi sesudah titik pada gelar atau singkatan.",
    }
}

const fn missing(field: Field) -> &'static str {
    match field {
        Field::Name => "Nama belum diisi. Tulis nama lengkap seperti pada surat.",
        Field::Email => "Alamat surel belum diisi. Tulis seperti nama@instansi.go.id.",
        Field::Password => "Kata sandi belum diisi. Ketik kata sandi.",
        Field::CurrentPassword => "Kata sandi saat ini belum diisi. Ketik kata sandi yang Anda pakai sekarang.",
        Field::EmployeeNumber => "Nomor belum diisi. Tulis NIP atau NRP Anda.",
        Field::Phone => "Nomor telepon belum diisi. Tulis seperti 0812 3456 7890.",
        Field::ProfileType => "Tipe Profil belum dipilih. Pilih salah satu.",
        Field::Role => "Role belum dipilih. Pilih PA atau KPA.",
        Field::SirupUsername => "Username SiRUP belum diisi. Tulis username yang Anda pakai di SiRUP.",
        Field::SirupPassword => "Kata sandi SiRUP belum diisi. Ketik kata sandi yang Anda pakai di SiRUP.",
        Field::InstitutionType => "Jenis Instansi belum dipilih. Pilih salah satu.",
        Field::Institution => "Nama Instansi belum dipilih. Cari lalu pilih dari daftar.",
        Field::WorkUnit => "Satuan Kerja belum dipilih. Cari lalu pilih dari daftar.",
        Field::Address => "Alamat Satuan Kerja belum diisi. Tulis jalan, nomor, dan kota.",
        Field::FirstDay => "Hari pertama peran belum diisi. Isi tanggal, bulan, dan tahun.",
        Field::LastDay => "Hari terakhir peran belum diisi. Isi tanggal, bulan, dan tahun.",
        Field::CompanyName => "Nama perusahaan belum diisi. Tulis seperti pada NIB.",
        Field::Npwp => "NPWP belum diisi. Tulis 15 atau 16 angka.",
        Field::Nib => "NIB belum diisi. Tulis 13 angka.",
        Field::CompanyAddress => "Alamat perusahaan belum diisi. Tulis jalan, nomor, dan kota.",
        Field::Letter => "Surat belum diunggah. Pilih satu berkas PDF.",
        Field::Reason => "Alasan belum diisi. Jelaskan apa yang perlu diperbaiki pemohon.",
        Field::Message => "Pesan belum diisi. Tulis apa yang terjadi.",
        Field::ReasonTitle => "Alasan belum dipilih. Pilih salah satu dari daftar.",
        Field::StaffRole => "Peran belum dipilih. Pilih salah satu.",
        Field::Scope => "Lingkup belum dipilih. Pilih nasional, atau paling sedikit satu instansi.",
        Field::Title => "Judul belum diisi. Tulis dengan singkat dan jelas.",
        Field::Text => "Teks belum diisi. Tulis dengan singkat dan jelas.",
        Field::Access => "Akses belum dipilih. Pilih akses yang dipakai.",
        Field::ProfileTypes | Field::Roles => "Belum ada yang dicentang. Centang paling sedikit satu.",
        Field::Day => "Tanggal belum diisi. Isi tanggal, bulan, dan tahun.",
        Field::Form
        | Field::PlatformName
        | Field::Slug
        | Field::Line
        | Field::Logo
        | Field::Site
        | Field::InitiateLogin
        | Field::Redirects
        | Field::LogoutRedirects
        | Field::BackChannel
        | Field::ClientKind
        | Field::AuthMethod
        | Field::Jwks
        | Field::IdTokenAlg
        | Field::SubjectType
        | Field::Sector
        | Field::TermsFor
        | Field::Scopes
        | Field::GraceDays
        | Field::Zone
        | Field::EmployeeNumberKind
        | Field::Confirmation
        | Field::Checks
        | Field::Marks => "Isian belum lengkap. Lengkapi isian ini.",
    }
}

fn letter(problem: LetterProblem) -> String {
    match problem {
        LetterProblem::Empty => "Berkas kosong. Pilih berkas surat yang berisi.".to_owned(),
        LetterProblem::TooBig { bytes: Some(bytes) } => format!("Ukuran berkas {}. Paling besar 2 MB.", size(bytes)),
        LetterProblem::TooBig { bytes: None } => {
            "Berkas lebih dari 2 MB. Perkecil berkas atau pindai dengan resolusi lebih rendah.".to_owned()
        }
        LetterProblem::NotPdf => {
            "Berkas ini bukan PDF, apa pun namanya. Simpan surat sebagai PDF lalu unggah.".to_owned()
        }
        LetterProblem::Damaged => {
            "Berkas PDF rusak dan tidak dapat dibaca. Simpan ulang atau pindai kembali.".to_owned()
        }
        LetterProblem::Encrypted => "Berkas terkunci dengan kata sandi. Simpan ulang tanpa kata sandi.".to_owned(),
        LetterProblem::Scripts => {
            "Berkas memuat skrip, yang tidak boleh ada dalam surat. Cetak ulang ke PDF lalu unggah.".to_owned()
        }
        LetterProblem::Launch => {
            "Berkas memuat perintah untuk membuka program atau berkas lain. Cetak ulang ke PDF lalu unggah.".to_owned()
        }
        LetterProblem::EmbeddedFiles => {
            "Berkas memuat lampiran di dalamnya. Simpan ulang tanpa lampiran lalu unggah.".to_owned()
        }
        LetterProblem::TooComplex => {
            "Berkas terlalu rumit untuk diperiksa. Cetak ulang ke PDF atau pindai kembali.".to_owned()
        }
        LetterProblem::Interrupted => "Unggahan terputus sebelum selesai. Unggah sekali lagi.".to_owned(),
        LetterProblem::NotStored => {
            "Berkas belum dapat disimpan karena gangguan pada sistem kami. Coba lagi dalam beberapa menit.".to_owned()
        }
        LetterProblem::NoRoom => {
            "Ruang penyimpanan surat pada sistem kami hampir habis, sehingga surat belum dapat diterima. Isian Anda tetap \
             tersimpan; unggah surat beberapa jam lagi."
                .to_owned()
        }
        LetterProblem::TooMuchHeld { bytes } => format!(
            "Surat Anda yang belum diputus sudah mencapai {}. Hapus draf yang tidak dipakai, atau tunggu keputusan, lalu \
             unggah lagi.",
            size(bytes)
        ),
        LetterProblem::StillReading => {
            "Surat yang Anda unggah sebelumnya masih diperiksa. Tunggu sebentar, lalu unggah lagi.".to_owned()
        }
    }
}

fn sirup(failure: LinkFailure, zone: Zone) -> String {
    match failure {
        LinkFailure::WrongCredentials { .. } => {
            "Username atau kata sandi tidak cocok dengan data SiRUP. Tutup pesan ini untuk memperbaikinya, atau \
             daftarkan akses baru."
                .to_owned()
        }
        LinkFailure::RegisteredTooLate { cutoff } => format!(
            "Akun SiRUP ini dibuat pada atau setelah {}, sehingga tidak dapat dihubungkan. Daftarkan akses baru untuk \
             melanjutkan.",
            date(cutoff)
        ),
        LinkFailure::AlreadyLinked => {
            "Akses SiRUP ini sudah pernah dihubungkan dengan Manajemen Akun Terpusat SPSE. Hubungi Pusat Bantuan untuk \
             menindaklanjutinya."
                .to_owned()
        }
        LinkFailure::Unavailable => {
            "SiRUP belum menjawab. Isian Anda tersimpan; coba lagi dalam beberapa menit, atau daftarkan akses baru."
                .to_owned()
        }
        LinkFailure::Paused { until } => format!(
            "Pemeriksaan dijeda setelah beberapa percobaan. Coba lagi setelah {}, atau daftarkan akses baru.",
            date_time(until, zone)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_say_what_to_do() {
        let problems = [
            Problem::Missing,
            Problem::NotAnEmail,
            Problem::CommonPassword,
            Problem::NipLength { digits: 13 },
            Problem::Letter(LetterProblem::Encrypted),
            Problem::Letter(LetterProblem::TooBig { bytes: Some(3_565_158) }),
            Problem::LinkExpired,
        ];
        for problem in problems {
            let text = sentence(&Issue::new(Field::Letter, problem), Zone::Wib);
            assert!(text.ends_with('.') && text.matches(". ").count() >= 1, "{text}");
            assert!(!text.contains('!') && !text.to_lowercase().contains("silakan"), "{text}");
        }
    }

    #[test]
    fn company_numbers_are_explained_by_their_length() {
        let npwp = Issue::new(Field::Npwp, Problem::NpwpLength { digits: 14 });
        assert_eq!(sentence(&npwp, Zone::Wib), "NPWP berisi 15 atau 16 angka. Terisi 14.");
        let nib = Issue::new(Field::Nib, Problem::NibLength { digits: 12 });
        assert_eq!(sentence(&nib, Zone::Wib), "NIB berisi 13 angka. Terisi 12.");
        assert_eq!(summary(&Issue::new(Field::Nib, Problem::Missing), Zone::Wib), "NIB belum diisi");
    }

    #[test]
    fn size_is_named() {
        let issue = Issue::new(Field::Letter, Problem::Letter(LetterProblem::TooBig { bytes: Some(3_565_158) }));
        assert_eq!(sentence(&issue, Zone::Wib), "Ukuran berkas 3,4 MB. Paling besar 2 MB.");
    }

    #[test]
    fn summary_is_the_first_sentence() {
        let issue = Issue::new(Field::WorkUnit, Problem::Missing);
        assert_eq!(summary(&issue, Zone::Wib), "Satuan Kerja belum dipilih");
    }
}
