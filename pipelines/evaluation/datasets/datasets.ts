import { CupolaError } from '../../errors.ts';
import { csvSeries } from './csv-series.ts';
import type { Dataset } from './dataset.ts';
import { issAltitude, issUrineTank } from './iss.ts';
import { msl, nasaSmapMsl, smap } from './nasa-smap-msl.ts';
import { nab } from './nab.ts';
import { smd, smdTsbAd } from './smd.ts';

/** Every data set that `replay` can read. */
export const datasets: readonly Dataset[] = [
  nasaSmapMsl,
  smap,
  msl,
  smd,
  smdTsbAd,
  nab,
  issUrineTank,
  issAltitude,
  csvSeries,
];

/** The data set of that name. Errors: CUPOLA_DATASET_NOT_FOUND. */
export function findDataset(name: string): Dataset {
  const known = datasets.find((dataset) => dataset.name === name);
  if (known) return known;
  const bound = `one of ${datasets.map((dataset) => dataset.name).join(', ')}`;
  throw new CupolaError('CUPOLA_DATASET_NOT_FOUND', `data set ${name} is unknown, must be ${bound}`, {
    field: 'dataset',
    value: name,
    bound,
  });
}
