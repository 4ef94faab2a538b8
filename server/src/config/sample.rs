//! What is written from the table: the sample file and the README's rows.

use super::{
    table::{Fallback, Kind, Presence, SECTIONS, SETTINGS, Setting},
    texts,
};

/// A commented TOML file in which every setting appears: required ones empty, others commented out.
pub fn sample() -> String {
    let mut sample = texts::SAMPLE_INTRODUCTION.to_owned();
    for setting in of_section("") {
        sample += &entry(setting);
    }
    for (section, title) in SECTIONS {
        sample += &format!("\n[{section}] # {title}\n");
        for setting in of_section(section) {
            sample += &entry(setting);
        }
    }
    sample
}

fn of_section(section: &str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.section_and_name().0 == section)
}

fn entry(setting: &Setting) -> String {
    let (_, name) = setting.section_and_name();
    let note = match setting.presence {
        Presence::Optional => "",
        Presence::Required => texts::REQUIRED,
    };
    let mut lines = vec![String::new(), format!("# {} ({})", setting.comment, setting.variable)];
    if !note.is_empty() {
        lines.push(format!("# {note}"));
    }
    if setting.presence == Presence::Required {
        lines.push(format!("# {}", texts::for_example(&literal(setting.kind, setting.example))));
        let empty = if setting.kind == Kind::List { "[]" } else { "\"\"" };
        lines.push(format!("{name} = {empty}"));
    } else {
        let shown = match setting.fallback {
            Fallback::Value(text) => text,
            Fallback::Described(_) => setting.example,
        };
        lines.push(format!("#{name} = {}", literal(setting.kind, shown)));
    }
    lines.join("\n") + "\n"
}

/// A text of the environment as the file writes it.
fn literal(kind: Kind, text: &str) -> String {
    let quoted = |text: &str| format!("\"{text}\"");
    match kind {
        Kind::Text | Kind::Secret => quoted(text),
        Kind::Number | Kind::Flag | Kind::Date => text.to_owned(),
        Kind::List => format!("[{}]", text.split(',').map(quoted).collect::<Vec<_>>().join(", ")),
    }
}

/// A row of the README's table.
#[cfg(test)]
pub fn readme_row(setting: &Setting) -> String {
    let mark = if setting.presence == Presence::Required { " †" } else { "" };
    let key = if setting.key.is_empty() { String::new() } else { format!("`{}`", setting.key) };
    let fallback = match setting.fallback {
        Fallback::Value(text) => format!("`{text}`"),
        Fallback::Described(words) => words.to_owned(),
    };
    format!("| `{}`{mark} | {key} | {} | {fallback} |\n", setting.variable, setting.meaning)
}
