//! The texts of all mails, in formal Indonesian: one layout, an HTML part and a text part.

use askama::Template;
use domain::{
    indonesian::{date, date_with_weekday, period},
    role::ProfileType,
    validity::Validity,
};

use super::{Case, Mail};
use crate::{Settings, error::Result};

/// A mail ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The subject.
    pub subject: String,
    /// The HTML part: tables and inline styles, no image, no script.
    pub html: String,
    /// The text part, with the same content.
    pub text: String,
}

/// What the layout draws, from top to bottom.
struct Message {
    subject: String,
    title: &'static str,
    paragraphs: Vec<String>,
    quote: Option<Quote>,
    /// How many paragraphs stand before the quote.
    quote_after: usize,
    button: Option<Button>,
    facts: Vec<(&'static str, String)>,
}

struct Quote {
    text: String,
    alarming: bool,
}

struct Button {
    label: &'static str,
    url: String,
}

impl Message {
    fn before(&self) -> &[String] {
        &self.paragraphs[..self.quote_after.min(self.paragraphs.len())]
    }

    fn after(&self) -> &[String] {
        &self.paragraphs[self.quote_after.min(self.paragraphs.len())..]
    }
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct HtmlPart<'a> {
    message: &'a Message,
    help: &'a str,
}

#[derive(Template)]
#[template(path = "mail/message.txt")]
struct TextPart<'a> {
    message: &'a Message,
    help: &'a str,
}

impl Mail {
    /// The mail as it is sent; links begin with the base address of `settings`.
    ///
    /// # Errors
    /// If a template fails, which none does.
    pub fn render(&self, settings: &Settings) -> Result<Rendered> {
        let message = self.message(settings);
        let help = settings.link("/bantuan");
        Ok(Rendered {
            html: HtmlPart { message: &message, help: &help }.render().map_err(crate::Error::internal)?,
            text: TextPart { message: &message, help: &help }.render().map_err(crate::Error::internal)?,
            subject: message.subject,
        })
    }

