//! The page of parked mails.

use domain::{
    indonesian::{count, date_time},
    mail::{ParkedGroup, ParkedMail},
};
use leptos::prelude::*;

use crate::administration::{AdminPage, DoneBanner, page_form, query};
use crate::{
    components::{FormProblem, Icon, Loaded},
    data::page_data,
    forms::{FormState, PostForm},
    mail::{api::parked_mails, texts},
    session::zone,
};

/// `/admin/surel`
pub fn mails_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |_| parked_mails());
    view! { <Loaded data view={move |groups: Vec<ParkedGroup>| view! { <Mails form groups /> }.into_any()} /> }
        .into_any()
}

#[component]
fn Mails(form: FormState, groups: Vec<ParkedGroup>) -> impl IntoView {
    view! {
        <AdminPage title="Surel" lead=texts::LEAD>
            <DoneBanner texts=texts::DONE />
            <FormProblem form />
            {if groups.is_empty() {
                view! {
                    <section class="panel stack empty">
                        <Icon name="mail" tile=true />
                        <h2>"Tidak ada surel yang tertahan"</h2>
                        <p class="sub">{texts::NONE}</p>
                    </section>
                }
                .into_any()
            } else {
                view! { <GroupList form groups /> }.into_any()
            }}
        </AdminPage>
    }
    .into_any()
}

#[component]
fn GroupList(form: FormState, groups: Vec<ParkedGroup>) -> impl IntoView {
    let groups = groups.into_iter().map(|group| view! { <Group group /> }).collect_view();
    view! {
        <PostForm form action="/admin/surel" class="stack g6">
            {groups}
        </PostForm>
    }
}

#[component]
fn Group(group: ParkedGroup) -> impl IntoView {
    let title = texts::cause(&group.cause);
    let mails = texts::mails(group.count, group.mails.len());
    let label = format!("Surel yang tertahan: {title}");
    let rows = group.mails.into_iter().map(|mail| view! { <MailRow mail /> }).collect_view();
    view! {
        <section class="stack g3">
            <div class="row">
                <div class="words">
                    <h2>{title.clone()}</h2>
                    <p class="sub num">{mails}</p>
                    <p class="sub">{texts::advice(&group.cause)}</p>
                </div>
                {(group.resendable > 0)
                    .then(|| {
                        view! {
                            <button class="btn push" name="sebab" value=group.cause.to_string()>
                                "Kirim ulang semua"
                                <span class="sr">{format!(" ({}): {title}", count(group.resendable))}</span>
                            </button>
                        }
                    })}
            </div>
            <ul class="panel results" role="list" aria-label=label>{rows}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn MailRow(mail: ParkedMail) -> impl IntoView {
    let zone = zone();
    let subject = mail.subject.unwrap_or_else(|| texts::UNREADABLE.to_owned());
    let tries = format!("{} percobaan · ditulis {}", count(u64::from(mail.attempts)), date_time(mail.created_at, zone));
    view! {
        <li class="row">
            <span class="words">
                <b>{subject}</b>
                <small class="sub">{format!("Kepada {}", mail.recipient)}</small>
                <small class="sub num">{tries}</small>
                {mail.last_error.map(|error| view! { <span class="error"><Icon name="error" />{error}</span> })}
            </span>
            {if mail.over {
                view! { <span class="sub push">{texts::LINK_OVER}</span> }.into_any()
            } else {
                view! {
                    <button class="btn push" name="surel" value=mail.id.to_string()>
                        "Kirim ulang"<span class="sr">" kepada "{mail.recipient.clone()}</span>
                    </button>
                }
                .into_any()
            }}
        </li>
    }
    .into_any()
}
