/** The real program: a server over an empty data folder with a SiRUP simulator, a mail server and the demo platform. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startMailServer } from './smtp';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'target/debug/gerbang-dev');

/** A SQLite file, or a new database on the PostgreSQL server of `TEST_POSTGRES_URL`. */
export type Database = 'sqlite' | 'postgres';

export class Server {
  private constructor(
    /** The origin of Gerbang. */
    readonly url: string,
    /** The origin of the demo platform. */
    readonly demo: string,
    private readonly folder: string,
    private readonly children: ChildProcess[],
    private readonly stopMail: () => void,
  ) {}

  static async start(database: Database): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'gerbang-browser.'));
    const children: ChildProcess[] = [];
    const mail = await startMailServer();
    const demo = `127.0.0.1:${await freePort()}`;
    // No variables of the environment: they may hold settings of another Gerbang.
    const settings: Record<string, string> = {
      PATH: process.env.PATH ?? '',
      NO_COLOR: '1',
      RUST_BACKTRACE: '1',
      GERBANG_ADDR: '127.0.0.1:0',
      GERBANG_DATA_DIR: folder,
      GERBANG_SITE_DIR: join(ROOT, 'target/site'),
      GERBANG_SMTP_URL: mail.url,
      GERBANG_DEMO_URL: `http://${demo}`,
      ...(database === 'postgres' ? { GERBANG_DATABASE_URL: newPostgresDatabase() } : {}),
    };
    const run = async (args: string[], more: Record<string, string>, ready: RegExp): Promise<string> => {
      const log = join(folder, `${args[0]}.log`);
      const out = openSync(log, 'w');
      const child = spawn(PROGRAM, args, { cwd: folder, env: { ...settings, ...more }, stdio: ['ignore', out, out] });
      closeSync(out);
      children.push(child);
      for (const patience = Date.now() + 30_000; ; await soon()) {
        const said = readFileSync(log, 'utf8');
        const found = ready.exec(said);
        if (found) return found[1];
        if (child.exitCode !== null || Date.now() > patience) throw new Error(`gerbang-dev ${args[0]} did not start:\n${said}`);
      }
    };
    try {
      const sirup = await run(['sirup-simulator', '--addr', '127.0.0.1:0'], {}, /listening.* addr=(\S+)/);
      const url = await run(['serve'], { GERBANG_SIRUP_URL: `http://${sirup}` }, /Gerbang siap di (\S+)/);
      const health = await fetch(`${url}/health/ready`);
      if (!health.ok) throw new Error(`not ready: ${health.status}`);
      // The platform needs the address of Gerbang, which has registered the platform under the port reserved above.
      await run(['demo-platform'], { GERBANG_ADDR: new URL(url).host }, /demo platform is listening.* addr=(\S+)/);
      return new Server(url, settings.GERBANG_DEMO_URL, folder, children, mail.stop);
    } catch (error) {
      children.forEach((child) => child.kill('SIGKILL'));
      mail.stop();
      throw error;
    }
  }

  private get log(): string {
    return join(this.folder, 'serve.log');
  }

  /** Bytes in the log of the server. */
  written(): number {
    return statSync(this.log).size;
  }

  /** The log of the server after this many bytes. */
  since(mark: number): string {
    return readFileSync(this.log).subarray(mark).toString();
  }

  /** Ends all programs with SIGTERM, and deletes their data. */
  async stop(): Promise<void> {
    for (const child of this.children.reverse()) {
      if (child.exitCode === null) {
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await ended;
        clearTimeout(patience);
      }
      if (child.exitCode !== 0) throw new Error(`gerbang-dev did not end well: ${child.exitCode ?? child.signalCode}`);
    }
    this.stopMail();
    rmSync(this.folder, { recursive: true });
  }
}

const soon = () => new Promise((done) => setTimeout(done, 20));

/** A free port. Another program may take it before it is used. */
export async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((listening) => holder.listen(0, '127.0.0.1', listening));
  const { port } = holder.address() as AddressInfo;
  await new Promise((closed) => holder.close(closed));
  return port;
}

function newPostgresDatabase(): string {
  const given = process.env.TEST_POSTGRES_URL;
  if (!given) throw new Error('TEST_POSTGRES_URL is not set; run this through scripts/with-postgres');
  const name = `browser_${randomBytes(6).toString('hex')}`;
  execFileSync('psql', ['--quiet', '--no-psqlrc', '--dbname', given, '--command', `CREATE DATABASE ${name}`]);
  const url = new URL(given);
  url.pathname = `/${name}`;
  return url.href;
}
