//! One style sheet from all of `style/`.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::{
    bundler::{Bundler, FileProvider},
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions},
    targets::{Browsers, Targets},
};

/// The oldest browsers that must understand the style. Chrome on Android and Edge count as Chrome.
const BROWSERS: Browsers = Browsers {
    chrome: Some(version(105)),
    edge: Some(version(105)),
    firefox: Some(version(115)),
    safari: Some(version(16)),
    ios_saf: Some(version(16)),
    samsung: Some(version(20)),
    android: None,
    ie: None,
    opera: None,
};

/// A major version as Lightning CSS encodes it.
const fn version(major: u32) -> u32 {
    major << 16
}

/// The sheet `main` with all that it imports, minified and rewritten for [`BROWSERS`].
pub fn bundle(main: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(main).map_err(|error| anyhow!("{error}"))?;
    let targets = Targets::from(BROWSERS);
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(|error| anyhow!("{error}"))?;
    Ok(sheet.to_css(PrinterOptions { targets, minify: true, ..PrinterOptions::default() })?.code)
}
