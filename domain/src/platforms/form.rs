//! The form with which an administrator adds or changes a platform, and its rules.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    issues::{Field, Issue, Problem},
    oidc::{Scope, Scopes},
    platforms::{AuthMethod, ClientKind, RedirectUri, Slug, SubjectType},
    role::{ProfileType, Role},
    text::check_length,
};

/// The symbols of `icons.svg` that may stand for a platform.
pub const LOGOS: [&str; 8] = ["ban", "cart", "gavel", "list", "office", "chart", "inbox", "file"];
/// How ID tokens can be signed. The first is the default (OpenID Connect Registration, section 2).
pub const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];
/// The length of a name in characters.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=60;
/// The length of a line in characters.
const LINE_LENGTH: std::ops::RangeInclusive<usize> = 3..=80;
/// The most addresses of one kind.
const MOST_ADDRESSES: usize = 20;
/// The longest key set in bytes.
const MOST_JWKS: usize = 16 * 1024;

/// A platform as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformForm {
    pub name: String,
    pub slug: String,
    /// What it is for.
    pub line: String,
    /// One of [`LOGOS`], or empty.
    pub logo: String,
    pub address: String,
    /// Where Gerbang sends people to begin signing in there; may be empty.
    pub initiate_login_uri: String,
    pub client_kind: Option<ClientKind>,
    pub auth_method: Option<AuthMethod>,
    /// Its public keys (RFC 7517), for `private_key_jwt`.
    pub jwks: String,
    /// One of [`ALGORITHMS`]; empty for the first.
    pub id_token_alg: String,
    pub subject_type: Option<SubjectType>,
    /// The host whose platforms share pairwise identifiers; empty for the host of the first redirect.
    pub sector: String,
    /// Those that it may ask for. It always may ask for `openid`.
    pub scopes: Scopes,
    /// The client must use PKCE (RFC 7636).
    pub pkce_required: bool,
    /// Those that it admits.
    pub profile_types: Vec<ProfileType>,
    /// Those that it admits.
    pub roles: Vec<Role>,
    /// Those that must accept its terms.
    pub terms_for: Vec<ProfileType>,
    /// Redirects after signing in, one a line.
    pub redirects: String,
    /// Redirects after signing out, one a line.
    pub logout_redirects: String,
    /// Where Gerbang reports that a session ended; may be empty.
    pub backchannel_logout_uri: String,
}

/// A valid form.
pub struct CheckedPlatform<'f> {
    pub form: &'f PlatformForm,
    pub kind: ClientKind,
    pub auth: AuthMethod,
    pub subject: SubjectType,
    /// The host whose platforms share pairwise identifiers.
    pub sector: String,
    /// For `private_key_jwt` only.
    pub jwks: Option<Value>,
    /// One of [`ALGORITHMS`].
    pub algorithm: &'static str,
    pub pkce_required: bool,
    /// Redirects after signing in.
    pub redirects: Vec<RedirectUri>,
    /// Redirects after signing out.
    pub logout_redirects: Vec<RedirectUri>,
}

/// The lines of a field that are not empty, sorted, each once.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
}

