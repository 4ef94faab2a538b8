//! Messages to the help desk (Pusat Bantuan).

mod texts;

use std::net::IpAddr;

use domain::{
    accounts::{email::Email, person::PersonName},
    applications::reference::Series,
    issues::{Field, Issue},
    text::check_paragraphs,
};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    applications::next_reference,
    audit::{Action, Who},
    db::{Tx, execute, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    network::Network,
    throttle::Scope,
};

/// The fewest and the most characters of a message.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=4000;

/// A message as typed. For a person who is signed in, name and address come from the account instead.
#[derive(Clone, Debug)]
pub struct Question {
    pub name: String,
    pub email: String,
    pub message: String,
    /// The label of the step at which they asked.
    pub context: String,
    /// The application of the page they came from. The mail names it only if it is theirs.
    pub application_id: Option<Uuid>,
}

/// Stores a message, mails it to the help desk, and returns its ticket number. A person who is signed in gets a copy.
/// Anybody else gets none: the address typed may be a stranger's.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Throttled`] after many messages from one person or one network address.
pub async fn ask(backend: &Backend, actor: Option<&Actor>, from: IpAddr, question: &Question) -> Result<String> {
    let (name, email) = match actor {
        Some(actor) => (Ok(actor.name.clone()), Ok(actor.recipient()?)),
        None => (PersonName::parse(&question.name).map(|name| name.as_str().to_owned()), Email::parse(&question.email)),
    };
    // A carriage return alone would begin a line that is not marked as typed.
    let message = question.message.trim().replace("\r\n", "\n").replace('\r', "\n");
    let message = message.as_str();
    let checked = check_paragraphs(message, LENGTH);
    let (Ok(name), Ok(email), Ok(())) = (&name, &email, &checked) else {
        let found = [(Field::Name, name.err()), (Field::Email, email.err()), (Field::Message, checked.err())];
        let issues = found.into_iter().filter_map(|(field, problem)| Some(Issue::new(field, problem?))).collect();
        return Err(Error::Invalid(issues));
    };
    // By person where possible: an office shares one network address.
    let key = actor.map_or_else(|| Network::of(from).key(), |actor| actor.user_id.to_string());
    backend.count_attempt(Scope::Help, &key).await?;
    backend.count_attempt(Scope::HelpDay, &key).await?;

    let (id, now) = (backend.world.id(), backend.world.now());
    let mut tx = backend.db.begin().await?;
    let context = match actor.zip(question.application_id) {
        Some((actor, id)) => format!("{}{}", question.context, about(&mut tx, actor, id).await?),
        None => question.context.clone(),
    };
    let reference = next_reference(backend, &mut tx, Series::Ticket).await?;
    execute!(
        tx,
        "INSERT INTO tickets (id, reference, user_id, email, name, context, message, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        &reference,
        actor.map(|actor| actor.user_id),
        email.as_str(),
        name,
        &context,
        message,
        now.micros()
    )?;
    let request = Mail::HelpRequest {
        reference: reference.clone(),
        account: actor.map(|actor| actor.email.clone()),
        name: name.clone(),
        email: email.as_str().to_owned(),
        context,
        message: message.to_owned(),
    };
    backend.post(&mut tx, &backend.settings.help_address, &request).await?;
    if actor.is_some() {
        let copy = Mail::HelpReceived { name: name.clone(), reference: reference.clone(), message: message.to_owned() };
        backend.post(&mut tx, email, &copy).await?;
    }
    let who = actor.map_or_else(|| Who::at(None, from), Who::from);
    backend.record(&mut tx, who, Action::HelpRequested, Some(id), &reference)?;
    tx.commit().await?;
    Ok(reference)
}

/// The reference of the person's own application, for the context of the mail; empty if it is somebody else's.
async fn about(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<String> {
    let row: Option<(Option<String>,)> = fetch_optional!(
        tx,
        (Option<String>,),
        "SELECT reference FROM applications WHERE id = $1 AND user_id = $2",
        id,
        actor.user_id
    )?;
    Ok(match row {
        Some((Some(reference),)) => format!(" · {reference}"),
        Some((None,)) => texts::UNSENT_DRAFT.to_owned(),
        None => String::new(),
    })
}
