//! The help pages, and the terms and the privacy policy of the site.

use domain::issues::Field;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        FormProblem, Icon, PageTitle, TextArea, TextField,
        checks::{CHECK_EMAIL, CHECK_NAME},
        field::focus_first_issue,
    },
    forms::{FormState, PostForm},
    help::{api::HelpContext, texts},
    session::{Session, promised_working_days},
};

/// `/bantuan`; `?langkah=` and `?pengajuan=` say where the person comes from.
pub fn help_page() -> impl IntoView {
    let form = FormState::new();
    let query = use_query_map();
    // A form that came back carries both.
    let asked = move |name: &str| form.typed(name).or_else(|| query.with(|query| query.get(name)));
    let context = Memo::new(move |_| HelpContext::from_slug(&asked("langkah").unwrap_or_default()));
    let application = Signal::derive(move || asked("pengajuan"));
    view! {
        <PageTitle text="Pusat Bantuan" />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>"Pusat Bantuan"</h1>
                    <p class="lead">{texts::LEAD}</p>
                </div>
            </div>
            <section class="section" aria-labelledby="h-jawaban">
                <header>
                    <h2 id="h-jawaban">"Jawaban"</h2>
                </header>
                <Answers context />
            </section>
            <section class="section" aria-labelledby="h-pesan">
                <header>
                    <h2 id="h-pesan">"Tulis pesan"</h2>
                    <p class="sub">{texts::MESSAGE}</p>
                </header>
                <MessageForm form context application />
            </section>
        </main>
    }
    .into_any()
}

/// The answers; that of `context` is open.
#[component]
fn Answers(context: Memo<HelpContext>) -> impl IntoView {
    view! {
        <div class="panel answers">
            {HelpContext::ALL
                .into_iter()
                .filter(|each| *each != HelpContext::Other)
                .map(|each| {
                    let open = move || context.get() == each;
                    view! {
                        <details id=each.slug() open=open>
                            <summary class="row"><Icon name="right" small=true /><h3>{each.label()}</h3></summary>
                            <p>{texts::answer(each, promised_working_days())}</p>
                        </details>
                    }
                })
                .collect_view()}
        </div>
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
                hint=texts::MESSAGE_HINT
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
    // Anybody can write this address, so it shows nothing but a valid ticket number.
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
                <p class="lead">{texts::SENT}</p>
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
fn Prose(
    title: &'static str,
    lead: &'static str,
    /// Heading and paragraph.
    sections: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let section = |(heading, paragraph): &(&'static str, &'static str)| {
        view! {
            <h2>{*heading}</h2>
            <p>{*paragraph}</p>
        }
    };
    view! {
        <PageTitle text=title />
        <main class="wrap" id="isi" tabindex="-1">
            <div class="head">
                <div>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                </div>
            </div>
            <div class="stack g6 prose">{sections.iter().map(section).collect_view()}</div>
        </main>
    }
    .into_any()
}

/// `/ketentuan`
pub fn terms() -> impl IntoView {
    view! { <Prose title="Syarat dan Ketentuan" lead=texts::TERMS_LEAD sections=texts::TERMS /> }
}

/// `/privasi`
pub fn privacy() -> impl IntoView {
    view! { <Prose title="Kebijakan Privasi" lead=texts::PRIVACY_LEAD sections=texts::PRIVACY /> }
}
