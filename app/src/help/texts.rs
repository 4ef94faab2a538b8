//! The sentences of the help pages, the terms and the privacy policy.

use domain::applications::sirup::{ATTEMPTS, PAUSE_MINUTES};

use super::api::HelpContext;

pub const LEAD: &str = "Jawaban singkat untuk hal yang paling sering ditanyakan.";
pub const MESSAGE: &str = "Kami menjawab lewat surel. Anda mendapat nomor tiket.";
pub const MESSAGE_HINT: &str = "Ceritakan apa yang terjadi. Jangan tulis kata sandi.";
pub const SENT: &str = "Pusat Bantuan menjawab lewat surel pada hari kerja.";

/// The answer to the question that people ask at a step. `working_days` is the time for a decision.
pub fn answer(context: HelpContext, working_days: u32) -> String {
    match context {
        HelpContext::SirupWrong => format!(
            "Periksa username dan kata sandi dengan masuk langsung ke SiRUP. Setelah {ATTEMPTS} kali gagal, pemeriksaan \
             dijeda selama {PAUSE_MINUTES} menit. Jika Anda lupa kata sandi SiRUP, atur ulang di SiRUP, atau pilih Daftar \
             Akses Baru."
        ),
        HelpContext::SirupLate => "Hanya akun SiRUP yang dibuat sebelum tanggal batas, yang tertulis pada pesan \
                                   penolakannya, dapat dihubungkan. Pilih Daftar Akses Baru; langkah lainnya sama."
            .to_owned(),
        HelpContext::SirupLinked => "Satu akun SiRUP hanya dapat dihubungkan dengan satu orang. Jika Anda tidak merasa \
                                     menghubungkannya, tulis pesan di bawah dan sebutkan username SiRUP Anda, tanpa kata \
                                     sandi."
            .to_owned(),
        HelpContext::SirupDown => "SiRUP sedang tidak menjawab. Isian Anda tersimpan sebagai draf; lanjutkan nanti dari \
                                   Manajemen Akses, atau pilih Daftar Akses Baru bila tidak dapat menunggu."
            .to_owned(),
        HelpContext::Form => "Draf tersimpan sendiri selagi Anda mengisi dan dapat dilanjutkan dari perangkat lain. Surat \
                              berupa satu berkas PDF, paling besar 2 MB, tanpa kata sandi, skrip, atau lampiran. Hasil \
                              pindai dengan resolusi 150 dpi biasanya cukup kecil."
            .to_owned(),
        HelpContext::Waiting => format!(
            "Verifikator Akses INAPROC memutuskan paling lama {working_days} hari kerja setelah pengajuan dikirim. \
             Keputusan dikirim lewat surel dan tampil pada halaman status. Selama menunggu, pengajuan dapat dibatalkan."
        ),
        HelpContext::Other => String::new(),
    }
}

pub const TERMS_LEAD: &str = "Aturan memakai Gerbang, Manajemen Akun Terpusat.";

/// The terms: heading and paragraph.
pub const TERMS: &[(&str, &str)] = &[
    (
        "Akun dan akses",
        "Akun bersifat pribadi dan tidak boleh dipakai bersama. Akses diberikan untuk satu peran pada satu satuan \
         kerja, selama masa berlaku yang tertulis pada surat.",
    ),
    (
        "Kebenaran data",
        "Data dan dokumen yang Anda kirim harus benar. Data yang tidak benar dapat membatalkan akses dan menjadi \
         tanggung jawab Anda.",
    ),
    (
        "Keputusan",
        "Pengajuan diputus oleh Verifikator Akses INAPROC. Penolakan selalu disertai alasan, dan Anda dapat \
         mendaftar ulang.",
    ),
];

pub const PRIVACY_LEAD: &str = "Data apa yang disimpan, untuk apa, dan siapa yang melihatnya.";

/// The privacy policy: heading and paragraph.
pub const PRIVACY: &[(&str, &str)] = &[
    (
        "Data yang disimpan",
        "Nama, alamat surel, NIP atau NRP dan nomor telepon bila diisi, isian pengajuan, surat yang Anda unggah, \
         dan catatan tindakan pada akun Anda beserta alamat jaringan perangkat.",
    ),
    (
        "Kata sandi SiRUP",
        "Kata sandi SiRUP dipakai satu kali untuk pemeriksaan, lalu dibuang. Kata sandi itu tidak pernah disimpan.",
    ),
    (
        "Siapa yang melihat",
        "Verifikator Akses INAPROC melihat data dan surat pengajuan Anda. Platform hanya menerima data akses yang \
         Anda pilih sendiri.",
    ),
    ("Kuki", "Satu kuki untuk sesi masuk dan satu untuk pilihan tema. Tidak ada pelacakan dan tidak ada pihak ketiga."),
];
