import type { Command } from 'commander';
import { loadConfig, optionName, type ConfigOverride, type LoadedConfig } from '../host/config.ts';
import type { ConfigPath } from '../host/config-reference.ts';

/** What every command that runs services takes. */
export interface ConfigOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly host?: string;
  readonly port?: string;
  readonly seed?: string;
  readonly speed?: string;
  readonly logLevel?: string;
}

export function addConfigOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: what CUPOLA_CONFIG names, or cupola.yaml)')
    .option('--data-dir <folder>', 'folder of log, history and models (dataDir)')
    .option('--host <address>', 'address of the console (console.host)')
    .option('--port <port>', 'port of the console; 0 takes a free one (console.port)')
    .option('--seed <number>', 'seed of the simulated station')
    .option('--speed <factor>', 'station seconds in a second')
    .option('--log-level <level>', 'the least that is logged (logging.level)');
}

const paths = {
  dataDir: ['dataDir'],
  host: ['console', 'host'],
  port: ['console', 'port'],
  logLevel: ['logging', 'level'],
} as const satisfies Record<string, ConfigPath>;

/** The configuration that the options ask for; options go before everything else. Errors: CUPOLA_CONFIG_INVALID. */
export function hostConfig(options: ConfigOptions, more: readonly ConfigOverride[] = []): LoadedConfig {
  const overrides = Object.entries(paths).flatMap(([name, path]): ConfigOverride[] => {
    const text = options[name as keyof typeof paths];
    if (text === undefined) return [];
    return [{ option: optionName(name), path, value: name === 'port' ? numberOr(text) : text }];
  });
  const simulation = { seed: numberOr(options.seed), speed: numberOr(options.speed) };
  return loadConfig({ file: options.config, overrides: [...overrides, ...more], simulation });
}

/** A number where the text is one: the configuration refuses the rest, with its bound. */
export function numberOr(text: string | undefined): unknown {
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}
