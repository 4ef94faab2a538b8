//! Accounts: sign-up, sign-in, forgotten password, profile, sessions.

use domain::{
    accounts::{email::Email, person::EmployeeNumberKind},
    time::{Timestamp, Zone},
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// The address that a confirmation link is for.
#[server(name = RegistrationFn, prefix = "/api", endpoint = "daftar/tautan", input = GetUrl)]
pub async fn registration(token: String) -> Result<Email, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::accounts::registration(&caller.backend, &backend::secrets::Token::presented(&token)).await?)
}

/// Whether the link of a forgotten password still holds.
#[server(name = CheckResetFn, prefix = "/api", endpoint = "kata-sandi/tautan", input = GetUrl)]
pub async fn check_reset(token: String) -> Result<(), ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::accounts::check_reset(&caller.backend, &backend::secrets::Token::presented(&token)).await?)
}

/// The person's profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// NIP or NRP.
    pub kind: EmployeeNumberKind,
    /// Its digits, grouped.
    pub employee_number: String,
    /// Telephone.
    pub phone: String,
    /// Time zone.
    pub zone: Zone,
}

/// The person's own profile.
#[server(name = ProfileFn, prefix = "/api", endpoint = "profil", input = GetUrl)]
pub async fn profile() -> Result<ProfileView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let profile = backend::accounts::profile(&caller.backend, caller.actor()?).await?;
    let kind = profile.employee_number_kind.and_then(|kind| kind.parse().ok()).unwrap_or_default();
    Ok(ProfileView {
        employee_number: domain::accounts::person::grouped(kind, &profile.employee_number.unwrap_or_default()),
        name: profile.name,
        email: profile.email,
        kind,
        phone: profile.phone.unwrap_or_default(),
        zone: profile.zone,
    })
}

/// One of the person's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its id.
    pub id: Uuid,
    /// Browser and system, in a few words.
    pub device: String,
    /// Address of the device at sign-in.
    pub address: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is this one.
    pub current: bool,
}

/// The person's own sessions.
#[server(name = SessionsFn, prefix = "/api", endpoint = "profil/sesi", input = GetUrl)]
pub async fn sessions() -> Result<Vec<SessionView>, ApiError> {
    let caller = crate::state::Caller::current()?;
    let sessions = backend::accounts::sessions::list(&caller.backend, caller.actor()?).await?;
    Ok(sessions
        .into_iter()
        .map(|session| SessionView {
            id: session.id,
            device: device(&session.user_agent),
            address: session.address,
            created_at: session.created_at,
            seen_at: session.seen_at,
            current: session.current,
        })
        .collect())
}

/// Browser and system from what a browser says of itself; both are guesses, for a person to recognise.
#[cfg(feature = "ssr")]
fn device(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // The order matters: most browsers name their ancestors too.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} di {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Perangkat tidak dikenal".to_owned(),
    }
}

