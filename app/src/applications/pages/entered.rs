//! Everything that was entered, for the review and the page of details.

use domain::{
    applications::{
        fields,
        wizard::{Draft, Link, validity},
    },
    indonesian::{period, size},
    issues::Field,
    role::ProfileType,
    validity::Validity,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::period_words;

/// Everything that was entered, with links to change it.
#[component]
pub(super) fn Entered(
    /// The application.
    id: Uuid,
    entered: Draft,
    /// The path of the form; `None` if nothing can be changed any more.
    change: Option<String>,
    /// The period of the access that is renewed, whose role and place stay.
    renews: Option<Validity>,
    /// The period that a supplier was granted.
    #[prop(optional_no_strip)]
    granted: Option<Validity>,
) -> impl IntoView {
    let entered = EnteredDraft { id, draft: entered, change, renews };
    view! {
        {entered.role_section(granted)}
        {entered.place_section()}
        {entered.document_section()}
    }
    .into_any()
}

struct EnteredDraft {
    id: Uuid,
    draft: Draft,
    change: Option<String>,
    renews: Option<Validity>,
}

impl EnteredDraft {
    /// The link that changes a field; `None` for fields that a renewal keeps.
    fn link(&self, field: Field) -> Option<String> {
        let kept = matches!(field, Field::InstitutionType | Field::Institution | Field::WorkUnit | Field::Nib)
            && self.renews.is_some();
        self.change.as_ref().filter(|_| !kept).map(|path| format!("{path}#{field}"))
    }

    fn role_section(&self, granted: Option<Validity>) -> AnyView {
        let draft = &self.draft;
        let again = self.change.as_ref().filter(|_| self.renews.is_none()).map(|_| "/akses/baru");
        let continued = self.renews.map(|before| period(before.first(), before.last()));
        let valid = period_words(validity(&draft.answers).or(granted), draft.role);
        let period_link = self.link(Field::FirstDay).filter(|_| draft.profile_type == ProfileType::NonPenyedia);
        let username = match &draft.link {
            Link::Linked(account) => Some(account.username.clone()),
            _ => None,
        };
        view! {
            <section class="stack g3" aria-labelledby="t1">
                <h2 id="t1">"Peran"</h2>
                <dl class="summary">
                    {row("Tipe Profil", draft.profile_type.label().to_owned(), None, None)}
                    <div>
                        <dt>"Role"</dt>
                        <dd>{draft.role.title()}</dd>
                        {again.map(|to| view! {
                            <dd><a href=to>"Mulai ulang"<span class="sr">" untuk mengganti Role"</span></a></dd>
                        })}
                    </div>
                    {username.map(|username| row("Username pada Platform Sebelumnya", username, None, None))}
                    {continued.map(|continued| row("Melanjutkan akses", continued, None, None))}
                    {row("Masa Berlaku Peran", valid.unwrap_or_default(), None, period_link)}
                </dl>
            </section>
        }
        .into_any()
    }

    /// The place of the role: institution and work unit, or the company.
    fn place_section(&self) -> AnyView {
        let title = match self.draft.profile_type {
            ProfileType::NonPenyedia => "Instansi dan satuan kerja",
            ProfileType::Penyedia => "Perusahaan",
        };
        let typed = fields::typed(self.draft.profile_type).filter(|(field, _)| self.draft.asks(*field));
        let typed = typed.map(|(field, typed)| {
            let term = field.label(self.draft.role);
            let text = (typed.text)(&self.draft.answers);
            view! {
                <div>
                    <dt>{term}</dt>
                    <dd class="lines">{text}</dd>
                    {self.link(field).map(|to| change_link(term, to))}
                </div>
            }
        });
        view! {
            <section class="stack g3" aria-labelledby="t2">
                <h2 id="t2">{title}</h2>
                <dl class="summary">
                    {(self.draft.profile_type == ProfileType::NonPenyedia).then(|| self.chosen_rows())}
                    {typed.collect_view()}
                </dl>
            </section>
        }
        .into_any()
    }

    /// Institution and work unit.
    fn chosen_rows(&self) -> AnyView {
        let Draft { institution, work_unit, .. } = &self.draft;
        let kind = institution.as_ref().map(|institution| institution.kind.label()).unwrap_or_default();
        view! {
            {row("Jenis Instansi", kind.to_owned(), None, self.link(Field::InstitutionType))}
            {institution.clone().map(|chosen| {
                row("Nama Instansi", chosen.name, chosen.kd_klpd, self.link(Field::Institution))
            })}
            {work_unit.clone().map(|chosen| row("Satuan Kerja", chosen.name, chosen.code, self.link(Field::WorkUnit)))}
        }
        .into_any()
    }

    fn document_section(&self) -> AnyView {
        let (id, label) = (self.id, self.draft.role.info().letter);
        let letter = self.draft.letter.clone().map(|letter| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>
                        <a href=format!("/akses/pengajuan/{id}/surat") rel="external" download="">{letter.file_name}</a>
                        <small class="num">{format!("PDF · {} halaman · {}", letter.pages, size(letter.bytes))}</small>
                    </dd>
                    {self.link(Field::Letter).map(|to| change_link(label, to))}
                </div>
            }
        });
        view! {
            <section class="stack g3" aria-labelledby="t3">
                <h2 id="t3">"Dokumen"</h2>
                <dl class="summary">{letter}</dl>
            </section>
        }
        .into_any()
    }
}

fn row(term: &'static str, value: String, code: Option<String>, change: Option<String>) -> AnyView {
    view! {
        <div>
            <dt>{term}</dt>
            <dd>{value}{code.map(|code| view! { <small class="num">{code}</small> })}</dd>
            {change.map(|to| change_link(term, to))}
        </div>
    }
    .into_any()
}

fn change_link(term: &'static str, to: String) -> impl IntoView {
    view! { <dd><a href=to>"Ubah"<span class="sr">" "{term}</span></a></dd> }
}
