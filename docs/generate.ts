/** `npm run docs`: writes the pages that are made of the code. A test compares them with it. */
import { writeFileSync } from 'node:fs';
import { errorsPage } from './errors-page.ts';

writeFileSync(new URL('errors.md', import.meta.url), errorsPage());
