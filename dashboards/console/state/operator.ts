const key = 'cupola.operator';

/** By whom commands of this browser are asked for: the name that was given last. */
export function operatorName(): string {
  return localStorage.getItem(key) ?? 'operator';
}

/** Keeps the name for the next time. */
export function keepOperatorName(name: string): void {
  localStorage.setItem(key, name);
}
