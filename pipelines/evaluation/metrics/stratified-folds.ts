import { SeededRandom } from '../../random.ts';

/**
 * Deals items to folds so that every fold has its share of every class: shuffled within each class, in the order of the
 * classes, then dealt in turn. In each class, and over all, folds differ by one item at most.
 *
 * Returns the fold of each item, from 0.
 */
export function stratifiedFolds(classes: ArrayLike<number>, folds: number, seed: number): Uint8Array {
  const random = SeededRandom.for(seed, 'stratified-folds');
  const items = Array.from(classes, (_, item) => item);
  const foldOf = new Uint8Array(items.length);
  let dealt = 0;
  for (const oneClass of new Set(Float64Array.from(classes).sort())) {
    const members = random.shuffle(items.filter((item) => classes[item] === oneClass));
    for (const item of members) foldOf[item] = dealt++ % folds;
  }
  return foldOf;
}
