//! The sentences of the pages of an account.

pub const SIGN_IN: &str = "Satu akun untuk semua akses pengadaan Anda.";
pub const SIGN_IN_AGAIN: &str = "Platform yang Anda tuju meminta Anda masuk sekali lagi.";
pub const NEW_PASSWORD_SAVED: &str = "Masuk dengan kata sandi baru Anda.";

pub const SIGN_UP: &str = "Buat akun, lalu hubungkan atau daftarkan akses Anda.";
pub const SIGN_UP_SENT: &str =
    "Kami mengirim surel ke alamat yang Anda tulis. Buka tautan di dalamnya untuk melanjutkan.";
pub const PERSONAL_ADDRESS: &str = "Alamat ini bukan alamat kedinasan (.go.id). Anda tetap dapat mendaftar; alamat \
                                    kedinasan mempercepat verifikasi.";
pub const NAME_HINT: &str = "Sama dengan nama pada surat, boleh dengan gelar.";
pub const PROFILE_NAME_HINT: &str =
    "Sama dengan nama pada surat; di platform, akses yang sudah disetujui tetap memakai nama yang diverifikasi.";
pub const CONFIRM_PASSWORD_HINT: &str = "Kata sandi yang Anda buat saat mendaftar.";
pub const CONFIRMATION_OVER: &str = "Tautan konfirmasi ini sudah dipakai atau lebih lama dari 24 jam.";

pub const FORGOT: &str = "Kami mengirim tautan untuk membuat kata sandi baru.";
pub const FORGOT_SENT: &str = "Kami mengirim surel ke alamat yang Anda tulis. Tautan di dalamnya berlaku selama 1 jam.";
pub const RESET: &str = "Setelah disimpan, semua sesi Anda diakhiri.";
pub const RESET_OVER: &str = "Tautan ini sudah dipakai atau lebih lama dari 1 jam.";

pub const PROFILE: &str = "Verifikator mencocokkan nama dan NIP Anda dengan surat.";
pub const PROFILE_SAVED: &str = "Perubahan profil Anda sudah disimpan.";
pub const NUMBER_HINT: &str = "NIP berisi 18 angka; NRP untuk TNI dan Polri. Boleh dikosongkan.";
pub const PHONE_HINT: &str = "Dipakai Pusat Bantuan bila perlu menghubungi Anda. Boleh dikosongkan.";

pub const PASSWORD: &str = "Setelah diganti, semua sesi lain Anda diakhiri.";
pub const PASSWORD_SAVED: &str = "Kata sandi baru berlaku, dan semua sesi lain Anda sudah diakhiri.";

pub const SESSIONS: &str = "Perangkat yang sedang masuk dengan akun Anda.";
