export { escaped, htmlNotes, htmlPage, htmlTable } from '../../console/html-page.ts';
