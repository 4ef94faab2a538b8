//! From the compiled WASM module to the files that a browser loads: split, bound to JavaScript, optimised.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::{node, script};

/// The first part of all names that belong to the code. Leptos knows it from `LeptosOptions::output_name`.
const NAME: &str = "gerbang";

/// The module that loads the split-off parts. `wasm_split_macros` writes this name into the code and Leptos reads it from
/// there, underscores included.
const LOADER: &str = "./__wasm_split.______________________.js";

/// Which parts each lazy function needs. Leptos reads it to name them in a page.
const MANIFEST: &str = "__wasm_split_manifest.json";

/// The main part before [`bind`] has made it loadable.
const UNBOUND: &str = "unbound.wasm";

/// Splits the code of lazy functions off the module into parts of its own.
pub fn split(module: &Path, pkg: &Path) -> Result<()> {
    let input = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let main_part = pkg.join(UNBOUND);
    let main_module = format!("./{NAME}.js");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = &main_part;
    options.main_module = &main_module;
    options.link_name = LOADER;
    let parts = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:#}"))?;
    fs::write(pkg.join(MANIFEST), serde_json::to_string(&parts.prefetch_map)?)?;
    Ok(())
}

/// Makes the JavaScript through which browsers load and call the main part.
pub fn bind(pkg: &Path) -> Result<()> {
    let main_part = pkg.join(UNBOUND);
    Bindgen::new()
        .input_path(&main_part)
        .out_name(NAME)
        .web(true)?
        .keep_lld_exports(true) // the split-off parts import them
        .demangle(false)
        .typescript(false)
        .generate(pkg)?;
    fs::remove_file(&main_part)?;
    for file in [pkg.join(format!("{NAME}.js")), pkg.join(LOADER)] {
        let text = fs::read_to_string(&file)?;
        fs::write(&file, script::compact(&text))?;
    }
    Ok(())
}

/// Makes every part smaller.
pub fn optimise(pkg: &Path) -> Result<()> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(pkg)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            parts.push(path);
        }
    }
    node("optimise.mjs", &parts)
}
