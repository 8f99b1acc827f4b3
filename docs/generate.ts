/** `npm run docs`: writes the pages that are made of the code. A test compares them with it. */
import { writeFileSync } from 'node:fs';
import { cliPage } from './cli-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';

const pages = { 'errors.md': errorsPage(), 'configuration.md': configurationPage(), 'cli.md': cliPage() };

for (const [name, text] of Object.entries(pages)) writeFileSync(new URL(name, import.meta.url), text);
