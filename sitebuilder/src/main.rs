//! The part of building the site that only Rust libraries do: splits the compiled module, and binds it to JavaScript.
//!
//! `sitebuilder MODULE PKG` writes into the folder PKG. `build.mjs` runs it and does the rest.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;

/// The name of the main part. The server's `LeptosOptions::output_name` is the same.
const NAME: &str = "gerbang";

/// The module that loads the parts. `wasm_split_macros` writes this name into the code and Leptos puts it into pages, both
/// with the underscores, so it cannot be another.
const LOADER: &str = "./__wasm_split.______________________.js";

/// Says which parts each lazy function needs. Leptos reads it to announce them in a page.
const MANIFEST: &str = "__wasm_split_manifest.json";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, pkg] = arguments.as_slice() else {
        bail!("usage: sitebuilder MODULE PKG");
    };
    let pkg = Path::new(pkg);
    let main_part = pkg.join("unbound.wasm");
    split(Path::new(module), &main_part, pkg).context("cannot split the module")?;
    bind(&main_part, pkg).context("cannot bind the module to JavaScript")?;
    fs::remove_file(main_part)?;
    Ok(())
}

/// Cuts the code of each lazy function into a part of its own. What remains becomes `main_part`.
fn split(module: &Path, main_part: &Path, pkg: &Path) -> Result<()> {
    let input = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let main_module = format!("./{NAME}.js");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = main_part;
    options.main_module = &main_module;
    options.link_name = LOADER;
    let parts = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:#}"))?;
    fs::write(pkg.join(MANIFEST), serde_json::to_string(&parts.prefetch_map)?)?;
    Ok(())
}

/// Writes the main part as browsers load it, and the JavaScript through which they do.
fn bind(main_part: &Path, pkg: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(main_part)
        .out_name(NAME)
        .web(true)?
        .keep_lld_exports(true) // the other parts import them
        .demangle(false)
        .typescript(false)
        .generate(pkg)
}
