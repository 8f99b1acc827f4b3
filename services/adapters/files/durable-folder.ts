import { randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The prefix of folders that are being written; who lists a folder passes over them. */
export const unfinishedPrefix = '.unfinished-';

/**
 * Makes a folder of files that is there whole or not at all, and survives power loss: it is written and synced under
 * another name, and then renamed. A folder that is there already stays as it is.
 */
export async function createFolder(path: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  if (await exists(path)) return;
  const parent = dirname(path);
  await mkdir(parent, { recursive: true });
  const unfinished = join(parent, unfinishedPrefix + randomUUID());
  try {
    await mkdir(unfinished);
    for (const [name, content] of files) await writeSynced(join(unfinished, name), content);
    await sync(unfinished);
    await renameUnlessThere(unfinished, path);
    await sync(parent);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder's entries durable: fsync of a file alone does not cover its name. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Another writer of the same content may have been faster: then its folder stays. */
async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(await exists(to))) throw error;
  }
}
