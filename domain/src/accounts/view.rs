//! What the pages of an account read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::person::EmployeeNumberKind;
use crate::time::{Timestamp, Zone};

/// The person who is signed in, as far as every page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub name: String,
    /// Up to two letters for a small surface.
    pub initials: String,
    pub email: String,
    /// The zone of every time on screen.
    pub zone: Zone,
    /// May open the desk.
    pub verifies: bool,
    /// May open the pages of administration.
    pub administers: bool,
}

/// A person's own profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub email: String,
    /// NIP if there is no number yet.
    pub employee_number_kind: EmployeeNumberKind,
    /// Digits only.
    pub employee_number: Option<String>,
    /// In the form `+62…`.
    pub phone: Option<String>,
    pub zone: Zone,
}

/// One of a person's own sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    pub id: Uuid,
    /// Browser and system in a few words, see [`device`].
    pub device: String,
    /// Network address of the device at sign-in.
    pub address: String,
    pub created_at: Timestamp,
    /// When it was last used, exact to five minutes.
    pub seen_at: Timestamp,
    /// It is the session that asks.
    pub current: bool,
}

/// Names that browsers give themselves. The order matters: most browsers name their ancestors too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Names of systems. The order matters: Android calls itself Linux too.
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Guesses browser and system from the header `User-Agent`, so that a person recognises the device.
pub fn device(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} di {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Perangkat tidak dikenal".to_owned(),
    }
}

#[cfg(test)]
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