#[cfg(feature = "ssr")]
pub use handlers::*;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{
        accounts::{self, sessions},
        secrets::Token,
    };
    use domain::{
        issues::{Field, Problem},
        time::Zone,
    };
    use secrecy::SecretString;
    use serde::Deserialize;

    use crate::{
        error::ApiError,
        forms::server::{Done, NoFields, Post, own_path},
    };

    /// `POST /masuk`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct SignInForm {
        email: String,
        password: SecretText,
        lanjut: Option<String>,
    }

    /// A secret as it comes from a form.
    #[derive(Default, Deserialize)]
    #[serde(transparent)]
    struct SecretText(String);

    impl SecretText {
        fn secret(&self) -> SecretString {
            SecretString::from(self.0.as_str())
        }
    }

    /// Signs in, and goes on to where the person wanted to go.
    pub async fn sign_in(Post { caller, form, answer }: Post<SignInForm>) -> Response {
        let backend = &caller.backend;
        let outcome = async {
            let token = accounts::sign_in(backend, &form.email, &form.password.secret(), &caller.origin).await?;
            if let Some(before) = &caller.actor {
                sessions::replace(backend, before, &token).await?;
            }
            let to = own_path(form.lanjut.as_deref(), "/akses");
            Ok(Done::go(to).with_session(caller.cookies.set_session(&token)))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// Signs out.
    pub async fn sign_out(Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = match &caller.actor {
            Some(actor) => sessions::sign_out(&caller.backend, actor).await,
            None => Ok(()), // signed out already
        };
        let done = outcome.map(|()| Done::go("/masuk").with_session(caller.cookies.clear_session()));
        answer.send(done.map_err(ApiError::from)).await
    }

    /// `POST /daftar`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct SignUpForm {
        name: String,
        email: String,
        password: SecretText,
    }

    /// Takes a sign-up; says the same whether or not the address is known.
    pub async fn sign_up(Post { caller, form, answer }: Post<SignUpForm>) -> Response {
        let sign_up = accounts::SignUp { name: form.name, email: form.email, password: form.password.secret() };
        let outcome = accounts::sign_up(&caller.backend, &sign_up).await;
        answer.send(outcome.map(|()| Done::go("/daftar/terkirim")).map_err(ApiError::from)).await
    }

    /// `POST /daftar/konfirmasi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ConfirmForm {
        token: String,
        password: SecretText,
    }

    /// Makes the account of a sign-up and signs in.
    pub async fn confirm(Post { caller, form, answer }: Post<ConfirmForm>) -> Response {
        let token = Token::presented(&form.token);
        let outcome = accounts::confirm(&caller.backend, &token, &form.password.secret(), &caller.origin).await;
        let done = outcome.map(|token| Done::go("/akses").with_session(caller.cookies.set_session(&token)));
        answer.send(done.map_err(ApiError::from)).await
    }

    /// `POST /lupa-kata-sandi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ForgotForm {
        email: String,
    }

    /// Takes the address of a forgotten password; says the same whether or not it is known.
    pub async fn forgot(Post { caller, form, answer }: Post<ForgotForm>) -> Response {
        let outcome = accounts::forgot_password(&caller.backend, &form.email).await;
        answer.send(outcome.map(|()| Done::go("/lupa-kata-sandi/terkirim")).map_err(ApiError::from)).await
    }

    /// Sets a new password by the link of a mail.
    pub async fn reset(Post { caller, form, answer }: Post<ConfirmForm>) -> Response {
        let token = Token::presented(&form.token);
        let outcome = accounts::reset_password(&caller.backend, &token, &form.password.secret(), &caller.origin).await;
        answer.send(outcome.map(|()| Done::go("/masuk?kata-sandi=baru")).map_err(ApiError::from)).await
    }

    /// `POST /profil`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ProfileForm {
        name: String,
        employee_number_kind: String,
        employee_number: String,
        phone: String,
        zone: String,
    }

    /// Changes the profile.
    pub async fn change_profile(Post { caller, form, answer }: Post<ProfileForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let not_offered = |field| move |_| ApiError::from(backend::Error::invalid(field, Problem::NotOffered));
            let profile = accounts::ProfileForm {
                name: form.name,
                employee_number_kind: form
                    .employee_number_kind
                    .parse()
                    .map_err(not_offered(Field::EmployeeNumberKind))?,
                employee_number: form.employee_number,
                phone: form.phone,
                zone: form.zone.parse::<Zone>().map_err(not_offered(Field::Zone))?,
            };
            Ok(accounts::change_profile(&caller.backend, actor, &profile).await?)
        };
        let outcome = outcome.await;
        // The name stands in the top bar.
        answer.send(outcome.map(|()| Done::go("/profil?tersimpan").with_session(None))).await
    }

    /// `POST /profil/kata-sandi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct PasswordForm {
        current_password: SecretText,
        password: SecretText,
    }

    /// Changes the password.
    pub async fn change_password(Post { caller, form, answer }: Post<PasswordForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let (current, new) = (form.current_password.secret(), form.password.secret());
            Ok(accounts::change_password(&caller.backend, actor, &current, &new).await?)
        };
        let outcome = outcome.await;
        answer.send(outcome.map(|()| Done::go("/profil/kata-sandi?tersimpan"))).await
    }

    /// `POST /profil/sesi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct SessionsForm {
        sesi: String,
    }

    /// Ends one session, or all others.
    pub async fn end_sessions(Post { caller, form, answer }: Post<SessionsForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let which = match form.sesi.as_str() {
                "lain" => sessions::Which::Others,
                id => sessions::Which::One(id.parse().map_err(|_| ApiError::from(backend::Error::NotFound))?),
            };
            Ok(sessions::end(&caller.backend, actor, which).await?)
        };
        let outcome = outcome.await;
        answer.send(outcome.map(|_| Done::go("/profil/sesi"))).await
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::device;

    #[test]
    fn devices_are_named_in_a_few_words() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome di Linux");
        assert_eq!(device("curl/8"), "Perangkat tidak dikenal");
    }
}
