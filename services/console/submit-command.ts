import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { commandSchema, type Command } from '../../pipelines/commands.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import { refuseImpossibleFault, type PossibleFaults } from '../../pipelines/fault-request.ts';
import { encodeCommand } from '../../pipelines/json-records.ts';
import type { BundleStore, Clock, Log } from '../../pipelines/ports.ts';
import { parseThreshold } from '../../pipelines/thresholds/policies.ts';
import { topics } from '../../pipelines/topics.ts';
import type { CommandStatus } from './api.ts';
import { parseRequest } from './api-error.ts';
import type { ReadModel } from './read-model.ts';

/** What a request may leave to the console. */
const requestSchema = z.looseObject({ id: z.string().optional(), issuedBy: z.string().default('operator') });

/** What a command is checked against and written to. */
export interface CommandPorts {
  readonly log: Log;
  readonly bundles: BundleStore;
  readonly clock: Clock;
  readonly model: ReadModel;
  readonly possibleFaults: PossibleFaults;
}

/**
 * Checks a command and appends it. The same id a second time changes nothing.
 *
 * Errors: CUPOLA_REQUEST_INVALID, CUPOLA_STREAM_UNKNOWN, CUPOLA_THRESHOLD_INVALID, CUPOLA_MODEL_UNKNOWN,
 * CUPOLA_FAULT_IMPOSSIBLE.
 */
export async function submitCommand(ports: CommandPorts, body: unknown): Promise<CommandStatus> {
  const { log, clock, model } = ports;
  const request = parseRequest(requestSchema, body);
  const stamped = { ...request, id: request.id ?? randomUUID(), issuedAtMs: clock.nowMs() };
  const asked = parseRequest(commandSchema, stamped);
  refuseTrainersOwn(asked);
  const earlier = model.command(asked.id);
  if (earlier) return earlier;
  const command = await checked(ports, asked);
  await log.append([
    {
      topic: topics.commands.name,
      key: command.stream,
      value: encodeCommand(command),
      timestampMs: command.issuedAtMs,
    },
  ]);
  model.takeCommand(command);
  return model.command(command.id)!;
}

async function checked({ model, bundles, possibleFaults }: CommandPorts, command: Command): Promise<Command> {
  const stream = model.stream(command.stream);
  if (!stream) throw unknownStream(command.stream);
  if (command.type === 'set-threshold') return { ...command, setting: parseThreshold(command.setting) };
  if (command.type === 'inject-fault') {
    refuseImpossibleFault(command.stream, command.fault, possibleFaults);
    return command;
  }
  if (command.type !== 'promote') return command;
  const { definition } = (await bundles.get(command.modelVersion)).manifest;
  const bound = `a model of stream ${command.stream}, definition version ${stream.definition!.version}`;
  if (definition.stream !== command.stream || definition.version !== stream.definition!.version)
    throw new CupolaError('CUPOLA_MODEL_UNKNOWN', `${command.modelVersion} is not ${bound}`, {
      field: 'modelVersion',
      value: command.modelVersion,
      bound,
    });
  return command;
}

/** Decisions and their numbers are the trainer's: nobody else can have made them. */
function refuseTrainersOwn(command: Command): void {
  const isOwn = command.type === 'decline' || command.type === 'keep-case';
  const field = isOwn ? 'type' : ['decision', 'suspicion', 'drift'].find((name) => name in command);
  if (field === undefined) return;
  const value = isOwn ? command.type : (command as unknown as Record<string, unknown>)[field];
  const bound = isOwn ? 'of a command that people give' : 'left out';
  throw new CupolaError('CUPOLA_REQUEST_INVALID', `${field} must be ${bound}`, { field, value, bound });
}

/** CUPOLA_STREAM_UNKNOWN for a stream that nobody has defined. */
export function unknownStream(stream: string): CupolaError {
  return new CupolaError('CUPOLA_STREAM_UNKNOWN', `stream ${stream} is not defined`, {
    field: 'stream',
    value: stream,
    bound: 'a stream of GET /api/streams',
  });
}
