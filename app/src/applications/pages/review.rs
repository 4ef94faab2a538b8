//! Tinjau dan Kirim (guide step 12).

use domain::{
    applications::{views::DraftPage, wizard::Step},
    issues::Field,
};
use leptos::prelude::*;

use super::{Frame, entered::Entered, link_words, over_draft, repairs, role_words};
use crate::{
    applications::texts,
    components::{
        Banner, FormProblem, PageTitle, Tick, Tone, WizardStep,
        field::{FieldError, focus_first_issue},
    },
    forms::{FormState, PostForm},
    session::{Session, promised_working_days},
};

/// `/akses/pengajuan/{id}/tinjau`: everything that was entered, and **Kirim** (guide step 12).
pub fn review_step() -> impl IntoView {
    let form = FormState::new();
    focus_first_issue(form);
    view! {
        <PageTitle text="Tinjau dan Kirim" />
        {over_draft(Step::Review, move |draft| view! { <ReviewPage form draft /> }.into_any())}
    }
    .into_any()
}

#[component]
fn ReviewPage(form: FormState, draft: DraftPage) -> impl IntoView {
    let marked_address = draft.note(Field::Address).is_some();
    let DraftPage { id, version, draft: mut entered, repair, renews, .. } = draft;
    // The form asks for a marked address too.
    if let Some(unit) = &mut entered.work_unit {
        unit.address_required |= marked_address;
    }
    let sent_before = repair.is_some();
    let change = format!("/akses/pengajuan/{id}/formulir");
    let letter = entered.letter.as_ref().map(|letter| letter.id.to_string());
    let (role, profile_type) = (entered.role, entered.profile_type);
    let sirup = link_words(&entered);
    let differing = entered.differing_sirup_role().map(str::to_owned);
    view! {
        <Frame step=WizardStep::Review role=Some(role_words(profile_type, role)) sirup aside=aside(sent_before)>
            <div class="stack g2">
                <h1>"Tinjau sebelum mengirim"</h1>
                <p class="lead">{texts::review::lead(profile_type)}</p>
            </div>
            <FormProblem form />
            {repair.map(|repair| repairs(role, repair, Some(change.clone())))}
            {differing.map(|sirup_role| view! {
                <Banner tone=Tone::Waiting title=format!("SiRUP mencatat role {sirup_role}")>
                    {texts::review::DIFFERING_ROLE}
                </Banner>
            })}
            <Entered id entered change=Some(change.clone()) renews />
            <PostForm form action=format!("/akses/pengajuan/{id}/tinjau") class="stack g6">
                <input type="hidden" name="version" value=version.to_string() />
                <input type="hidden" name="letter" value=letter />
                <Confirmation form />
                <div class="row actions">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>"Kirim"</button>
                    <a class="btn btn--quiet" href=change>"Kembali ke formulir"</a>
                </div>
            </PostForm>
        </Frame>
    }
    .into_any()
}

#[component]
fn Confirmation(form: FormState) -> impl IntoView {
    view! {
        <div class="field">
            <Tick
                name="confirmation"
                title=texts::review::CONFIRMATION
                note=texts::review::CONFIRMATION_NOTE
                invalid=Signal::derive(move || form.issue(Field::Confirmation).is_some())
                error="confirmation-e"
            />
            <FieldError form field=Field::Confirmation />
        </div>
    }
    .into_any()
}

fn aside(sent_before: bool) -> AnyView {
    let session = expect_context::<Session>();
    view! {
        <aside class="stack g3" aria-labelledby="as">
            <h2 id="as" class="label">"Setelah dikirim"</h2>
            {sent_before.then(|| view! {
                <p class="sub">{texts::review::BACK_TO_SAME_VERIFIER}</p>
            })}
            <p class="sub">
                {texts::review::promise(promised_working_days())}
                <Transition>
                    {move || Suspend::new(async move {
                        session.me.await.ok().flatten().map(|me| view! { <b>{me.email}</b> })
                    })}
                </Transition>
                "."
            </p>
            <p class="sub">{texts::review::WHILE_WAITING}</p>
        </aside>
    }
    .into_any()
}
