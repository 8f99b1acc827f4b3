import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../dashboards/console/', import.meta.url));

/** The folder of the operator's page: built anew from a checkout, prebuilt in the package. */
export async function consolePage(dataDir: string): Promise<string> {
  const builder = join(page, 'build.ts');
  if (!existsSync(builder)) return join(page, 'dist');
  const { buildConsole } = (await import(builder)) as { buildConsole: (outDir: string) => Promise<void> };
  const built = resolve(dataDir, 'page');
  await buildConsole(built);
  return built;
}
