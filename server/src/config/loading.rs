//! Reads what the file and the environment say, and tells which names are unknown. `sections` knows what values mean.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{
    Environment,
    errors::{Faults, Faulty},
    table::{self, Fallback, Kind, Presence, SECTIONS, SETTINGS, Setting},
    texts::{self, Label},
};

/// The name of the file when `GERBANG_CONFIG` names none.
const FILE: &str = "gerbang.toml";

/// The settings as they are written.
#[derive(Debug, Default)]
pub struct Written {
    /// The variables `GERBANG_…` and `AWS_…`.
    pub variables: BTreeMap<String, String>,
    pub file: Table,
}

impl Written {
    /// Reads the environment of the process and the file that it names, or else the nearest `gerbang.toml`. Leaves out the
    /// variables `apart`, which the program reads itself.
    ///
    /// # Errors
    /// If the file is not there or is no TOML. What is missing cannot be told then.
    pub fn from_process(apart: &[&str], faults: &mut Faults) -> Result<Self, Faulty> {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .filter(|(name, _)| name.starts_with("GERBANG_") || name.starts_with("AWS_"))
            .filter(|(name, _)| !apart.contains(&name.as_str()))
            .collect();
        let path = match variables.get(table::CONFIG.variable) {
            Some(named) if !Path::new(named).exists() => {
                return Err(faults.wrong(Label::Variable(&table::CONFIG), &texts::file_missing(named)));
            }
            Some(named) => Some(PathBuf::from(named)),
            None => nearest_file(),
        };
        let file = match path {
            Some(path) => read_file(&path, faults)?,
            None => Table::new(),
        };
        Ok(Self { variables, file })
    }

    /// Settings named in lower case, those of Gerbang without `GERBANG_`.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let variables = pairs.iter().map(|(name, value)| {
            let prefix = if name.starts_with("aws_") { "" } else { "GERBANG_" };
            (format!("{prefix}{}", name.to_uppercase()), (*value).to_owned())
        });
        Self { variables: variables.collect(), file: Table::new() }
    }

    /// Adds a fault for every name that is unknown.
    pub fn check_names(&self, faults: &mut Faults) {
        let known = |name: &str| SETTINGS.iter().chain([&table::CONFIG]).any(|setting| setting.variable == name);
        for name in self.variables.keys().filter(|name| name.starts_with("GERBANG_") && !known(name)) {
            faults.add(texts::unknown(name));
        }
        check_keys(&self.file, "", faults);
    }

    /// The variables `AWS_…` that are no settings of ours.
    pub fn other_aws_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let ours = |name: &str| SETTINGS.iter().any(|setting| setting.variable == name);
        let aws = self.variables.iter().filter(move |(name, _)| name.starts_with("AWS_") && !ours(name));
        aws.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of the file at a path such as `mail.smtp_url`.
    fn value(&self, key: &str) -> Option<&Value> {
        let (above, name) = key.rsplit_once('.').unwrap_or(("", key));
        let mut sections = above.split('.').filter(|part| !part.is_empty());
        sections.try_fold(&self.file, |table, section| table.get(section)?.as_table())?.get(name)
    }
}

/// Looks for the file in the working directory and in those above it.
fn nearest_file() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    folder.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

fn read_file(path: &Path, faults: &mut Faults) -> Result<Table, Faulty> {
    let text =
        std::fs::read_to_string(path).map_err(|error| faults.add(texts::file_unreadable(path.display(), error)))?;
    parse_file(&text).map_err(|error| faults.add(texts::file_unreadable(path.display(), error)))
}

/// The error names the line and does not show it: it may hold a secret.
pub fn parse_file(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        texts::syntax(before.matches('\n').count() + 1, error.message())
    })
}

