//! A person's own profile.

use domain::{
    accounts::{
        person::{EmployeeNumber, EmployeeNumberKind, PersonName, Phone},
        view::Profile,
    },
    issues::Field,
    time::Zone,
};
use serde::Serialize;

use super::checks::issues;
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, execute, fetch_one},
    error::{Error, Result},
};

/// The person's own profile.
///
/// # Errors
/// If the database does not answer.
pub async fn profile(backend: &Backend, actor: &Actor) -> Result<Profile> {
    let mut conn = backend.db.read().await?;
    stored(&mut conn, actor).await
}

async fn stored(conn: &mut Conn, actor: &Actor) -> Result<Profile> {
    #[derive(sqlx::FromRow)]
    struct ProfileRow {
        name: String,
        email: String,
        employee_number_kind: Option<String>,
        employee_number: Option<String>,
        phone: Option<String>,
        #[sqlx(try_from = "String")]
        zone: Zone,
    }
    let row: ProfileRow = fetch_one!(
        conn,
        ProfileRow,
        "SELECT name, email, employee_number_kind, employee_number, phone, zone FROM users WHERE id = $1",
        actor.user_id
    )?;
    Ok(Profile {
        name: row.name,
        email: row.email,
        employee_number_kind: row.employee_number_kind.and_then(|kind| kind.parse().ok()).unwrap_or_default(),
        employee_number: row.employee_number,
        phone: row.phone,
        zone: row.zone,
    })
}

/// A profile as typed; number and phone may be empty.
#[derive(Clone, Debug)]
pub struct ProfileForm {
    pub name: String,
    pub employee_number_kind: EmployeeNumberKind,
    pub employee_number: String,
    pub phone: String,
    pub zone: Zone,
}

/// Changes the person's own profile.
///
/// # Errors
/// [`Error::Invalid`].
pub async fn change_profile(backend: &Backend, actor: &Actor, form: &ProfileForm) -> Result<()> {
    let name = PersonName::parse(&form.name);
    let is_given = |text: &str| !text.trim().is_empty();
    let number = is_given(&form.employee_number)
        .then(|| EmployeeNumber::parse(form.employee_number_kind, &form.employee_number))
        .transpose();
    let phone = is_given(&form.phone).then(|| Phone::parse(&form.phone)).transpose();
    let (Ok(name), Ok(number), Ok(phone)) = (&name, &number, &phone) else {
        return Err(Error::Invalid(issues([
            (Field::Name, name.err()),
            (Field::EmployeeNumber, number.err()),
            (Field::Phone, phone.err()),
        ])));
    };
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?;
    let before = stored(&mut tx, actor).await?;
    execute!(
        tx,
        "UPDATE users SET name = $2, employee_number_kind = $3, employee_number = $4, phone = $5, zone = $6,
             updated_at = $7 WHERE id = $1",
        actor.user_id,
        name.as_str(),
        number.as_ref().map(|number| number.kind().as_str()),
        number.as_ref().map(EmployeeNumber::digits),
        phone.as_ref().map(Phone::as_str),
        form.zone.as_str(),
        backend.world.now().micros()
    )?;
    let now = stored(&mut tx, actor).await?;
    backend.record(&mut tx, actor, Action::ProfileChanged, Some(actor.user_id), changes(&before, &now))?;
    tx.commit().await
}

/// What platforms and the desk know a person by, with its old and its new value if that changed.
#[derive(Serialize)]
struct Changes<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<[&'p str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_number: Option<[Option<&'p str>; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<[Zone; 2]>,
}

fn changes<'p>(before: &'p Profile, now: &'p Profile) -> Changes<'p> {
    let number = |profile: &'p Profile| profile.employee_number.as_deref();
    Changes {
        name: (before.name != now.name).then_some([&before.name, &now.name]),
        employee_number: (number(before) != number(now)).then(|| [number(before), number(now)]),
        zone: (before.zone != now.zone).then_some([before.zone, now.zone]),
    }
}
