// Writes each file below a folder compressed beside itself (.br and .gz) where that is smaller. The server sends what a
// browser can unpack.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const [site] = process.argv.slice(2);

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

// All at once: the work is done by Node's threads.
const entries = readdirSync(site, { recursive: true, withFileTypes: true });
await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => compress(join(entry.parentPath ?? entry.path, entry.name))));
