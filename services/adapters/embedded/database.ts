import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CupolaError } from '../../../pipelines/errors.ts';

/** The version of all tables and blobs in the file, in SQLite's user_version: one more with each change of form. */
const formVersion = 2;
/** How long an opening process waits for one that is just ending to let go of the file. */
const openTimeoutMs = 500;
/** https://www.sqlite.org/rescode.html */
const sqliteCodes = { busy: 5, notADatabase: 26 };

/**
 * A SQLite file that this process has to itself, shared by all that open the same path in it.
 *
 * WAL with synchronous NORMAL: a killed process loses nothing it committed, and power loss rolls back to a consistent
 * prefix. The lock is the kernel's (SQLite's exclusive locking mode), so that of a killed process is gone with it; the
 * file `PATH.pid` only tells others whom to ask. `:memory:` is a database of its own at each opening; `:memory:NAME`
 * is shared under that name until its last holder releases it.
 */
export class EmbeddedDatabase {
  static readonly #open = new Map<string, EmbeddedDatabase>();

  readonly sqlite: DatabaseSync;
  readonly #path: string;
  #holders = 0;

  /**
   * The database at a path; balance each call with a release().
   *
   * Errors: CUPOLA_LOG_IN_USE naming the other process; CUPOLA_LOG_FORM_UNKNOWN where another release, or something else, wrote
   * the file.
   */
  static acquire(path: string): EmbeddedDatabase {
    if (path === ':memory:') return new EmbeddedDatabase(path).#hold();
    const name = isInMemory(path) ? path : resolve(path);
    const database = this.#open.get(name) ?? new EmbeddedDatabase(name);
    this.#open.set(name, database);
    return database.#hold();
  }

  private constructor(path: string) {
    this.#path = path;
    this.sqlite = isInMemory(path) ? new DatabaseSync(':memory:') : openExclusively(path);
  }

  #hold(): this {
    this.#holders++;
    return this;
  }

  /** Runs `write` in one transaction: all of it is durable when this returns, or nothing of it if it throws. */
  transaction<T>(write: () => T): T {
    this.sqlite.exec('BEGIN IMMEDIATE');
    try {
      const result = write();
      this.sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.sqlite.isTransaction) this.sqlite.exec('ROLLBACK');
      throw error;
    }
  }

  /** Closes the file when its last holder in this process has released it. */
  release(): void {
    if (--this.#holders > 0) return;
    if (EmbeddedDatabase.#open.get(this.#path) === this) EmbeddedDatabase.#open.delete(this.#path);
    if (!isInMemory(this.#path)) rmSync(pidFile(this.#path), { force: true });
    this.sqlite.close();
  }
}

function isInMemory(path: string): boolean {
  return path.startsWith(':memory:');
}

function pidFile(path: string): string {
  return `${path}.pid`;
}

function openExclusively(path: string): DatabaseSync {
  const sqlite = new DatabaseSync(path, { timeout: openTimeoutMs });
  try {
    // Exclusive mode comes first: it keeps the WAL's index in this process's memory, and the lock from then on.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 32768; PRAGMA journal_mode = WAL');
    sqlite.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -32768');
    sqlite.exec('BEGIN IMMEDIATE; COMMIT');
    agreeOnForm(sqlite, path);
  } catch (error) {
    sqlite.close();
    throw whyNotOpened(error, path);
  }
  writeFileSync(pidFile(path), `${process.pid}\n`);
  return sqlite;
}

function agreeOnForm(sqlite: DatabaseSync, path: string): void {
  const { version, objects } = sqlite
    .prepare('SELECT user_version AS version, (SELECT count(*) FROM sqlite_schema) AS objects FROM pragma_user_version')
    .get() as { version: number; objects: number };
  if (objects === 0) sqlite.exec(`PRAGMA user_version = ${formVersion}`);
  else if (version !== formVersion) throw unknownForm(path, version);
}

function unknownForm(path: string, found: unknown): CupolaError {
  return new CupolaError('CUPOLA_LOG_FORM_UNKNOWN', `${path} has form ${String(found)}`, {
    field: 'path',
    value: path,
    bound: `form ${formVersion}, which this release reads and writes`,
  });
}

/** What SQLite said, in our words where it is a matter of the file. */
function whyNotOpened(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
  if (code === sqliteCodes.busy) return inUse(path, error);
  return code === sqliteCodes.notADatabase ? unknownForm(path, 'none, for it is no SQLite file') : error;
}

function inUse(path: string, cause: unknown): CupolaError {
  const pid = ownerPid(path);
  return new CupolaError('CUPOLA_LOG_IN_USE', `${path} is open in process ${pid}`, {
    field: 'path',
    value: path,
    bound: `one process at a time; process ${pid} has it`,
    cause,
  });
}

function ownerPid(path: string): string {
  try {
    return readFileSync(pidFile(path), 'utf8').trim();
  } catch {
    return '(unknown)';
  }
}
