//! The direction of imports: none from a lower room to a higher one, and no circle between files.
//!
//! An import is a `use` of `crate::…`, `super::…`, `self::…` or a child. It counts to the file that holds the module named in
//! it, so a re-exported name counts to the file that re-exports it. `pub use` is not an import.

use std::collections::{BTreeMap, BTreeSet};

use super::{CRATES, Source, expect_none, product_of};

/// The rooms of each crate, from the lowest level to the highest. A room may import from its own level and from lower
/// ones. Every room may import from the root (`lib.rs`).
const LEVELS: [(&str, &[&[&str]]); 5] = [
    (
        "domain",
        &[
            &[
                "calendar",
                "characters",
                "indonesian",
                "links",
                "permission",
                "role",
                "search",
                "spreadsheet",
                "status",
                "time",
            ],
            &["issues", "text", "validity"],
            &[
                "accesses",
                "accounts",
                "applications",
                "jobs",
                "mail",
                "master_data",
                "oidc",
                "platforms",
                "prose",
                "staff",
                "verification",
            ],
        ],
    ),
    (
        "backend",
        &[
            &["error", "network", "notice", "panics", "prose", "refusals", "secrets", "world"],
            &["actor", "db", "documents", "seed", "sirup", "throttle", "vault"],
            &["audit", "mail", "master_data"],
            &["accesses", "accounts", "applications", "help", "oidc", "platforms", "staff", "verification"],
            &["jobs", "reseal"],
        ],
    ),
    (
        "app",
        &[
            &["data", "drawing", "error", "live", "location", "pattern", "prose", "session", "state", "texts"],
            &["components", "forms"],
            &["administration"],
            &[
                "accesses",
                "accounts",
                "applications",
                "audit",
                "help",
                "jobs",
                "mail",
                "oidc",
                "platforms",
                "staff",
                "verification",
            ],
            &["page", "routes"],
        ],
    ),
    ("server", &[&["config", "connections"], &["http", "opening"], &["application"], &["commands"]]),
    ("devtools", &[&["development"], &["demo_platform", "mailbox", "misbehave", "sirup_simulator"], &["commands"]]),
];

/// The path of a module below the root of its crate, which itself is empty.
type Module = Vec<String>;

/// The files of a crate by module, each with the modules whose files it imports from.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn rooms_import_from_their_level_or_lower_ones() {
    let mut offenders = Vec::new();
    for (name, levels) in LEVELS {
        let level = |module: &Module| {
            let room = module.first()?;
            Some(levels.iter().position(|rooms| rooms.contains(&room.as_str())).unwrap_or_else(|| {
                panic!("{name}::{room} has no level; add it to LEVELS");
            }))
        };
        for (module, imported) in imports_of(name) {
            let Some(own) = level(&module) else { continue };
            let higher = imported.iter().filter(|other| level(other).is_some_and(|other| other > own));
            offenders.extend(higher.map(|other| format!("{name}: {} imports {}", show(&module), show(other))));
        }
    }
    expect_none("A room imports from its own level or from lower ones.", &offenders);
}

#[test]
fn files_of_a_crate_import_each_other_in_one_direction() {
    let mut offenders = Vec::new();
    for name in CRATES {
        let imports = imports_of(name);
        for (module, imported) in &imports {
            let back = imported.iter().filter(|other| reachable(&imports, other).contains(module));
            offenders.extend(back.map(|other| format!("{name}: {} imports {}", show(module), show(other))));
        }
    }
    expect_none("No circle of imports between files; each of these leads back to its beginning.", &offenders);
}

fn show(module: &Module) -> String {
    if module.is_empty() { "lib".to_owned() } else { module.join("::") }
}

/// All modules that a file imports from, directly or through others.
fn reachable(imports: &Imports, from: &Module) -> BTreeSet<Module> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for next in &imports[module] {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen
}

fn imports_of(name: &str) -> Imports {
    let sources: BTreeMap<Module, Source> =
        product_of(name).into_iter().map(|source| (module_of(&source.path), source)).collect();
    let resolve =
        |path: Module| (0..=path.len()).rev().map(|end| path[..end].to_vec()).find(|it| sources.contains_key(it));
    let imports = sources.iter().map(|(module, source)| {
        let is_child = |name: &str| sources.contains_key(&[module.as_slice(), &[name.to_owned()]].concat());
        let paths = uses(source.product()).into_iter().filter_map(|path| absolute(module, &path, is_child));
        (module.clone(), paths.filter_map(resolve).filter(|other| other != module).collect())
    });
    imports.collect()
}

/// `app/src/staff/pages/mod.rs` holds the module `staff::pages`.
fn module_of(path: &str) -> Module {
    let below = path.split_once("/src/").map_or(path, |(_, below)| below).trim_end_matches(".rs");
    let parts = below.split('/').filter(|part| !matches!(*part, "lib" | "main" | "mod"));
    parts.map(str::to_owned).collect()
}

/// The path that a `use` names, seen from the root of the crate; `None` if it is of another crate.
fn absolute(module: &Module, path: &str, is_child: impl Fn(&str) -> bool) -> Option<Module> {
    let mut parts = path.split("::").map(str::to_owned).peekable();
    let mut base = match parts.peek()?.as_str() {
        "crate" => Module::new(),
        "self" | "super" => module.clone(),
        name if is_child(name) => return Some(module.iter().cloned().chain(parts).collect()),
        _ => return None,
    };
    while let Some(step) = parts.next_if(|part| matches!(part.as_str(), "crate" | "self" | "super")) {
        if step == "super" {
            base.pop();
        }
    }
    base.extend(parts);
    Some(base)
}

/// The paths of all private imports. Those of inner modules and functions count only if they begin with `crate`, since
/// `super` may mean the same file there.
fn uses(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let (before, statement) = (&rest[..at], &rest[at + "use ".len()..]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        rest = statement;
        if !line.trim().is_empty() {
            continue;
        }
        let Some(end) = statement.find(';') else { break };
        let tree = statement[..end].split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() || tree.starts_with("crate::") {
            flatten("", &tree, &mut paths);
        }
    }
    paths
}

/// Writes out a tree of paths: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn flatten(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('{') {
            Some((head, inner)) => {
                flatten(&format!("{prefix}{head}"), inner.trim_end_matches(' ').strip_suffix('}').unwrap(), paths)
            }
            None => paths.push(format!("{prefix}{}", part.split(" as ").next().unwrap_or_default())),
        }
    }
}

#[test]
fn imports_are_read_from_trees_of_paths() {
    let text = "use crate::{\n    a::{self, B as C},\n    d,\n};\npub use self::e;\nfn f() {\n    use super::g;\n    use crate::h;\n}\n";
    assert_eq!(uses(text), ["crate::a::self", "crate::a::B", "crate::d", "crate::h"]);
    let module = ["x", "y"].map(str::to_owned).to_vec();
    let seen = |path| absolute(&module, path, |name| name == "child").map(|path| path.join("::"));
    assert_eq!(seen("super::z::Z").as_deref(), Some("x::z::Z"));
    assert_eq!(seen("self::child").as_deref(), Some("x::y::child"));
    assert_eq!(seen("child::Z").as_deref(), Some("x::y::child::Z"));
    assert_eq!(seen("serde::Serialize"), None);
}
