//! States and staff roles as SQL text, taken from the domain.
//!
//! They are part of the statement, not bound: a partial index is only used where the statement holds the same literals.
//! [`sql!`] puts them into a statement: `sql!("SELECT id FROM applications WHERE status IN {WAITING}")`.

use std::fmt;

use domain::{
    permission::{Permission, StaffRole},
    status::Status,
};

/// Builds a statement once, with the literals that it names.
macro_rules! sql {
    ($($text:tt)+) => {{
        static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| format!($($text)+));
        SQL.as_str()
    }};
}
pub(crate) use sql;

/// A quoted text: `'returned'`.
pub(crate) struct Literal(&'static str);

/// A list for `IN`: `('submitted', 'in_review')`.
pub(crate) struct States(pub &'static [Status]);

/// The staff roles with a permission, as a list for `IN`.
pub(crate) struct RolesThatMay(pub Permission);

pub(crate) const DRAFT: Literal = Literal(Status::Draft.as_str());
pub(crate) const RETURNED: Literal = Literal(Status::Returned.as_str());
pub(crate) const APPROVED: Literal = Literal(Status::Approved.as_str());
pub(crate) const REJECTED: Literal = Literal(Status::Rejected.as_str());
pub(crate) const WITHDRAWN: Literal = Literal(Status::Withdrawn.as_str());

pub(crate) const EDITABLE: States = States(Status::EDITABLE);
pub(crate) const OPEN: States = States(Status::OPEN);
pub(crate) const WAITING: States = States(Status::WAITING);
pub(crate) const DECIDED: States = States(Status::DECIDED);
pub(crate) const UNFINISHED: States = States(Status::UNFINISHED);
pub(crate) const STANDING: States = States(Status::STANDING);

pub(crate) const VERIFIERS: RolesThatMay = RolesThatMay(Permission::Verify);
pub(crate) const ADMINISTRATORS: RolesThatMay = RolesThatMay(Permission::Administer);

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0)
    }
}

impl fmt::Display for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.0.iter().map(|status| status.as_str()))
    }
}

impl fmt::Display for RolesThatMay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, StaffRole::ALL.iter().filter(|role| role.may(self.0)).map(|role| role.as_str()))
    }
}

fn list<'a>(f: &mut fmt::Formatter<'_>, texts: impl Iterator<Item = &'a str>) -> fmt::Result {
    for (nth, text) in texts.enumerate() {
        write!(f, "{}'{text}'", if nth == 0 { "(" } else { ", " })?;
    }
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::status::Verdict;

    use super::*;

    #[test]
    fn literals_are_written_as_the_partial_indexes_have_them() {
        assert_eq!(WAITING.to_string(), "('submitted', 'in_review')");
        assert_eq!(OPEN.to_string(), "('submitted', 'in_review', 'returned')");
        assert_eq!(RETURNED.to_string(), "'returned'");
        assert_eq!(VERIFIERS.to_string(), "('verifier', 'supervisor')");
        for migration in ["0001_foundation", "0002_desk", "0005_steady_desk"] {
            let file = format!("{}/migrations/sqlite/{migration}.sql", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(file).unwrap();
            for (_, states) in text.lines().filter_map(|line| line.split_once("WHERE status IN ")) {
                let known = [WAITING.to_string(), OPEN.to_string()];
                assert!(known.contains(&states.trim_end_matches(';').to_owned()), "{migration}: no set is {states}");
            }
        }
    }

    /// Fails if a source of this crate names a state, a verdict or a staff role where [`sql!`] or the domain's own type
    /// belongs.
    #[test]
    fn no_source_writes_states_verdicts_or_roles_by_hand() {
        let mut found = Vec::new();
        scan(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.is_empty(), "take these from the domain (see this module):\n{}", found.join("\n"));
        assert!(!named("WHERE status = 'draft'").is_empty() && !named("x == \"admin\"").is_empty());
    }

    fn scan(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                scan(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // Tests come last in a file and may write what they expect.
                let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                for (nth, line) in product.lines().enumerate() {
                    let is_comment = line.trim_start().starts_with("//");
                    for word in named(line).into_iter().filter(|_| !is_comment) {
                        found.push(format!("{}:{}: {word}", path.display(), nth + 1));
                    }
                }
            }
        }
    }

    /// The states, verdicts and roles of a line that are quoted for SQL or compared as text.
    fn named(line: &str) -> Vec<String> {
        let words = Status::ALL.map(Status::as_str).into_iter();
        let words = words.chain(Verdict::ALL.map(Verdict::as_str)).chain(StaffRole::ALL.map(StaffRole::as_str));
        let quoted = words.flat_map(|word| [format!("'{word}'"), format!("== \"{word}\""), format!("!= \"{word}\"")]);
        quoted.filter(|quoted| line.contains(quoted.as_str())).collect()
    }
}
