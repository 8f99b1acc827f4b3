import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../deploy/local/free-ports.ts';
import { requireProgram } from '../../../deploy/local/required-program.ts';
import { ServerProcess } from '../../../deploy/local/server-process.ts';

/** Who may connect; everybody where there is no one. */
export interface BrokerUser {
  readonly username: string;
  readonly password: string;
}

/** A real MQTT broker, Debian's mosquitto, that keeps its sessions over a restart. */
export class Mosquitto {
  readonly url: string;
  readonly server: ServerProcess;
  readonly #folder: string;

  private constructor(url: string, server: ServerProcess, folder: string) {
    this.url = url;
    this.server = server;
    this.#folder = folder;
  }

  static async start(user?: BrokerUser): Promise<Mosquitto> {
    const folder = mkdtempSync(join(tmpdir(), 'cupola-mosquitto-'));
    const [port] = await freePorts(1);
    const configFile = join(folder, 'mosquitto.conf');
    writeFileSync(configFile, configuration(folder, port!, user));
    const server = new ServerProcess({
      name: 'mosquitto',
      program: requireProgram('mosquitto'),
      args: ['-c', configFile],
      logFile: join(folder, 'mosquitto.log'),
      address: `127.0.0.1:${port}`,
      isReady: () => answers(port!),
      detached: false,
    });
    await server.start();
    return new Mosquitto(`mqtt://127.0.0.1:${port}`, server, folder);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

function configuration(folder: string, port: number, user: BrokerUser | undefined): string {
  const passwords = join(folder, 'passwords');
  if (user) execFileSync('mosquitto_passwd', ['-b', '-c', passwords, user.username, user.password]);
  return `listener ${port} 127.0.0.1
user root
persistence true
persistence_location ${folder}/
${user ? `allow_anonymous false\npassword_file ${passwords}` : 'allow_anonymous true'}
`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false)).once('close', () => undefined);
    socket.once('connect', () => socket.destroy());
  });
}
