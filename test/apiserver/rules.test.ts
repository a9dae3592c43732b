// CustomResourceDefinitions with rules in CEL.
import { beforeEach, describe, expect, test } from 'vitest';
import { MERGE, type TestServer, testServer } from './harness.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const SHIPS = '/apis/example.com/v1/namespaces/default/ships';

const definition = (spec: object): object => ({
  metadata: { name: 'ships.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'ships', singular: 'ship', kind: 'Ship', listKind: 'ShipList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
  },
});

const ship = (spec: object): object => ({ apiVersion: 'example.com/v1', kind: 'Ship', metadata: { name: 'a' }, spec });

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});

const SPEC = {
  type: 'object',
  'x-kubernetes-validations': [
    { rule: 'self.crew <= self.seats', messageExpression: "'no room for ' + string(self.crew)" },
    { rule: "!has(self.flag) || self.flag != 'skull'", message: 'no pirates', reason: 'FieldValueForbidden', fieldPath: '.flag' },
  ],
  properties: {
    crew: { type: 'integer' },
    seats: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'ships do not shrink' }] },
    flag: { type: 'string' },
    'home-port': { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.size() < 10' }] },
    weights: { type: 'array', items: { type: 'number', 'x-kubernetes-validations': [{ rule: 'self < 2.5' }] } },
  },
};

describe('rules of a CustomResourceDefinition', () => {
  test.each([
    ['a rule of an object', { crew: 3, seats: 2 }, 'spec: Invalid value: "object": no room for 3'],
    ['a rule with a reason and a path', { crew: 1, seats: 2, flag: 'skull' }, 'spec.flag: Forbidden: no pirates'],
    [
      'a rule of a field whose name is no identifier',
      { crew: 1, seats: 2, 'home-port': 'far too far away' },
      'spec.home-port: Invalid value: "string": failed rule: self.size() < 10',
    ],
    ['a rule of an item', { crew: 1, seats: 2, weights: [1, 3] }, 'spec.weights[1]: Invalid value: "number": failed rule: self < 2.5'],
    [
      'a rule that cannot be evaluated',
      { seats: 2 },
      'spec: Invalid value: "object": no such key: crew evaluating rule: self.crew <= self.seats',
    ],
  ])('%s', async (_, spec, message) => {
    await server.ok('POST', DEFINITIONS, definition(SPEC));
    expect(await server.refused('POST', SHIPS, ship(spec))).toBe(`Ship.example.com "a" is invalid: ${message}`);
  });

  test('transition rules compare with what was stored', async () => {
    await server.ok('POST', DEFINITIONS, definition(SPEC));
    await server.ok('POST', SHIPS, ship({ crew: 1, seats: 4 }));
    expect(await server.refused('PATCH', `${SHIPS}/a`, { spec: { seats: 3 } }, MERGE)).toBe(
      'Ship.example.com "a" is invalid: spec.seats: Invalid value: "integer": ships do not shrink',
    );
    await server.ok('PATCH', `${SHIPS}/a`, { spec: { seats: 5 } }, MERGE);
  });

  test('rules wait until the object fits its schema', async () => {
    await server.ok('POST', DEFINITIONS, definition(SPEC));
    expect(await server.refused('POST', SHIPS, ship({ crew: 'x', seats: 2 }))).toBe(
      'Ship.example.com "a" is invalid: [spec.crew: Invalid value: "string": spec.crew in body must be of type integer: "string", <nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    );
  });

  test('a rule that does not compile is refused with the definition', async () => {
    const message = await server.refused(
      'POST',
      DEFINITIONS,
      definition({ type: 'object', 'x-kubernetes-validations': [{ rule: 'slef.x == 1' }] }),
    );
    expect(message).toContain(
      "spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: \"slef.x == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'slef' (in container '')",
    );
  });
});

describe('a schema that is not structural is refused', () => {
  const AT = 'spec.versions[0].schema.openAPIV3Schema.properties[spec]';
  test.each([
    ['without a type', { properties: {} }, `${AT}.type: Required value: must not be empty for specified object fields`],
    ['a list of nothing', { type: 'array' }, `${AT}.items: Required value: must be specified`],
    [
      'a type in a junctor',
      { type: 'integer', anyOf: [{ type: 'integer' }] },
      `${AT}.anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
    [
      'a list by keys without keys',
      { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } },
      `${AT}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
  ])('%s', async (_, spec, message) => {
    expect(await server.refused('POST', DEFINITIONS, definition(spec))).toBe(
      `CustomResourceDefinition.apiextensions.k8s.io "ships.example.com" is invalid: ${message}`,
    );
  });

  test('but integers or strings are structural', async () => {
    await server.ok(
      'POST',
      DEFINITIONS,
      definition({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^[0-9]+%?$' }),
    );
  });
});

test('a policy whose expression is no condition is refused', async () => {
  const message = await server.refused('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
    metadata: { name: 'demo' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
      validations: [{ expression: '1 + 1' }],
    },
  });
  expect(message).toBe(
    'ValidatingAdmissionPolicy.admissionregistration.k8s.io "demo" is invalid: spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool',
  );
});
