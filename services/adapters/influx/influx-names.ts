/** Retention policies, by what they are for. */
export const policies = {
  /** What the recorder writes, at full resolution. */
  raw: 'raw',
  /** What continuous queries make of it. */
  minutes: 'minutes',
  /** What is kept for ever: positions, stream definitions and thresholds. */
  kept: 'kept',
} as const;

export type Policy = (typeof policies)[keyof typeof policies];

/** A measurement with its policy, as a query names it. */
export function from(policy: Policy, ...measurements: readonly string[]): string {
  return measurements.map((measurement) => `"${policy}"."${measurement}"`).join(', ');
}

/** A text in InfluxQL. */
export function literal(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}'`;
}

/** A name in InfluxQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

/** A time in InfluxQL, in whole microseconds: of a bound, the first that is not before it. */
export function timeLiteral(timeMs: number): string {
  return `${Math.ceil(timeMs * 1000)}u`;
}