impl PlatformForm {
    /// Checks the whole form.
    ///
    /// # Errors
    /// Every issue, at its field.
    pub fn check(&self) -> Result<CheckedPlatform<'_>, Vec<Issue>> {
        let mut issues = Vec::new();
        let mut note = |field, outcome: Result<(), Problem>| {
            issues.extend(outcome.err().map(|problem| Issue::new(field, problem)));
        };
        note(Field::PlatformName, check_length(self.name.trim(), NAME_LENGTH));
        note(Field::Slug, Slug::parse(self.slug.trim()).map(drop));
        note(Field::Line, check_length(self.line.trim(), LINE_LENGTH));
        let known = self.logo.is_empty() || LOGOS.contains(&self.logo.as_str());
        note(Field::Logo, known.then_some(()).ok_or(Problem::NotOffered));
        note(Field::Site, address(&self.address).map(drop));
        note(Field::InitiateLogin, optional_address(&self.initiate_login_uri));
        note(Field::BackChannel, optional_address(&self.backchannel_logout_uri));
        note(Field::ProfileTypes, some(&self.profile_types));
        note(Field::Roles, self.check_roles());
        let redirects = parse_lines(&self.redirects);
        note(Field::Redirects, redirects.as_ref().map_err(Clone::clone).and_then(|uris| some(uris.as_slice())));
        let logout_redirects = parse_lines(&self.logout_redirects);
        note(Field::LogoutRedirects, logout_redirects.as_ref().map(|_| ()).map_err(Clone::clone));
        let auth = self.check_auth();
        note(Field::ClientKind, self.client_kind.map(drop).ok_or(Problem::Missing));
        note(Field::AuthMethod, auth.as_ref().map(|_| ()).map_err(Clone::clone));
        let jwks = self.check_jwks();
        note(Field::Jwks, jwks.as_ref().map(|_| ()).map_err(Clone::clone));
        let algorithm = self.algorithm();
        note(Field::IdTokenAlg, algorithm.as_ref().map(|_| ()).map_err(Clone::clone));
        note(Field::SubjectType, self.subject_type.map(drop).ok_or(Problem::Missing));
        let sector = self.check_sector();
        note(Field::Sector, sector.as_ref().map(|_| ()).map_err(Clone::clone));
        match (self.client_kind, auth, self.subject_type, sector, jwks, algorithm, redirects, logout_redirects) {
            (
                Some(kind),
                Ok(auth),
                Some(subject),
                Ok(sector),
                Ok(jwks),
                Ok(algorithm),
                Ok(redirects),
                Ok(logout_redirects),
            ) if issues.is_empty() => {
                // Public clients must use PKCE (RFC 9700, section 2.1.1).
                let pkce_required = self.pkce_required || kind == ClientKind::Public;
                Ok(CheckedPlatform {
                    form: self,
                    kind,
                    auth,
                    subject,
                    sector,
                    jwks,
                    algorithm,
                    pkce_required,
                    redirects,
                    logout_redirects,
                })
            }
            _ => Err(issues),
        }
    }

    /// What the platform may ask for.
    pub fn registered_scopes(&self) -> Scopes {
        self.scopes.union(&Scopes::from_iter([Scope::Openid]))
    }

    /// At least one role, each of an admitted profile type.
    fn check_roles(&self) -> Result<(), Problem> {
        some(&self.roles)?;
        let fits = self.roles.iter().all(|role| self.profile_types.contains(&role.info().profile_type));
        fits.then_some(()).ok_or(Problem::NotOffered)
    }

    fn algorithm(&self) -> Result<&'static str, Problem> {
        let named = |algorithm: &&str| *algorithm == self.id_token_alg || self.id_token_alg.is_empty();
        ALGORITHMS.into_iter().find(named).ok_or(Problem::NotOffered)
    }

    /// A public client does not authenticate; every other does.
    fn check_auth(&self) -> Result<AuthMethod, Problem> {
        let method = self.auth_method.ok_or(Problem::Missing)?;
        let fits = match self.client_kind {
            Some(ClientKind::Public) => method == AuthMethod::None,
            Some(ClientKind::Confidential) => method != AuthMethod::None,
            None => true,
        };
        fits.then_some(method).ok_or(Problem::NotOffered)
    }

    /// The key set (RFC 7517, section 5), or `None` where the method needs none. A set with a private part is refused,
    /// because that must not leave its owner.
    fn check_jwks(&self) -> Result<Option<Value>, Problem> {
        let text = self.jwks.trim();
        if self.auth_method != Some(AuthMethod::PrivateKeyJwt) {
            return Ok(None);
        }
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        if text.len() > MOST_JWKS {
            return Err(Problem::TooLong { max: MOST_JWKS });
        }
        let set: Value = serde_json::from_str(text).map_err(|_| Problem::NotAKeySet)?;
        let keys = set.get("keys").and_then(Value::as_array).filter(|keys| !keys.is_empty());
        let public = |key: &Value| {
            let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
            matches!(key.get("kty").and_then(Value::as_str), Some("EC" | "RSA"))
                && private.iter().all(|part| key.get(part).is_none())
        };
        if keys.is_some_and(|keys| keys.iter().all(public)) { Ok(Some(set)) } else { Err(Problem::NotAKeySet) }
    }

    /// The sector of pairwise identifiers: the typed host, or that of the first redirect, which the platform controls
    /// (OpenID Connect Core 1.0, section 8.1).
    fn check_sector(&self) -> Result<String, Problem> {
        let typed = self.sector.trim().to_ascii_lowercase();
        if typed.is_empty() {
            let first = lines(&self.redirects).first().and_then(|uri| Url::parse(uri).ok());
            return Ok(first.and_then(|uri| uri.host_str().map(str::to_owned)).unwrap_or_default());
        }
        let host = Url::parse(&format!("https://{typed}/")).ok().and_then(|uri| uri.host_str().map(str::to_owned));
        host.filter(|host| *host == typed).ok_or(Problem::NotAnAddress)
    }
}

