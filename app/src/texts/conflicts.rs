//! Sentences for [`Conflict`].

use domain::{
    accesses::RENEWABLE_DAYS,
    indonesian::{date, date_time, period},
    issues::conflict::{Conflict, NotRenewable},
    status::Status,
    time::Zone,
};

/// The sentence that the person reads whose request met the conflict.
pub fn conflict(conflict: &Conflict, zone: Zone) -> String {
    match conflict {
        Conflict::DraftChanged { at } => format!(
            "Draf ini berubah di tab atau perangkat lain pada {}. Isian di layar ini belum disimpan; muat isian \
             terbaru, lalu ulangi perubahan Anda.",
            date_time(*at, zone)
        ),
        Conflict::StatusChanged { status, at } => format!(
            "Pengajuan ini kini berstatus {} sejak {}. Muat ulang halaman untuk melihat keadaan terbaru.",
            status.in_text(),
            date_time(*at, zone)
        ),
        Conflict::AlreadyDecided { status, by, at } => format!(
            "Sudah diputus orang lain: {by} {} pengajuan ini pada {}. Putusan Anda tidak dicatat.",
            match status {
                Status::Approved => "menyetujui",
                Status::Returned => "meminta perbaikan",
                _ => "menolak",
            },
            date_time(*at, zone)
        ),
        Conflict::OpenApplication { reference } => format!(
            "Anda masih memiliki pengajuan {reference} untuk role dan satuan kerja yang sama. Tunggu keputusannya, atau \
             batalkan dahulu pengajuan itu."
        ),
        Conflict::OverlappingAccess { first, last } => format!(
            "Anda sudah memiliki akses untuk role dan satuan kerja ini yang berlaku {}. Pilih masa berlaku yang tidak \
             bertumpang tindih.",
            period(*first, *last)
        ),
        Conflict::OpenForCompany { reference } => format!(
            "Anda masih memiliki pengajuan {reference} untuk perusahaan dengan NIB yang sama. Tunggu keputusannya, atau \
             batalkan dahulu pengajuan itu."
        ),
        Conflict::AccessForCompany { first, last } => format!(
            "Anda sudah memiliki akses untuk perusahaan dengan NIB ini yang berlaku {}. Perpanjang akses itu dari \
             Manajemen Akses, mulai {RENEWABLE_DAYS} hari sebelum berakhir.",
            period(*first, *last)
        ),
        Conflict::OwnApplication => {
            "Ini pengajuan Anda sendiri. Putusan harus diberikan oleh verifikator lain.".to_owned()
        }
        Conflict::CloseApplicant => {
            "Pemohon kasus ini memakai NIP atau NRP yang tercatat pada akun Anda. Putusan harus \
                                     diberikan oleh verifikator lain."
                .to_owned()
        }
        Conflict::HeldBy { by, until } => format!(
            "Kasus ini dipegang {by} sampai {}. Pilih kasus lain, atau tunggu sampai dilepaskan.",
            date_time(*until, zone)
        ),
        Conflict::LeaseEnded { at: Some(at) } => format!(
            "Pegangan Anda atas kasus ini berakhir pada {}. Ambil kembali kasusnya, lalu ulangi.",
            date_time(*at, zone)
        ),
        Conflict::LeaseEnded { at: None } => {
            "Anda tidak memegang kasus ini. Ambil dahulu kasusnya, lalu ulangi.".to_owned()
        }
        Conflict::UndoTooLate => {
            "Putusan tidak dapat diurungkan lagi karena surelnya sudah dikirim. Minta penyelia membuka kembali kasus \
             ini."
                .to_owned()
        }
        Conflict::LetterChanged => {
            "Surat pada layar ini bukan lagi surat kasus ini. Muat ulang halaman untuk melihat surat terbaru."
                .to_owned()
        }
        Conflict::NotRenewable(why) => not_renewable(why),
        Conflict::LastAdministrator => {
            "Ini administrator terakhir. Angkat administrator lain dahulu, lalu ulangi.".to_owned()
        }
        Conflict::NoSecondAdministrator => {
            "Administrator dan penyelia diangkat oleh dua administrator, dan tidak ada administrator aktif lain yang \
             dapat mengukuhkannya. Berikan peran ini dengan perintah di mesin server: gerbang admin role."
                .to_owned()
        }
        Conflict::OwnProposal => {
            "Usulan ini tidak dapat Anda kukuhkan, karena Anda yang mengusulkannya atau peran itu untuk Anda sendiri. \
             Administrator lain harus mengukuhkannya."
                .to_owned()
        }
        Conflict::ChangedMeanwhile { at } => format!(
            "Data ini diubah orang lain pada {}. Muat ulang halaman untuk melihat data terbaru, lalu ulangi.",
            date_time(*at, zone)
        ),
        Conflict::TwoSecrets => "Sudah ada dua rahasia yang berlaku. Akhiri salah satunya, lalu ulangi.".to_owned(),
        Conflict::TermsChanged => {
            "Ketentuan ini baru saja berganti. Muat ulang halaman, lalu baca versi terbarunya.".to_owned()
        }
        Conflict::TooManyDrafts { most } => format!(
            "Anda masih memiliki {most} draf yang belum dikirim. Kirim atau hapus salah satunya di Manajemen Akses, lalu \
             mulai lagi."
        ),
        Conflict::AlreadyConfirmed => "Alamat surel ini sudah dikonfirmasi. Masuk dengan kata sandi Anda.".to_owned(),
    }
}

fn not_renewable(why: &NotRenewable) -> String {
    match why {
        NotRenewable::TooEarly { from } => {
            format!("Akses ini belum dapat diperpanjang. Perpanjangan dibuka pada {}.", date(*from))
        }
        NotRenewable::Revoked => {
            "Akses ini dicabut, sehingga tidak dapat diperpanjang. Lihat status pengajuannya di Manajemen Akses."
                .to_owned()
        }
        NotRenewable::Sent { reference } => {
            format!(
                "Perpanjangan akses ini sudah diajukan dengan nomor {reference}. Lihat statusnya di Manajemen Akses."
            )
        }
        NotRenewable::Continued { until } => {
            format!("Akses ini sudah berlanjut sampai {}. Tidak ada yang perlu diperpanjang sekarang.", date(*until))
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn status_is_named_in_indonesian() {
        let (status, at) = (Status::Rejected, Timestamp::from_micros(0));
        let found =
            [Conflict::StatusChanged { status, at }, Conflict::AlreadyDecided { status, by: "Ratna".into(), at }];
        let [changed, decided] = found.map(|found| conflict(&found, Zone::Wib));
        assert!(changed.starts_with("Pengajuan ini kini berstatus Ditolak sejak 1 Januari 1970"), "{changed}");
        assert!(decided.starts_with("Sudah diputus orang lain: Ratna menolak pengajuan ini pada"), "{decided}");
    }
}