fn check_keys(table: &Table, section: &str, faults: &mut Faults) {
    for (name, value) in table {
        let key = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
        if SETTINGS.iter().any(|setting| setting.key == key) {
            continue;
        }
        let is_section = SECTIONS.iter().any(|(section, _)| *section == key);
        let moved = SETTINGS.iter().find(|setting| section.is_empty() && setting.short_name() == *name);
        let sentence = match (value, moved) {
            (Value::Table(inner), _) if is_section => {
                check_keys(inner, &key, faults);
                continue;
            }
            (Value::Table(_), _) => texts::unknown_section(&key),
            (_, Some(setting)) => texts::moved(&key, setting),
            _ if is_section => texts::not_a_section(&key),
            // Files without sections had the names of the variables.
            _ if section.is_empty() => texts::unknown(&format!("{key} (GERBANG_{})", key.to_uppercase())),
            _ => texts::unknown(&key),
        };
        faults.add(sentence);
    }
}

/// Hands out checked values of settings and collects what is wrong with them.
pub struct Reader<'a> {
    pub environment: Environment,
    pub written: &'a Written,
    pub faults: &'a mut Faults,
}

impl Reader<'_> {
    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// True if the setting is written in the environment or in the file.
    pub fn is_given(&self, setting: &Setting) -> bool {
        self.written.variables.contains_key(setting.variable) || self.written.value(setting.key).is_some()
    }

    /// How a fault names a setting that is given.
    fn label<'s>(&self, setting: &'s Setting) -> Label<'s> {
        if self.written.variables.contains_key(setting.variable) {
            Label::Variable(setting)
        } else {
            Label::Key(setting)
        }
    }

    pub fn wrong(&mut self, setting: &Setting, reason: &str) -> Faulty {
        let label = self.label(setting);
        self.faults.wrong(label, reason)
    }

    /// What is written, as text; a value of the file must be of the setting's kind.
    fn text(&mut self, setting: &Setting) -> Result<Option<String>, Faulty> {
        let written = self.written;
        if let Some(text) = written.variables.get(setting.variable) {
            return Ok(Some(text.clone()));
        }
        let Some(value) = written.value(setting.key) else { return Ok(None) };
        let text = to_text(setting.kind, value).ok_or_else(|| self.wrong(setting, texts::write_as(setting.kind)))?;
        Ok(Some(text))
    }

    /// Reads a setting that has no value of its own when it is not given. `parse` gives the reason if a text is wrong.
    ///
    /// # Errors
    /// If it is wrong, or missing in production.
    pub fn optional<T>(
        &mut self,
        setting: &Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Faulty> {
        let required = self.is_production() && setting.presence == Presence::Required;
        // In the sample, what must be given is empty.
        let text = self.text(setting)?.filter(|text| !(required && text.is_empty()));
        match text {
            Some(text) => parse(&text).map(Some).map_err(|reason| self.wrong(setting, &reason)),
            None if required => Err(self.faults.missing(setting)),
            None => Ok(None),
        }
    }

    /// Reads a setting that always has a value: what is given, or else the table's.
    ///
    /// # Errors
    /// If it is wrong, or missing in production.
    pub fn value<T>(&mut self, setting: &Setting, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, Faulty> {
        if let Some(value) = self.optional(setting, &parse)? {
            return Ok(value);
        }
        let Fallback::Value(text) = setting.fallback else { return Err(self.faults.missing(setting)) };
        parse(text).map_err(|reason| self.wrong(setting, &reason))
    }
}

/// A value of the file as the environment would give it; `None` if it is of another kind.
pub fn to_text(kind: Kind, value: &Value) -> Option<String> {
    match (kind, value) {
        (Kind::Text | Kind::Secret, Value::String(text)) => Some(text.clone()),
        (Kind::Number, Value::Integer(number)) => Some(number.to_string()),
        (Kind::Flag, Value::Boolean(flag)) => Some(flag.to_string()),
        (Kind::Date, Value::Datetime(date)) => Some(date.to_string()),
        (Kind::List, Value::Array(parts)) => {
            let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            Some(parts?.join(","))
        }
        _ => None,
    }
}
