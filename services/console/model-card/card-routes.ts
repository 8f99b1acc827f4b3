import type { FastifyInstance } from 'fastify';
import packageFile from '../../../package.json' with { type: 'json' };
import type { BundleStore, HistoryStore } from '../../../pipelines/ports.ts';
import { modelCard, type ModelCard } from '../../../pipelines/training/model-card/model-card.ts';
import { modelCardHtml } from './model-card-html.ts';
import { rememberedWindows } from './remembered-windows.ts';

interface ForVersion {
  Params: { version: string };
}

/** `GET /api/models/:version/card` as JSON, and `GET /models/:version` as a page of its own. */
export function addCardRoutes(
  server: FastifyInstance,
  sources: { readonly bundles: BundleStore; readonly history: HistoryStore },
): void {
  server.get<ForVersion>('/api/models/:version/card', ({ params }) => cardOf(params.version, sources));
  server.get<ForVersion>('/models/:version', async ({ params }, reply) => {
    const card = await cardOf(params.version, sources);
    return reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
      )
      .send(modelCardHtml(card));
  });
}

async function cardOf(
  version: string,
  { bundles, history }: { readonly bundles: BundleStore; readonly history: HistoryStore },
): Promise<ModelCard> {
  const bundle = await bundles.get(version);
  const windows = await rememberedWindows(history, version, bundle.manifest);
  return modelCard(version, bundle, windows, packageFile.version);
}