/// Refuses an empty choice.
fn some<T>(chosen: &[T]) -> Result<(), Problem> {
    if chosen.is_empty() { Err(Problem::Missing) } else { Ok(()) }
}

/// An address of the platform. The rules of [`RedirectUri`] hold for it too.
fn address(text: &str) -> Result<RedirectUri, Problem> {
    if text.trim().is_empty() { Err(Problem::Missing) } else { RedirectUri::parse(text.trim()) }
}

fn optional_address(text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() { Ok(()) } else { RedirectUri::parse(text.trim()).map(drop) }
}

fn parse_lines(text: &str) -> Result<Vec<RedirectUri>, Problem> {
    let lines = lines(text);
    if lines.len() > MOST_ADDRESSES {
        return Err(Problem::TooMany { max: MOST_ADDRESSES as u32 });
    }
    lines.into_iter().map(RedirectUri::parse).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn form() -> PlatformForm {
        PlatformForm {
            name: "Daftar Hitam".into(),
            slug: "daftar-hitam".into(),
            line: "Sanksi bagi penyedia".into(),
            logo: "ban".into(),
            address: "https://daftar-hitam.contoh.go.id/".into(),
            client_kind: Some(ClientKind::Confidential),
            auth_method: Some(AuthMethod::ClientSecretBasic),
            subject_type: Some(SubjectType::Pairwise),
            pkce_required: true,
            profile_types: vec![ProfileType::NonPenyedia],
            roles: vec![Role::Pa],
            terms_for: ProfileType::ALL.to_vec(),
            redirects: "https://daftar-hitam.contoh.go.id/masuk/kembali\r\n\r\n".into(),
            ..PlatformForm::default()
        }
    }

    fn wrong(form: &PlatformForm) -> Vec<(Field, Problem)> {
        match form.check() {
            Err(issues) => issues.into_iter().map(|issue| (issue.field, issue.problem)).collect(),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn a_complete_form_is_valid() {
        let form = form();
        let checked = form.check().unwrap();
        assert_eq!(checked.redirects.len(), 1);
        assert_eq!(checked.sector, "daftar-hitam.contoh.go.id");
    }

    #[test]
    fn an_empty_form_lists_all_required_fields() {
        let fields: Vec<Field> = wrong(&PlatformForm::default()).into_iter().map(|(field, _)| field).collect();
        let expected = [
            Field::PlatformName,
            Field::Slug,
            Field::Line,
            Field::Site,
            Field::ProfileTypes,
            Field::Roles,
            Field::Redirects,
            Field::ClientKind,
            Field::AuthMethod,
            Field::SubjectType,
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_public_client_uses_pkce_and_does_not_authenticate() {
        let public = PlatformForm { client_kind: Some(ClientKind::Public), pkce_required: false, ..form() };
        assert_eq!(wrong(&public), [(Field::AuthMethod, Problem::NotOffered)]);
        let public = PlatformForm { auth_method: Some(AuthMethod::None), ..public };
        assert!(public.check().unwrap().pkce_required);
        let confidential = PlatformForm { auth_method: Some(AuthMethod::None), ..form() };
        assert_eq!(wrong(&confidential), [(Field::AuthMethod, Problem::NotOffered)]);
    }

    #[rstest]
    #[case("", Problem::Missing)]
    #[case("kunci", Problem::NotAKeySet)]
    #[case(r#"{"keys":[]}"#, Problem::NotAKeySet)]
    #[case(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, Problem::NotAKeySet)]
    #[case(r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}"#, Problem::NotAKeySet)]
    fn a_key_set_holds_public_keys_only(#[case] jwks: &str, #[case] expected: Problem) {
        let form = PlatformForm { auth_method: Some(AuthMethod::PrivateKeyJwt), jwks: jwks.to_owned(), ..form() };
        assert_eq!(wrong(&form), [(Field::Jwks, expected)]);
    }

    #[rstest]
    #[case("contoh.go.id/x", Err(Problem::NotAnAddress))]
    #[case("pengguna@contoh.go.id", Err(Problem::NotAnAddress))]
    #[case(" Contoh.GO.id ", Ok("contoh.go.id".to_owned()))]
    fn a_sector_is_a_host(#[case] sector: &str, #[case] expected: Result<String, Problem>) {
        assert_eq!(PlatformForm { sector: sector.to_owned(), ..form() }.check_sector(), expected);
    }

    #[test]
    fn a_role_of_a_profile_type_that_is_not_admitted_is_refused() {
        let form = PlatformForm { profile_types: vec![ProfileType::Penyedia], ..form() };
        assert_eq!(wrong(&form), [(Field::Roles, Problem::NotOffered)]);
    }
}
