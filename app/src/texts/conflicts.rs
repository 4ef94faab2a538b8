use domain::{
    conflict::Conflict,
    indonesian::{date_time, period},
    time::Zone,
};

/// What a conflict says to the person who met it.
pub fn conflict(conflict: &Conflict, zone: Zone) -> String {
    match conflict {
        Conflict::DraftChanged { at } => format!(
            "Draf ini berubah di tab atau perangkat lain pada {}. Isian di layar ini belum disimpan; muat isian \
             terbaru, lalu ulangi perubahan Anda.",
            date_time(*at, zone)
        ),
        Conflict::StatusChanged { status, at } => format!(
            "Pengajuan ini kini berstatus {} sejak {}. Muat ulang halaman untuk melihat keadaan terbaru.",
            status.label(),
            date_time(*at, zone)
        ),
        Conflict::AlreadyDecided { status, by, at } => format!(
            "Sudah diputus orang lain: {by} memberi putusan {} pada {}. Putusan Anda tidak dicatat.",
            status.label(),
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
        Conflict::OwnApplication => {
            "Ini pengajuan Anda sendiri. Putusan harus diberikan oleh verifikator lain.".to_owned()
        }
        Conflict::AlreadyConfirmed => "Alamat surel ini sudah dikonfirmasi. Masuk dengan kata sandi Anda.".to_owned(),
    }
}
