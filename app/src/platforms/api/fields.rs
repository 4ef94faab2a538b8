//! Reads the fields of posted forms.

use backend::Error;
use domain::{
    issues::{Field, Problem},
    oidc::Scope,
    platforms::{form::PlatformForm, terms::TermsInput},
    role::{ProfileType, Role},
    validity::DateInput,
};
use uuid::Uuid;

use crate::error::ApiError;

/// The name and the value of a field.
pub type Pair = (String, String);

/// The value of a field, empty if it is missing.
pub fn value<'f>(fields: &'f [Pair], name: &str) -> &'f str {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// The chosen access.
///
/// # Errors
/// [`Problem::Missing`] at [`Field::Access`].
pub fn access(fields: &[Pair]) -> Result<Uuid, ApiError> {
    let chosen = value(fields, Field::Access.as_str()).parse();
    chosen.map_err(|_| ApiError::from(Error::invalid(Field::Access, Problem::Missing)))
}

/// The accepted versions of terms.
pub fn accepted(fields: &[Pair]) -> Vec<Uuid> {
    fields.iter().filter(|(key, _)| key == "terms").filter_map(|(_, id)| id.parse().ok()).collect()
}

/// The form of a platform. Boxes are ticked if their name is there: `profile_…`, `role_…`, `terms_…`, `scope_…`
/// and `pkce`.
pub fn platform_form(fields: &[Pair]) -> PlatformForm {
    let text = |field: Field| value(fields, field.as_str()).to_owned();
    let ticked =
        |prefix: &str| -> Vec<&str> { fields.iter().filter_map(|(name, _)| name.strip_prefix(prefix)).collect() };
    let profile_types = |prefix: &str| -> Vec<ProfileType> {
        ticked(prefix).into_iter().filter_map(|each| each.parse().ok()).collect()
    };
    PlatformForm {
        name: text(Field::PlatformName),
        slug: text(Field::Slug),
        line: text(Field::Line),
        logo: text(Field::Logo),
        address: text(Field::Site),
        initiate_login_uri: text(Field::InitiateLogin),
        client_kind: text(Field::ClientKind).parse().ok(),
        auth_method: text(Field::AuthMethod).parse().ok(),
        jwks: text(Field::Jwks),
        id_token_alg: text(Field::IdTokenAlg),
        subject_type: text(Field::SubjectType).parse().ok(),
        sector: text(Field::Sector),
        scopes: ticked("scope_").into_iter().filter_map(|each| each.parse::<Scope>().ok()).collect(),
        pkce_required: !value(fields, "pkce").is_empty(),
        profile_types: profile_types("profile_"),
        roles: ticked("role_").into_iter().filter_map(|each| each.parse::<Role>().ok()).collect(),
        terms_for: profile_types("terms_"),
        redirects: text(Field::Redirects),
        logout_redirects: text(Field::LogoutRedirects),
        backchannel_logout_uri: text(Field::BackChannel),
    }
}

/// A version of terms as typed. `None` if it names no document.
pub fn terms_input(fields: &[Pair]) -> Option<TermsInput> {
    let text = |name: &str| value(fields, name).to_owned();
    Some(TermsInput {
        kind: value(fields, "jenis").parse().ok()?,
        text: text("text"),
        in_force_on: DateInput { day: text("day"), month: text("day_month"), year: text("day_year") },
        grace_days: text("grace_days"),
    })
}
