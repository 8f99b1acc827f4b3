import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CupolaError } from '../../pipelines/errors.ts';

const packages = {
  java: 'openjdk-17-jre-headless',
  keytool: 'openjdk-17-jre-headless',
  mvn: 'maven',
  influxd: 'influxdb',
  mosquitto: 'mosquitto',
};

/**
 * Finds a program on the PATH.
 *
 * Errors: CUPOLA_LOCAL_SERVER_MISSING, with the package to install.
 */
export function requireProgram(name: keyof typeof packages): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).find((folder) => isExecutable(join(folder, name)));
  if (found !== undefined) return join(found, name);
  throw new CupolaError(
    'CUPOLA_LOCAL_SERVER_MISSING',
    `${name} is not here. Install it: apt-get install ${packages[name]}`,
    {
      field: 'PATH',
      value: name,
    },
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
