import { z } from 'zod';
import { hardLimitsSchema } from '../channel.ts';

const everyParameter = {
  /** The public id, such as `NODE3000005`. */
  id: z.string().regex(/^[A-Z0-9_]+$/),
  /** The flight control discipline that owns it, such as `ETHOS`; two are joined by a slash; '' for time. */
  discipline: z.string(),
  /** A short name for people. */
  name: z.string().min(1).max(60),
  description: z.string().min(1),
  /** Names in operations and in engineering; '' where the published list has none. */
  opsName: z.string(),
  engineeringName: z.string(),
  /** Whether the station sends a sample only when the value changes. */
  onChange: z.boolean().default(false),
  /** Only where the bounds are safely known. */
  hardLimits: hardLimitsSchema.optional(),
};

/** '' for a plain number. */
const unit = z.string().max(10);

/** States by the name of their set, each a value and its label. */
const stateSetsSchema = z.record(z.string(), z.array(z.tuple([z.number(), z.string().min(1)])).min(2));

const parameterSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...everyParameter, kind: z.literal('real'), unit }),
  z.strictObject({ ...everyParameter, kind: z.literal('angle'), unit, period: z.number().positive() }),
  z.strictObject({ ...everyParameter, kind: z.literal('counter'), unit, rolloverAt: z.number().positive() }),
  z.strictObject({ ...everyParameter, kind: z.literal('logarithmic'), unit }),
  z.strictObject({
    ...everyParameter,
    kind: z.literal('enumeration'),
    unit: z.literal('').default(''),
    states: z.string(),
  }),
]);

/** The file of the dictionary: states that parameters share stand in it once. */
export const parameterFileSchema = z.strictObject({
  stateSets: stateSetsSchema,
  parameters: z.array(parameterSchema),
});

/** A parameter as it stands in the file: an enumeration names its set of states. */
export type StoredParameter = z.output<typeof parameterSchema>;

/** Sets of states by name. */
export type StateSets = z.output<typeof stateSetsSchema>;

/** One of an enumeration's states. */
export interface ParameterState {
  readonly value: number;
  readonly label: string;
}

/** A measured quantity of the station, as its public telemetry names it. */
export type Parameter =
  | Exclude<StoredParameter, { kind: 'enumeration' }>
  | (Omit<Extract<StoredParameter, { kind: 'enumeration' }>, 'states'> & { readonly states: ParameterState[] });
