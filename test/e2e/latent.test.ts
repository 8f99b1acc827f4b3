import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { buildConsole } from '../../dashboards/console/build.ts';
import { encodeAnomalyEvent, encodeVerdict } from '../../pipelines/json-records.ts';
import { topics } from '../../pipelines/topics.ts';
import type { AnomalySummary } from '../../services/console/api.ts';
import { consoleUnderTest } from '../unit/console/console-under-test.ts';
import { complaintsOf, launchChromium } from './chromium.ts';

const minute = 60_000;
const stream = 'power-2a';
const assets = await mkdtemp(join(tmpdir(), 'cupola-page-'));
after(() => rm(assets, { recursive: true }));
const browser = await launchChromium();
after(() => browser.close());
await buildConsole(assets);
const { service, ports, get } = await consoleUnderTest({ after }, { hours: 6, assets });
const { anomalies } = (await get<{ anomalies: AnomalySummary[] }>(`/api/anomalies?stream=${stream}`)).body;
const found = anomalies[0]!;
const code = (await codeAtPeak())!;
await tell(found.startMs - 50 * minute, code, 'normal');
await tell(found.startMs - 40 * minute, [9, 9, 9, 9], null);

const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = complaintsOf(page);
await page.goto(service.url);
await page.locator(`#stream-${stream}`).click();
afterEach(() => assert.deepEqual(complaints, [], 'the page complains of nothing'));

/** The code of the newest anomaly, which the API does not tell: of its windows, that with the highest score. */
async function codeAtPeak(): Promise<readonly number[] | undefined> {
  const range = `fromMs=${found.startMs}&toMs=${found.endMs}`;
  const path = `/api/models/${found.modelVersion}/codes?${range}`;
  const { windows } = (await get<{ windows: { anomalyScore: number; code: number[] }[] }>(path)).body;
  return windows.toSorted((a, b) => b.anomalyScore - a.anomalyScore)[0]?.code;
}

/** Puts an earlier anomaly of the stream into the log, with what it was judged to be. */
async function tell(startMs: number, at: readonly number[], judgement: 'normal' | null): Promise<void> {
  const { modelVersion, peakScore, threshold, contributions } = found;
  const id = `${stream}@${startMs}`;
  const toMs = startMs + 5 * minute;
  const span = { startMs, endMs: toMs, decidedAtMs: toMs };
  const peak = { modelVersion, peakScore, threshold, contributions, code: at };
  const anomaly = encodeAnomalyEvent({ type: 'closed', id, stream, ...span, ...peak });
  await ports.log.append([{ topic: topics.anomalies.name, key: stream, value: anomaly, timestampMs: toMs }]);
  if (judgement === null) return;
  const given = { commandId: id, commandOffset: 0, issuedAtMs: toMs, issuedBy: 'flight', reason: 'eclipse exit' };
  const verdict = encodeVerdict({ ...given, stream, fromMs: startMs, toMs, anomalyId: id, judgement });
  await ports.log.append([{ topic: topics.verdicts.name, key: stream, value: verdict, timestampMs: toMs }]);
}

test('the chosen anomaly says which earlier ones it is like, how much, and what they were judged to be', async () => {
  await page.locator('.card', { hasText: 'injected step' }).first().click();
  const similar = page.locator('.similar');
  await similar.locator('li').first().waitFor();
  assert.match(await similar.innerText(), /^very like/);
  const [first] = await similar.locator('li').allInnerTexts();
  assert.match(first!, /\d\d:\d\d:\d\dZ\s+100\s%\s+judged normal/);
  assert.match((await similar.locator('button').first().getAttribute('title'))!, /by code 100.%; flight: eclipse exit/);
  assert.ok(await similar.isVisible());
  const inSight = await similar.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    const list = element.closest('.cards')!.getBoundingClientRect();
    return top >= list.top - 1 && bottom <= list.bottom + 1;
  });
  assert.ok(inSight, 'the list is scrolled to it');
});

test('choosing a similar incident shows it, and it is like none before it', async () => {
  await page.locator('.similar button').first().click();
  await page.locator('.similar', { hasText: 'the first anomaly of this stream' }).waitFor();
  assert.equal(await page.locator('.card[aria-pressed=true]').count(), 1);
  assert.match(await page.locator('.card[aria-pressed=true]').innerText(), /judged normal by flight/);
  await page.keyboard.press('l');
});

test('the map draws the windows in sight among normal ones, the anomalous ones as diamonds, and tells their time', async () => {
  await page.locator('#tab-map').click();
  await page.locator('.code-map svg').waitFor();
  assert.ok((await page.locator('.code-map .ordinary').count()) > 20);
  assert.equal(await page.locator('.code-map .holdout').count(), 60);
  const diamonds = page.locator('.code-map path.anomalous');
  assert.ok((await diamonds.count()) > 2);
  assert.match(await page.locator('.code-map').innerText(), /\(newest\), score [\d.]+[\s\S]*axes show [\d.]+.%/);
  const box = (await diamonds.last().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator('.code-map .pointed').waitFor();
  const told = await page.locator('.code-map p').first().innerText();
  assert.match(told, /^2026-325T08:\d\d:\d\dZ, score \d/);
});

test('a stream without codes says why there is no map', async () => {
  await page.locator('#stream-loop-a').click();
  await page.locator('.hint', { hasText: 'Robust limits watch this stream' }).waitFor();
  await page.locator('#stream-radiators').click();
  await page.locator('.hint', { hasText: 'No window in sight was scored' }).waitFor();
});
