//! Builds the site that browsers load from the compiled WASM module, `style/` and `public/`.
//!
//! `sitebuilder MODULE SITE` runs in the checkout's root and replaces the folder SITE. See docs/adr/0010-site-builder.md.

mod code;
mod pack;
mod script;
mod style;

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, site] = arguments.as_slice() else {
        bail!("usage: sitebuilder MODULE SITE");
    };
    build(Path::new(module), Path::new(site))
}

/// Builds into a folder beside `site` and then takes its place, so that a build that fails leaves the old site.
fn build(module: &Path, site: &Path) -> Result<()> {
    let mut steps = Steps::default();
    let fresh = site.with_extension("new");
    let pkg = fresh.join("pkg");
    remove(&fresh)?;
    fs::create_dir_all(&pkg)?;

    steps.run("splitting the code", || code::split(module, &pkg))?;
    steps.run("binding it to JavaScript", || code::bind(&pkg))?;
    steps.run("optimising it", || code::optimise(&pkg))?;
    steps.run("bundling the style", || {
        fs::write(pkg.join("gerbang.css"), style::bundle(Path::new("style/main.css"))?)?;
        pack::copy(Path::new("public"), &fresh)
    })?;
    steps.run("compressing", || node("compress.mjs", &[&fresh]))?;
    pack::name_by_content(&pkg)?;

    remove(site)?;
    fs::rename(&fresh, site).with_context(|| format!("cannot move the site to {}", site.display()))?;
    println!("{steps}");
    Ok(())
}

/// Runs a script of this folder: Binaryen comes by npm, and Node.js brings its own Brotli and gzip.
fn node(script: &str, paths: &[impl AsRef<OsStr>]) -> Result<()> {
    let output = Command::new("node")
        .arg(Path::new("sitebuilder").join(script))
        .args(paths)
        .output()
        .context("cannot start node; scripts/setup installs it")?;
    if !output.status.success() {
        bail!("{script}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// How long each step took, for the line at the end.
#[derive(Default)]
struct Steps(Vec<(&'static str, Duration)>);

impl Steps {
    fn run<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let result = step().with_context(|| format!("{name} failed"))?;
        self.0.push((name, start.elapsed()));
        Ok(result)
    }
}

impl std::fmt::Display for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let steps: Vec<String> =
            self.0.iter().map(|(name, time)| format!("{name} {:.1} s", time.as_secs_f64())).collect();
        f.write_str(&steps.join(", "))
    }
}
