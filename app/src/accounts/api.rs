//! Accounts: sign-up, sign-in, forgotten password, profile, sessions.

use domain::accounts::{
    email::Email,
    view::{OwnSession, Profile},
};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The address that the open confirmation link confirms.
#[server(name = RegistrationFn, prefix = "/api", endpoint = "daftar/tautan", input = GetUrl)]
pub async fn registration() -> Result<Email, ApiError> {
    use crate::state::{Caller, MailedLink};
    let (caller, secret) = Caller::with_secret_of(MailedLink::Confirmation)?;
    Ok(backend::accounts::registration(&caller.backend, &secret).await?)
}

/// The address whose password the open link sets.
#[server(name = ResetFn, prefix = "/api", endpoint = "kata-sandi/tautan", input = GetUrl)]
pub async fn reset_of() -> Result<Email, ApiError> {
    use crate::state::{Caller, MailedLink};
    let (caller, secret) = Caller::with_secret_of(MailedLink::Reset)?;
    Ok(backend::accounts::reset_of(&caller.backend, &secret).await?)
}

/// The person's own profile.
#[server(name = ProfileFn, prefix = "/api", endpoint = "profil", input = GetUrl)]
pub async fn profile() -> Result<Profile, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::accounts::profile(&caller.backend, caller.actor()?).await?)
}

/// The person's own sessions, the last used first.
#[server(name = SessionsFn, prefix = "/api", endpoint = "profil/sesi", input = GetUrl)]
pub async fn sessions() -> Result<Vec<OwnSession>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::accounts::sessions::list(&caller.backend, caller.actor()?).await?)
}

#[cfg(feature = "ssr")]
pub use handlers::*;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::accounts::{self, sessions};
    use domain::{
        issues::{Field, Problem},
        time::Zone,
    };
    use secrecy::SecretString;
    use serde::Deserialize;

    use crate::{
        error::ApiError,
        forms::server::{Done, NoFields, Post, expect_shown, own_path},
        state::MailedLink,
    };

    /// `POST /masuk`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct SignInForm {
        email: String,
        password: SecretText,
        #[serde(rename = "lanjut")]
        next: Option<String>,
    }

    /// A password in a form.
    #[derive(Default, Deserialize)]
    #[serde(transparent)]
    struct SecretText(String);

    impl SecretText {
        fn secret(&self) -> SecretString {
            SecretString::from(self.0.as_str())
        }
    }

    /// Signs in and leads to the page that the person asked for.
    pub async fn sign_in(Post { caller, form, answer }: Post<SignInForm>) -> Response {
        let backend = &caller.backend;
        let outcome = async {
            let token = accounts::sign_in(backend, &form.email, &form.password.secret(), &caller.origin).await?;
            let to = own_path(form.next.as_deref(), "/akses");
            Ok(Done::go(to).with_session(caller.enter(&token).await?))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /keluar`
    pub async fn sign_out(Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = match &caller.actor {
            Some(actor) => sessions::sign_out(&caller.backend, actor).await,
            None => Ok(()), // already signed out
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

    /// Stores a sign-up. The answer is the same whether or not the address is known.
    pub async fn sign_up(Post { caller, form, answer }: Post<SignUpForm>) -> Response {
        let sign_up = accounts::SignUp { name: form.name, email: form.email, password: form.password.secret() };
        let outcome = accounts::sign_up(&caller.backend, &sign_up, caller.origin.address).await;
        answer.send(outcome.map(|()| Done::go("/daftar/terkirim")).map_err(ApiError::from)).await
    }

    /// `POST /daftar/konfirmasi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ConfirmForm {
        /// The address that the page showed.
        username: String,
        password: SecretText,
    }

    /// Makes the account of a sign-up and signs in.
    pub async fn confirm(Post { caller, form, answer }: Post<ConfirmForm>) -> Response {
        let outcome = async {
            let secret = answer.secret_of(&caller, MailedLink::Confirmation)?;
            expect_shown(&form.username, &accounts::registration(&caller.backend, &secret).await?)?;
            let password = form.password.secret();
            let session = accounts::confirm(&caller.backend, &secret, &password, &caller.origin).await?;
            let done = Done::go("/akses").with_session(caller.enter(&session).await?);
            Ok(done.with_cookies(caller.cookies.clear_link(MailedLink::Confirmation)))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /lupa-kata-sandi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ForgotForm {
        email: String,
    }

    /// Sends the mail of a forgotten password. The answer is the same whether or not the address is known.
    pub async fn forgot(Post { caller, form, answer }: Post<ForgotForm>) -> Response {
        let outcome = accounts::forgot_password(&caller.backend, &form.email).await;
        answer.send(outcome.map(|()| Done::go("/lupa-kata-sandi/terkirim")).map_err(ApiError::from)).await
    }

    /// `POST /atur-ulang-kata-sandi`: sets a new password with the link of a mail.
    pub async fn reset(Post { caller, form, answer }: Post<ConfirmForm>) -> Response {
        let outcome = async {
            let secret = answer.secret_of(&caller, MailedLink::Reset)?;
            expect_shown(&form.username, &accounts::reset_of(&caller.backend, &secret).await?)?;
            let password = form.password.secret();
            accounts::reset_password(&caller.backend, &secret, &password, &caller.origin).await?;
            Ok(Done::go("/masuk?kata-sandi=baru").with_cookies(caller.cookies.clear_link(MailedLink::Reset)))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
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
        // `with_session` makes the page load the name in its top bar again.
        answer.send(outcome.map(|()| Done::go("/profil?tersimpan").with_session(None))).await
    }

    /// `POST /profil/kata-sandi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct PasswordForm {
        current_password: SecretText,
        password: SecretText,
    }

    pub async fn change_password(Post { caller, form, answer }: Post<PasswordForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let (current, new) = (form.current_password.secret(), form.password.secret());
            let token = accounts::change_password(&caller.backend, actor, &current, &new).await?;
            Ok(Done::go("/profil/kata-sandi?tersimpan").with_cookies(caller.cookies_of(&token).await?))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /profil/sesi`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct SessionsForm {
        #[serde(rename = "sesi")]
        session: String,
    }

    /// Ends one session, or all others.
    pub async fn end_sessions(Post { caller, form, answer }: Post<SessionsForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let which = match form.session.as_str() {
                "lain" => sessions::Which::Others,
                id => sessions::Which::One(id.parse().map_err(|_| ApiError::from(backend::Error::NotFound))?),
            };
            sessions::end(&caller.backend, actor, which).await?;
            let device = match which {
                // All devices are forgotten; this one is still in use.
                sessions::Which::Others => caller.device_cookie(actor).await?,
                sessions::Which::One(_) => None,
            };
            Ok(Done::go("/profil/sesi").with_cookies(device))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
