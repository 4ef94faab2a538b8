//! Pusat Bantuan: short answers to what each pop-up points to, and a message form. Terms and privacy.

use domain::{
    applications::sirup::{ATTEMPTS, PAUSE_MINUTES},
    issues::Field,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::checks::{CHECK_EMAIL, CHECK_NAME},
    components::{FormProblem, Icon, PageTitle, TextArea, TextField, field::focus_first_issue},
    forms::{FormState, PostForm},
    help::api::HelpContext,
    session::{Session, promised_working_days},
};

/// `/bantuan`, with `?langkah=` and `?pengajuan=` from where help was asked for.
pub fn help_page() -> impl IntoView {
    let form = FormState::new();
    let query = use_query_map();
    // A form that came back has both among what was typed.
    let asked = move |name: &str| form.typed(name).or_else(|| query.with(|query| query.get(name)));
    let context = Memo::new(move |_| HelpContext::from_slug(&asked("langkah").unwrap_or_default()));
    let application = Signal::derive(move || asked("pengajuan"));
    view! {
        <PageTitle text="Pusat Bantuan" />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Pusat Bantuan"</h1>
                    <p class="lead">"Jawaban singkat untuk hal yang paling sering ditanyakan."</p>
                </div>
            </div>
            <section class="section" aria-labelledby="h-jawaban">
                <header>
                    <h2 id="h-jawaban">"Jawaban"</h2>
                </header>
                <div class="panel answers">
                    {HelpContext::ALL
                        .into_iter()
                        .filter(|each| *each != HelpContext::Other)
                        .map(|each| {
                            let open = move || context.get() == each;
                            view! {
                                <details id=each.slug() open=open>
                                    <summary class="row"><Icon name="right" small=true /><h3>{each.label()}</h3></summary>
                                    <p>{answer(each)}</p>
                                </details>
                            }
                        })
                        .collect_view()}
                </div>
            </section>
            <section class="section" aria-labelledby="h-pesan">
                <header>
                    <h2 id="h-pesan">"Tulis pesan"</h2>
                    <p class="sub">"Kami menjawab lewat surel. Anda mendapat nomor tiket."</p>
                </header>
                <MessageForm form context application />
            </section>
        </main>
    }
    .into_any()
}

/// The short answer to what one asks at a step.
fn answer(context: HelpContext) -> String {
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
            "Verifikator Akses INAPROC memutuskan paling lama {} hari kerja setelah pengajuan dikirim. Keputusan dikirim \
             lewat surel dan tampil pada halaman status. Selama menunggu, pengajuan dapat dibatalkan.",
            promised_working_days()
        ),
        HelpContext::Other => String::new(),
    }
}

#[component]
fn MessageForm(form: FormState, context: Memo<HelpContext>, application: Signal<Option<String>>) -> impl IntoView {
    focus_first_issue(form);
    let session = expect_context::<Session>();
    view! {
        <PostForm form action="/bantuan" class="stack g6 narrow">
            <FormProblem form />
            <input type="hidden" name="langkah" value=move || context.get().slug() />
            {move || application.get().map(|id| view! { <input type="hidden" name="pengajuan" value=id /> })}
            <p class="sub">"Tentang: " <b>{move || context.get().label()}</b></p>
            <Transition>
                {move || Suspend::new(async move {
                    let signed_in = session.me.await.ok().flatten().is_some();
                    (!signed_in).then(|| view! {
                        <TextField form field=Field::Name label="Nama" autocomplete="name" check=CHECK_NAME />
                        <TextField
                            form
                            field=Field::Email
                            label="Alamat surel"
                            kind="email"
                            autocomplete="email"
                            check=CHECK_EMAIL
                        />
                    })
                })}
            </Transition>
            <TextArea
                form
                field=Field::Message
                label="Pesan"
                hint="Ceritakan apa yang terjadi. Jangan tulis kata sandi."
                rows=6
            />
            <div class="row actions">
                <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                    "Kirim pesan"
                </button>
            </div>
        </PostForm>
    }
    .into_any()
}

/// `/bantuan/terkirim?tiket=…`
pub fn help_sent() -> impl IntoView {
    let query = use_query_map();
    // Only what reads like a ticket number is shown: the address is anybody's to write.
    let ticket = move || {
        query
            .with(|query| domain::applications::reference::Reference::parse(&query.get("tiket")?))
            .map(|ticket| ticket.to_string())
    };
    view! {
        <PageTitle text="Pesan terkirim" />
        <main class="wrap stack g6 notice" id="isi" tabindex="-1">
            <div class="stack g2">
                <h1>"Pesan Anda sudah kami terima"</h1>
                <p class="lead">"Pusat Bantuan menjawab lewat surel pada hari kerja."</p>
            </div>
            {move || ticket().map(|ticket| view! {
                <p><span class="sub">"Nomor tiket"</span><br /><b class="num figure">{ticket}</b></p>
            })}
            <p class="row"><a class="btn btn--primary" href="/akses">"Manajemen Akses"</a></p>
        </main>
    }
    .into_any()
}

#[component]
fn Prose(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    view! {
        <PageTitle text=title />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                </div>
            </div>
            <div class="stack g6 prose">{children()}</div>
        </main>
    }
    .into_any()
}

/// `/ketentuan`
pub fn terms() -> impl IntoView {
    view! {
        <Prose title="Syarat dan Ketentuan" lead="Aturan memakai Gerbang, Manajemen Akun Terpusat.">
            <h2>"Akun dan akses"</h2>
            <p>
                "Akun bersifat pribadi dan tidak boleh dipakai bersama. Akses diberikan untuk satu peran pada satu satuan \
                 kerja, selama masa berlaku yang tertulis pada surat."
            </p>
            <h2>"Kebenaran data"</h2>
            <p>
                "Data dan dokumen yang Anda kirim harus benar. Data yang tidak benar dapat membatalkan akses dan menjadi \
                 tanggung jawab Anda."
            </p>
            <h2>"Keputusan"</h2>
            <p>
                "Pengajuan diputus oleh Verifikator Akses INAPROC. Penolakan selalu disertai alasan, dan Anda dapat \
                 mendaftar ulang."
            </p>
        </Prose>
    }
}

/// `/privasi`
pub fn privacy() -> impl IntoView {
    view! {
        <Prose title="Kebijakan Privasi" lead="Data apa yang disimpan, untuk apa, dan siapa yang melihatnya.">
            <h2>"Data yang disimpan"</h2>
            <p>
                "Nama, alamat surel, NIP atau NRP dan nomor telepon bila diisi, isian pengajuan, surat yang Anda unggah, \
                 dan catatan tindakan pada akun Anda beserta alamat jaringan perangkat."
            </p>
            <h2>"Kata sandi SiRUP"</h2>
            <p>"Kata sandi SiRUP dipakai satu kali untuk pemeriksaan, lalu dibuang. Kata sandi itu tidak pernah disimpan."</p>
            <h2>"Siapa yang melihat"</h2>
            <p>
                "Verifikator Akses INAPROC melihat data dan surat pengajuan Anda. Platform hanya menerima data akses yang \
                 Anda pilih sendiri."
            </p>
            <h2>"Kuki"</h2>
            <p>"Satu kuki untuk sesi masuk dan satu untuk pilihan tema. Tidak ada pelacakan dan tidak ada pihak ketiga."</p>
        </Prose>
    }
}
