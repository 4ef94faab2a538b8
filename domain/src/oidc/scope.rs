//! Scopes of OAuth 2.0: what a token tells, or gives access to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A scope (OpenID Connect Core 1.0, sections 5.4 and 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Scope {
    /// A person signed in. Every request has it.
    Openid,
    /// Their name, as verified with the access.
    Profile,
    /// Their e-mail address.
    Email,
    /// The access that they chose.
    Gerbang,
    /// Their civil servant number, as verified with the access.
    Nip,
    /// A refresh token.
    OfflineAccess,
}

crate::text_enum!(Scope);

impl Scope {
    /// In the order in which scopes are written.
    pub const ALL: [Self; 6] =
        [Self::Openid, Self::Profile, Self::Email, Self::Gerbang, Self::Nip, Self::OfflineAccess];
}

/// A set of scopes, each once and in the order of [`Scope::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads words separated by spaces. Ignores unknown ones (OpenID Connect Core 1.0, section 3.1.2.1).
    pub fn parse(text: &str) -> Self {
        let named = |scope: &Scope| text.split(' ').any(|word| word == scope.as_str());
        Self(Scope::ALL.into_iter().filter(named).collect())
    }

    /// True if the set contains `scope`.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// True if this is a subset of `granted`: a refresh gives nothing that was not granted (RFC 6749, section 6).
    pub fn within(&self, granted: &Self) -> bool {
        self.0.iter().all(|scope| granted.has(*scope))
    }

    /// What both sets contain.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        Self(self.0.iter().copied().filter(|scope| other.has(*scope)).collect())
    }

    /// What either set contains.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(Scope::ALL.into_iter().filter(|scope| self.has(*scope) || other.has(*scope)).collect())
    }

    /// The set without `scope`.
    #[must_use]
    pub fn without(&self, scope: Scope) -> Self {
        Self(self.0.iter().copied().filter(|other| *other != scope).collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, scope) in self.0.iter().enumerate() {
            let between = if nth > 0 { " " } else { "" };
            write!(f, "{between}{scope}")?;
        }
        Ok(())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        let scopes: Vec<Scope> = scopes.into_iter().collect();
        Self(Scope::ALL.into_iter().filter(|scope| scopes.contains(scope)).collect())
    }
}

impl From<String> for Scopes {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scopes_are_a_set() {
        let scopes = Scopes::parse("gerbang openid  openid telepon offline_access");
        assert_eq!(scopes.to_string(), "openid gerbang offline_access");
        assert_eq!(scopes.without(Scope::OfflineAccess), Scopes::parse("openid gerbang"));
        assert!(Scopes::parse("gerbang").within(&scopes) && !Scopes::parse("email").within(&scopes));
        assert_eq!(scopes.common(&Scopes::parse("nip gerbang openid")), Scopes::parse("openid gerbang"));
        assert_eq!(Scopes::parse("nip").union(&Scopes::parse("openid nip")), Scopes::parse("openid nip"));
        assert_eq!(Scopes::from_iter([Scope::Nip, Scope::Openid, Scope::Nip]), Scopes::parse("openid nip"));
        assert!(Scopes::default().within(&scopes) && Scopes::default().to_string().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_scopes(text in ".{0,60}") {
            let scopes = Scopes::parse(&text);
            prop_assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
        }
    }
}
