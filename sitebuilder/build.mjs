// Builds the site that browsers load from the compiled WASM module, style/ and public/; docs/adr/0010-site-builder.md
// says why so. It runs in the root of the checkout and replaces the folder SITE:
//   node sitebuilder/build.mjs SPLITTER MODULE SITE
// SPLITTER is the program of src/main.rs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import binaryen from 'binaryen';
import { transform } from 'esbuild';
import { bundle } from 'lightningcss';

// The oldest browsers that must understand the style. Chrome on Android and Edge count as Chrome.
const BROWSERS = { chrome: 105, edge: 105, firefox: 115, safari: 16, ios_saf: 16, samsung: 20 };

const [splitter, module, site] = process.argv.slice(2);

// All files below a folder, in the order of their paths.
function files(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return paths.sort();
}

// Makes a part of the code smaller in place, as `wasm-opt -Oz` does. That is not called: its start takes longer than most
// parts do.
function optimise(file) {
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  binaryen.setGenerateStackIR(true);
  binaryen.setOptimizeStackIR(true);
  const part = binaryen.readBinary(readFileSync(file));
  const { BulkMemory, NontrappingFPToInt } = binaryen.Features;
  part.setFeatures(part.getFeatures() | BulkMemory | NontrappingFPToInt);
  part.optimize();
  writeFileSync(file, part.emitBinary());
  part.dispose();
}

async function minify(file) {
  const { code } = await transform(readFileSync(file, 'utf8'), { minify: true, format: 'esm', target: 'es2022' });
  writeFileSync(file, code);
}

function style(main, file) {
  // Lightning CSS keeps the major version in the third byte.
  const targets = Object.fromEntries(Object.entries(BROWSERS).map(([browser, major]) => [browser, major << 16]));
  writeFileSync(file, bundle({ filename: main, minify: true, targets }).code);
}

// Writes a file compressed beside itself where that is smaller; the server sends what a browser can unpack.
async function compress(file) {
  const plain = readFileSync(file);
  // The best quality is what Brotli does if not told otherwise.
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  const packed = {
    br: await promisify(brotliCompress)(plain, { params }),
    gz: await promisify(gzip)(plain, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [ending, bytes] of Object.entries(packed)) {
    if (bytes.length < plain.length) writeFileSync(`${file}.${ending}`, bytes);
  }
}

// Moves the files of a folder into one in it that is named after their names and content, so that browsers may keep them
// forever.
function nameByContent(folder) {
  const hash = createHash('sha256');
  for (const file of files(folder)) {
    const content = createHash('sha256').update(readFileSync(file)).digest('hex');
    hash.update(`${relative(folder, file)} ${content}\n`);
  }
  const unnamed = `${folder}.unnamed`;
  renameSync(folder, unnamed);
  mkdirSync(folder);
  renameSync(unnamed, join(folder, hash.digest('hex').slice(0, 16)));
}

// Beside the old site, which stays if this fails.
const fresh = `${site}.new`;
const pkg = join(fresh, 'pkg');
rmSync(fresh, { recursive: true, force: true });
mkdirSync(pkg, { recursive: true });
execFileSync(splitter, [module, pkg], { stdio: 'inherit' });
for (const file of files(pkg)) {
  if (file.endsWith('.wasm')) optimise(file);
  if (file.endsWith('.js')) await minify(file);
}
style('style/main.css', join(pkg, 'gerbang.css'));
cpSync('public', fresh, { recursive: true });
await Promise.all(files(fresh).map(compress)); // Node.js has threads for it
nameByContent(pkg);
rmSync(site, { recursive: true, force: true });
renameSync(fresh, site);
