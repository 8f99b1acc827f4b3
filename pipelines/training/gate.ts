import type { ModelTrial } from '../fit-decision.ts';

/**
 * Why a challenger must not govern in the champion's place; null where it may: on the holdout and on times judged normal it
 * alarms no more, and of the known incidents it catches no fewer. Where both do the same it may: it knows newer telemetry.
 */
export function gateRefusal(champion: ModelTrial, challenger: ModelTrial): string | null {
  const worse = [
    compared('catches', challenger.caught, champion.caught, 'of the known incidents', (a, b) => a < b),
    compared('alarms', challenger.holdoutAlarms, champion.holdoutAlarms, 'times on the holdout', more),
    compared('alarms in', challenger.falselyAlarmed, champion.falselyAlarmed, 'of the times judged normal', more),
  ].filter((one) => one !== null);
  return worse.length === 0 ? null : worse.join('; ');
}

const more = (a: number, b: number): boolean => a > b;

function compared(
  does: string,
  challenger: number,
  champion: number,
  what: string,
  isWorse: (challenger: number, champion: number) => boolean,
): string | null {
  return isWorse(challenger, champion) ? `it ${does} ${challenger} ${what}, the champion ${champion}` : null;
}