    fn message(&self, settings: &Settings) -> Message {
        let plain = |subject: String, title, name: &str, paragraphs: &[String]| {
            let mut all = vec![format!("Yth. {name},")];
            all.extend_from_slice(paragraphs);
            Message {
                subject,
                title,
                quote_after: all.len(),
                paragraphs: all,
                quote: None,
                button: None,
                facts: Vec::new(),
            }
        };
        let button = |label, path: &str| Some(Button { label, url: settings.link(path) });
        match self {
            Self::ConfirmEmail { name, token } => Message {
                button: button("Konfirmasi alamat surel", &format!("/daftar/konfirmasi?token={token}")),
                ..plain(
                    "Konfirmasi alamat surel Anda".into(),
                    "Konfirmasi alamat surel Anda",
                    name,
                    &[
                        "Alamat ini dipakai untuk mendaftar di Gerbang. Buka tautan berikut, lalu masukkan kata sandi \
                         yang Anda buat saat mendaftar. Tautan berlaku selama 24 jam."
                            .into(),
                        "Jika Anda tidak mendaftar, abaikan surel ini. Tanpa konfirmasi, akun tidak dibuat.".into(),
                    ],
                )
            },
            Self::AlreadyRegistered { name } => Message {
                button: button("Masuk", "/masuk"),
                ..plain(
                    "Alamat surel ini sudah terdaftar".into(),
                    "Anda sudah memiliki akun",
                    name,
                    &[
                        "Seseorang mencoba mendaftar di Gerbang dengan alamat ini, padahal alamat ini sudah memiliki \
                         akun. Jika itu Anda, masuk dengan kata sandi Anda, atau gunakan Lupa kata sandi."
                            .into(),
                        "Jika bukan Anda, abaikan surel ini. Akun Anda tidak berubah.".into(),
                    ],
                )
            },
            Self::ResetPassword { name, token } => Message {
                button: button("Buat kata sandi baru", &format!("/atur-ulang-kata-sandi?token={token}")),
                ..plain(
                    "Atur ulang kata sandi".into(),
                    "Buat kata sandi baru",
                    name,
                    &[
                        "Kami menerima permintaan untuk mengatur ulang kata sandi akun Anda. Tautan berikut berlaku \
                         selama 1 jam dan hanya dapat dipakai satu kali."
                            .into(),
                        "Jika Anda tidak memintanya, abaikan surel ini. Kata sandi Anda tidak berubah.".into(),
                    ],
                )
            },
            Self::NoAccount => Message {
                button: button("Daftar", "/daftar"),
                ..plain(
                    "Alamat surel ini belum terdaftar".into(),
                    "Belum ada akun dengan alamat ini",
                    "Bapak/Ibu",
                    &["Kami menerima permintaan untuk mengatur ulang kata sandi dengan alamat ini, tetapi belum ada akun \
                       yang memakainya. Mungkin Anda mendaftar dengan alamat lain. Jika Anda tidak memintanya, abaikan \
                       surel ini."
                        .into()],
                )
            },
            Self::PasswordChanged { name } => Message {
                button: button("Atur ulang kata sandi", "/lupa-kata-sandi"),
                ..plain(
                    "Kata sandi Anda telah diganti".into(),
                    "Kata sandi Anda telah diganti",
                    name,
                    &[
                        "Kata sandi akun Anda baru saja diganti, dan semua sesi lain diakhiri.".into(),
                        "Jika bukan Anda yang menggantinya, segera atur ulang kata sandi dan hubungi Pusat Bantuan."
                            .into(),
                    ],
                )
            },
            Self::Submitted { name, case, due } => Message {
                button: button("Lihat status", &format!("/akses/pengajuan/{}/status", case.id)),
                facts: case.facts(),
                ..plain(
                    format!("Diterima: pengajuan akses {} {}", case.role.info().code, case.work_unit),
                    "Pengajuan Anda sudah kami terima",
                    name,
                    &[format!(
                        "Pengajuan Anda menunggu Verifikator Akses INAPROC. Keputusan kami kirim ke alamat ini paling \
                         lambat {}. Tidak ada yang perlu Anda lakukan sekarang.",
                        date_with_weekday(*due)
                    )],
                )
            },
            Self::Approved { name, case } => Message {
                button: button("Buka Manajemen Akses", "/akses"),
                facts: case.facts(),
                ..plain(
                    format!("Disetujui: akses {} {}", case.role.info().code, case.work_unit),
                    "Akses Anda disetujui",
                    name,
                    &[format!(
                        "Verifikator Akses INAPROC menyetujui pengajuan Anda. Akses ini berlaku {}; selama itu, akses ini \
                         dapat dipakai untuk memasuki platform pengadaan barang/jasa pemerintah.",
                        case.period()
                    )],
                )
            },
            Self::Rejected { name, case, reason } => {
                let mut message = plain(
                    format!("Ditolak: pengajuan akses {} {}", case.role.info().code, case.work_unit),
                    "Pengajuan Anda ditolak",
                    name,
                    &[
                        format!(
                            "Verifikator Akses INAPROC belum dapat menyetujui pengajuan {} pada {}. Alasannya:",
                            case.role.info().code,
                            case.work_unit
                        ),
                        "Anda dapat mendaftar ulang sekarang. Isian lama sudah kami siapkan, jadi cukup perbaiki yang \
                         disebut di atas lalu kirim kembali."
                            .into(),
                    ],
                );
                message.quote = Some(Quote { text: reason.clone(), alarming: true });
                message.quote_after = 2;
                message.button = button("Daftar Ulang", &format!("/akses/baru?dari={}", case.id));
                message.facts =
                    vec![("Status", "Rejected".to_owned()), ("Nomor pengajuan", case.reference.clone())];
                message
            }
            Self::Returned { name, case, marks, text } => {
                let mut lines: Vec<String> = text.iter().cloned().collect();
                lines.extend(marks.iter().map(|mark| format!("{}: {}", mark.field.label(case.role), mark.note)));
                let mut message = plain(
                    format!("Perlu perbaikan: pengajuan akses {} {}", case.role.info().code, case.work_unit),
                    "Pengajuan Anda perlu diperbaiki",
                    name,
                    &[
                        format!(
                            "Verifikator Akses INAPROC meminta perbaikan pada pengajuan {} pada {}:",
                            case.role.info().code,
                            case.work_unit
                        ),
                        "Isian lain tetap tersimpan. Perbaiki yang disebut di atas, lalu kirim kembali. Pengajuan Anda \
                         kembali kepada verifikator yang sama."
                            .into(),
                    ],
                );
                message.quote = Some(Quote { text: lines.join("\n"), alarming: false });
                message.quote_after = 2;
                message.button = button("Perbaiki pengajuan", &format!("/akses/pengajuan/{}", case.id));
                message.facts =
                    vec![("Status", "Perlu Perbaikan".to_owned()), ("Nomor pengajuan", case.reference.clone())];
                message
            }
            Self::Reopened { name, case, reason, revoked } => {
                let consequence = if *revoked {
                    "Akses yang sebelumnya diberikan tidak dapat dipakai sampai ada keputusan baru."
                } else {
                    "Keputusan sebelumnya tidak berlaku lagi."
                };
                let mut message = plain(
                    format!("Ditinjau kembali: pengajuan akses {} {}", case.role.info().code, case.work_unit),
                    "Pengajuan Anda ditinjau kembali",
                    name,
                    &[
                        format!(
                            "Pengajuan {} pada {} dibuka kembali. {consequence} Alasannya:",
                            case.role.info().code,
                            case.work_unit
                        ),
                        "Keputusan baru kami kirim ke alamat ini. Tidak ada yang perlu Anda lakukan sekarang.".into(),
                    ],
                );
                message.quote = Some(Quote { text: reason.clone(), alarming: false });
                message.quote_after = 2;
                message.button = button("Lihat status", &format!("/akses/pengajuan/{}/status", case.id));
                message.facts = case.facts();
                message
            }
            Self::AccessEnding { name, access, role, work_unit, last_day, days } => {
                let left = if *days == 0 { "hari ini".to_owned() } else { format!("{days} hari lagi") };
                let how = match role.info().profile_type {
                    ProfileType::NonPenyedia => {
                        "Jika peran Anda berlanjut, perpanjang sekarang dengan surat yang baru, agar akses berlanjut tanpa \
                         jeda."
                    }
                    ProfileType::Penyedia => {
                        "Perpanjang sekarang dengan bukti badan usaha yang terbaru, agar akses berlanjut tanpa jeda."
                    }
                };
                Message {
                    button: button("Perpanjang akses", &format!("/akses/perpanjang/{access}")),
                    facts: vec![
                        ("Role", role.title()),
                        (role.place_labels().0, work_unit.clone()),
                        ("Hari terakhir", date_with_weekday(*last_day)),
                    ],
                    ..plain(
                        format!("Berakhir {left}: akses {} {work_unit}", role.info().code),
                        "Akses Anda segera berakhir",
                        name,
                        &[format!(
                            "Akses {} pada {work_unit} berakhir {left}, pada {}. {how}",
                            role.info().code,
                            date(*last_day)
                        )],
                    )
                }
            }
            Self::StaffInvited { invited_by, role, token } => Message {
                button: button("Terima undangan", &format!("/undangan?token={token}")),
                ..plain(
                    format!("Undangan menjadi {} Gerbang", role.label()),
                    "Anda diundang menjadi petugas",
                    "Bapak/Ibu",
                    &[
                        format!(
                            "{invited_by} mengundang Anda menjadi {} di Gerbang. Buka tautan berikut untuk membuat akun. \
                             Tautan berlaku selama 7 hari dan hanya dapat dipakai satu kali.",
                            role.label()
                        ),
                        "Jika Anda tidak mengenal undangan ini, abaikan surel ini.".into(),
                    ],
                )
            },
            Self::StaffRoleGiven { name, role } => Message {
                button: button("Masuk", "/masuk"),
                ..plain(
                    format!("Anda menjadi {} Gerbang", role.label()),
                    "Peran petugas Anda",
                    name,
                    &[format!(
                        "Akun Anda kini memiliki peran {}. Masuk dengan alamat dan kata sandi Anda seperti biasa.",
                        role.label()
                    )],
                )
            },
            Self::CheckListEmpty { name, role } => Message {
                button: button("Isi daftar periksa", "/admin/alasan"),
                ..plain(
                    format!("Daftar periksa {} kosong", role.info().code),
                    "Daftar periksa kosong",
                    name,
                    &[format!(
                        "Seorang verifikator tidak dapat menyetujui pengajuan {} karena daftar periksa untuk role itu \
                         kosong. Tambahkan butir daftar periksa agar pengajuan dapat disetujui.",
                        role.title()
                    )],
                )
            },
            Self::HelpRequest { reference, name, email, context, message } => Message {
                subject: format!("[{reference}] Pesan dari {name}"),
                title: "Pesan untuk Pusat Bantuan",
                paragraphs: Vec::new(),
                quote: Some(Quote { text: message.clone(), alarming: false }),
                quote_after: 0,
                button: None,
                facts: vec![
                    ("Nomor tiket", reference.clone()),
                    ("Nama", name.clone()),
                    ("Surel", email.clone()),
                    ("Konteks", context.clone()),
                ],
            },
            Self::HelpReceived { name, reference, message } => {
                let mut mail = plain(
                    format!("Pesan Anda kami terima: {reference}"),
                    "Pesan Anda kami terima",
                    name,
                    &[format!(
                        "Pusat Bantuan akan menjawab lewat surel. Sebutkan nomor tiket {reference} bila menghubungi \
                         kami lagi. Pesan Anda:"
                    )],
                );
                mail.quote = Some(Quote { text: message.clone(), alarming: false });
                mail
            }
        }
    }
}

