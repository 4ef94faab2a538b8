//! Collecting faults.

use super::{
    table::Setting,
    texts::{self, Label},
};

/// Everything that is wrong with the settings, one Indonesian sentence each. Secrets are not repeated.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub sentences: Vec<String>,
}

/// One sentence a line.
impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentences.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// Marks a value that could not be read. Only [`Faults`] makes it, so its sentence is always among the faults.
#[derive(Debug)]
pub struct Faulty(());

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults {
    sentences: Vec<String>,
}

impl Faults {
    pub fn add(&mut self, sentence: String) -> Faulty {
        self.sentences.push(sentence);
        Faulty(())
    }

    pub fn wrong(&mut self, label: Label<'_>, reason: &str) -> Faulty {
        self.add(texts::wrong(label, reason))
    }

    pub fn missing(&mut self, setting: &Setting) -> Faulty {
        self.add(texts::missing(setting))
    }

    /// Returns what was read if nothing is wrong.
    ///
    /// # Errors
    /// All faults.
    pub fn unless_any<T>(self, read: Result<T, Faulty>) -> Result<T, ConfigError> {
        match read {
            Ok(value) if self.sentences.is_empty() => Ok(value),
            _ => Err(ConfigError { sentences: self.sentences }),
        }
    }
}
