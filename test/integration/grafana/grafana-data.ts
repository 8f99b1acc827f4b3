import { createRequire } from 'node:module';

/** Grafana's own data library; its ESM build does not load in Node, its CommonJS build does. */
export const grafana = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

/** Transformations look there for the page that they run in. After loading: other libraries would take it for a browser. */
Object.assign(globalThis, { window: {} });