impl Case {
    /// Its period in words; a supplier's begins with the approval.
    fn period(&self) -> String {
        let in_words = |validity: Validity| period(validity.first(), validity.last());
        self.validity.map_or_else(|| "satu tahun sejak disetujui".to_owned(), in_words)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (place, of) = self.role.place_labels();
        vec![
            ("Role", self.role.title()),
            (place, self.work_unit.clone()),
            (of, self.institution.clone()),
            ("Berlaku", self.period()),
            ("Nomor pengajuan", self.reference.clone()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use domain::role::Role;

    fn settings() -> Settings {
        Settings {
            secret: crate::oidc::Secret::new(&crate::world::World::system()),
            base_url: "https://gerbang.contoh.go.id".parse().unwrap(),
            sirup_cutoff: domain::applications::sirup::CUTOFF,
            demo_url: "http://127.0.0.1:3002".parse().unwrap(),
            promised_working_days: domain::calendar::PROMISED_WORKING_DAYS,
            help_address: domain::accounts::email::Email::parse("bantuan@contoh.go.id").unwrap(),
        }
    }

    fn case() -> Case {
        Case {
            id: uuid::Uuid::nil(),
            reference: "GB-26-004182-7".into(),
            role: Role::Pa,
            work_unit: "Sekretariat Jenderal".into(),
            institution: "Kementerian Ketenagakerjaan".into(),
            validity: Validity::new(date!(2026 - 12 - 01), date!(2027 - 12 - 31)),
        }
    }

    #[test]
    fn a_supplier_is_told_of_the_company() {
        let case = Case {
            role: Role::Penyedia,
            work_unit: "PT Sinar Jaya Abadi".into(),
            institution: "NIB 9120001234567".into(),
            validity: None,
            ..case()
        };
        let name = "Toko Sinar Jaya".to_owned();
        let told = |mail: Mail| mail.render(&settings()).unwrap().text;
        let sent = told(Mail::Submitted { name: name.clone(), case, due: date!(2026 - 12 - 01) });
        for words in ["PT Sinar Jaya Abadi", "NIB 9120001234567", "satu tahun sejak disetujui"] {
            assert!(sent.contains(words), "{words}: {sent}");
        }
        assert!(!sent.contains("Satuan Kerja") && !sent.contains("Instansi"), "{sent}");
        let ending = told(Mail::AccessEnding {
            name,
            access: uuid::Uuid::nil(),
            role: Role::Penyedia,
            work_unit: "PT Sinar Jaya Abadi".into(),
            last_day: date!(2027 - 11 - 21),
            days: 14,
        });
        assert!(ending.contains("bukti badan usaha yang terbaru"), "{ending}");
    }

    fn all() -> Vec<Mail> {
        let name = "Siti Rahmawati".to_owned();
        vec![
            Mail::ConfirmEmail { name: name.clone(), token: "rahasia".into() },
            Mail::AlreadyRegistered { name: name.clone() },
            Mail::ResetPassword { name: name.clone(), token: "rahasia".into() },
            Mail::NoAccount,
            Mail::PasswordChanged { name: name.clone() },
            Mail::Submitted { name: name.clone(), case: case(), due: date!(2026 - 12 - 01) },
            Mail::Approved { name: name.clone(), case: case() },
            Mail::Rejected {
                name: name.clone(),
                case: case(),
                reason: "Masa berlaku tidak disebut.\nLampirkan surat yang menyebutnya.".into(),
            },
            Mail::HelpRequest {
                reference: "BT-26-000031-9".into(),
                name: name.clone(),
                email: "siti@contoh.go.id".into(),
                context: "Hubungkan Akses SiRUP".into(),
                message: "Saya tidak dapat masuk.".into(),
            },
            Mail::HelpReceived { name, reference: "BT-26-000031-9".into(), message: "Saya tidak dapat masuk.".into() },
        ]
    }

    #[test]
    fn texts_of_all_mails() {
        let texts: Vec<String> = all()
            .iter()
            .map(|mail| mail.render(&settings()).unwrap())
            .map(|mail| format!("Subject: {}\n\n{}", mail.subject, mail.text))
            .collect();
        insta::assert_snapshot!(texts.join("\n=====\n"));
    }

    #[test]
    fn html_says_what_the_text_says() {
        for mail in all() {
            let rendered = mail.render(&settings()).unwrap();
            for word in rendered.text.split_whitespace().filter(|word| word.chars().all(char::is_alphanumeric)) {
                assert!(rendered.html.contains(word), "{word} is missing in {mail:?}");
            }
            assert!(!rendered.html.contains("<img") && !rendered.html.contains("<script"));
        }
    }

    #[test]
    fn typed_markup_stays_text() {
        let attack = "</textarea><script>alert(1)</script>";
        let mail = Mail::Rejected {
            name: attack.into(),
            case: Case { work_unit: attack.into(), institution: attack.into(), ..case() },
            reason: attack.into(),
        };
        let rendered = mail.render(&settings()).unwrap();
        assert!(!rendered.html.contains("<script>") && !rendered.html.contains("</textarea>"));
        assert!(rendered.text.contains(attack));
    }

    #[test]
    fn secrets_can_be_taken_out() {
        let mail = Mail::ResetPassword { name: "Siti".into(), token: "rahasia".into() };
        let stored = serde_json::to_string(&mail.without_secret()).unwrap();
        assert!(!stored.contains("rahasia"));
    }
}
