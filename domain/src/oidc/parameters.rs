//! The parameters of a request, from a query or a form.

use super::error::OAuthError;

/// The longest value in bytes: the parameters of a request are stored while the person signs in.
pub(super) const LONGEST_VALUE: usize = 4096;

/// One parameter before the request is checked. `None` if it is missing, empty, repeated, or refused by [`parameters`].
///
/// Client, redirect and state are read with it: until they are known, no error may be sent anywhere (RFC 6749, section
/// 4.1.2.1).
pub fn only<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let value = values.next().filter(|value| !value.is_empty() && is_plain(value))?;
    values.next().is_none().then_some(value)
}

/// True for a text without control characters, which some databases refuse, and no longer than what is stored.
pub fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_VALUE && !text.chars().any(char::is_control)
}

/// The parameters of a request, none of them repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

/// Checks the parameters of a request.
///
/// # Errors
/// [`super::ErrorCode::InvalidRequest`] if one is repeated (RFC 6749, sections 3.1 and 3.2), has control characters or
/// is too long.
pub fn parameters(pairs: &[(String, String)]) -> Result<Parameters, OAuthError> {
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        return Err(OAuthError::invalid_request("A parameter must not be included more than once."));
    }
    if !pairs.iter().all(|(name, value)| is_plain(name) && is_plain(value)) {
        return Err(OAuthError::invalid_request("A parameter has control characters or is too long."));
    }
    Ok(Parameters(pairs.to_vec()))
}

impl Parameters {
    /// A parameter. One without a value counts as missing (RFC 6749, sections 3.1 and 3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::ErrorCode;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        let twice = pairs(&[("client_id", "a"), ("state", "s"), ("client_id", "a")]);
        assert_eq!(parameters(&twice).unwrap_err().code, ErrorCode::InvalidRequest);
        // Unknown and empty ones too: RFC 6749 makes no exception.
        assert!(parameters(&pairs(&[("x", ""), ("x", "")])).is_err());
        assert_eq!(only(&twice, "client_id"), None);
        assert_eq!(only(&twice, "state"), Some("s"));
        assert_eq!(only(&twice, "nonce"), None);
        assert_eq!(only(&pairs(&[("state", ""), ("state", "s")]), "state"), None);
        assert_eq!(only(&pairs(&[("client_id", "a\0")]), "client_id"), None);
    }
}
