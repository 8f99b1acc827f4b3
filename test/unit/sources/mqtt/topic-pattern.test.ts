import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelNames, topicPattern } from '../../../../services/sources/mqtt/topic-pattern.ts';

test('names of levels are wildcards of the subscription and parts of the channel', () => {
  const pattern = topicPattern('craft/{module}/+/{sensor}', '{module}.{sensor}');
  assert.equal(pattern.filter, 'craft/+/+/+');
  assert.equal(pattern.channelOf('craft/lab/x/temp'), 'lab.temp');
  assert.deepEqual(levelNames('craft/{module}/+/{sensor}'), ['module', 'sensor']);
  assert.equal(topicPattern('a/b', '{topic}').channelOf('a/b'), 'a/b');
  assert.equal(topicPattern('a/{b}', null).channelOf('a/b'), null);
});

test('a pattern matches what its subscription would bring', () => {
  const cases: readonly (readonly [pattern: string, topic: string, matches: boolean])[] = [
    ['a/b', 'a/b', true],
    ['a/b', 'a/c', false],
    ['a/b', 'a/b/c', false],
    ['a/{x}', 'a/', true],
    ['a/+', 'a', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'b', false],
    ['#', 'anything/at/all', true],
    ['{x}', 'a/b', false],
  ];
  for (const [pattern, topic, matches] of cases)
    assert.equal(topicPattern(pattern, null).matches(topic), matches, `${pattern} ${topic}`);
});
