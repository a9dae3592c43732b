// CEL as the API server has it, with the functions that Kubernetes adds.
import { describe, expect, test } from 'vitest';
import { celEngine, jsonOf } from '../../../src/apiserver/cel/engine.ts';
import { toCel } from '../../../src/apiserver/cel/values.ts';

const object = {
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { replicas: 3, ports: [80, 443], limits: { memory: '1Gi' }, ip: '10.0.0.7', url: 'https://example.com:8080/a?x=1' },
};

const evaluated = async (expression: string): Promise<unknown> => {
  const engine = await celEngine();
  return jsonOf(engine.compile(expression, ['object']).evaluate({ object: toCel(object) }));
};

describe('expressions', () => {
  test.each([
    ['object.spec.replicas + 1', 4],
    ['object.spec.?nothing.orValue(7)', 7],
    ['has(object.spec.nothing)', false],
    ['object.spec.ports.all(p, p > 79)', true],
    ['object.spec.ports.exists_one(p, p == 80)', true],
    ['object.spec.ports.map(p, p * 2).sum()', 1046],
    ['object.spec.ports.isSorted() && object.spec.ports.max() == 443', true],
    ['object.spec.ports.indexOf(443)', 1],
    ['quantity(object.spec.limits.memory).isGreaterThan(quantity("512Mi"))', true],
    ['quantity("1500m").add(quantity("500m")).asInteger()', 2],
    ['isQuantity("nonsense")', false],
    ['cidr("10.0.0.0/24").containsIP(object.spec.ip)', true],
    ['ip(object.spec.ip).family() == 4 && !ip(object.spec.ip).isLoopback()', true],
    ['isIP("1.2.3")', false],
    ['url(object.spec.url).getHost()', 'example.com:8080'],
    ['"abc 123 d4".findAll("[0-9]+")', ['123', '4']],
    ['"a-b-c".replace("-", ".").split(".")', ['a', 'b', 'c']],
    ['"%s has %d replicas".format([object.metadata.name, object.spec.replicas])', 'web has 3 replicas'],
    ['sets.contains([1, 2, 3], [2, 1])', true],
    ['sets.intersects(["a"], ["b"])', false],
    ['semver("1.2.3").isLessThan(semver("1.10.0"))', true],
    ['format.dns1123Label().validate("Not_OK").hasValue()', true],
    ['optional.ofNonZeroValue("").hasValue()', false],
    ['object.metadata.labels.exists(k, k == "app")', true],
    [
      'Object{spec: Object.spec{replicas: 3, selector: Object.spec.selector{matchLabels: {"a": "b"}}}}',
      { spec: { replicas: 3, selector: { matchLabels: { a: 'b' } } } },
    ],
    [
      '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: true ? "x: y" : "z"}]',
      [{ op: 'add', path: '/metadata/labels/a~1b', value: 'x: y' }],
    ],
    ['timestamp("2026-01-01T00:00:00Z") + duration("1h")', '2026-01-01T01:00:00Z'],
  ])('%s', async (expression, value) => {
    expect(await evaluated(expression)).toEqual(value);
  });

  test.each([
    ['object.spec.nothing', 'no such key: nothing'],
    ['object.spec.replicas / 0', 'division by zero'],
  ])('%s fails with %s', async (expression, message) => {
    await expect(evaluated(expression)).rejects.toThrow(message);
  });

  test('a name that nothing declares does not compile', async () => {
    const engine = await celEngine();
    expect(() => engine.compile('true && foo', ['object'])).toThrow(
      "compilation failed: ERROR: <input>:1:9: undeclared reference to 'foo' (in container '')\n | true && foo\n | ........^",
    );
  });

  test('the authorizer answers for the user and for service accounts', async () => {
    const engine = await celEngine();
    const authorizer = engine.authorizer(({ verb, resource, serviceAccount }) => ({
      allowed: verb === 'get' && !serviceAccount,
      reason: resource,
    }));
    const ask = (expression: string): unknown => engine.compile(expression, ['authorizer']).evaluate({ authorizer });
    expect(ask("authorizer.group('').resource('pods').namespace('default').check('get').allowed()")).toBe(true);
    expect(ask("authorizer.serviceAccount('default', 'x').group('').resource('pods').check('get').allowed()")).toBe(false);
    expect(ask("authorizer.group('apps').resource('deployments').check('list').reason()")).toBe('deployments');
  });
});
