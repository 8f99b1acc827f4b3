import type { Command } from '../../pipelines/commands.ts';
import { encodeCommand } from '../../pipelines/json-records.ts';
import { topics } from '../../pipelines/topics.ts';
import { trainerName } from './known-streams.ts';
import type { TrainerPorts } from './trainer-ports.ts';

type Unstamped<C> = C extends Command ? Omit<C, 'issuedAtMs' | 'issuedBy'> : never;

/** Appends a command of the trainer's own. */
export async function appendCommand(
  { log, clock }: Pick<TrainerPorts, 'log' | 'clock'>,
  asked: Unstamped<Command>,
): Promise<void> {
  const issuedAtMs = clock.nowMs();
  const command: Command = { ...asked, issuedAtMs, issuedBy: trainerName };
  const value = encodeCommand(command);
  await log.append([{ topic: topics.commands.name, key: command.stream, value, timestampMs: issuedAtMs }]);
}
