/** A setting that governs from an event time on. */
export interface TimedSetting {
  readonly effectiveFromMs: number;
  /** Offset of the command that asked for it; null where nobody did. */
  readonly commandOffset: number | null;
}

/**
 * What governs when (law 4): the settings of one stream in order of effect. A replay that is given the same settings
 * decides the same, whenever the commands were read.
 */
export class SettingsTimeline<T extends TimedSetting> {
  readonly #settings: T[] = [];

  constructor(settings: Iterable<T> = []) {
    for (const setting of settings) this.add(setting);
  }

  /** Adds a setting that takes effect no earlier than any before it. */
  add(setting: T): void {
    this.#settings.push(setting);
  }

  /** What governs at an event time: the last setting in effect by then. */
  at(timeMs: number): T | null {
    for (let i = this.#settings.length - 1; i >= 0; i--) {
      if (this.#settings[i]!.effectiveFromMs <= timeMs) return this.#settings[i]!;
    }
    return null;
  }

  latest(): T | null {
    return this.#settings.at(-1) ?? null;
  }

  all(): readonly T[] {
    return this.#settings;
  }
}
