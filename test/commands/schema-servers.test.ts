import { describe, expect, test } from 'vitest';
import { runHeadroom } from './run-headroom.ts';

const { stdout } = await runHeadroom(['schema', 'servers']);
const { properties } = JSON.parse(stdout);
const context = properties.context.properties;
const server = context.servers.items;

describe('the JSON Schema of declared servers', () => {
  test('is that of cdk.json, whose other keys it leaves alone', () => {
    expect(Object.keys(context).toSorted()).toEqual(['reporting', 'servers', 'stages']);
    expect(properties.context.additionalProperties).toEqual({});
  });

  test('asks for what has no default, and knows no other keys', () => {
    expect(server.required.toSorted()).toEqual(['host', 'name', 'securityGroupIds', 'vpc']);
    expect(server.additionalProperties).toBe(false);
  });

  test('tells editors what each field is, but for those that are explained within', () => {
    const silent = Object.entries<{ readonly description?: string }>(server.properties)
      .filter(([, { description }]) => description === undefined)
      .map(([key]) => key);
    expect(silent.toSorted()).toEqual(['policy', 'vpc']);
  });

  test('tells the defaults', () => {
    expect(server.properties).toMatchObject({
      alarm: { default: 'metric' },
      port: { default: 5432 },
      schedule: { default: 'rate(5 minutes)' },
      memoryAccess: { default: 'existing' },
    });
  });

  test("has the policy's own in it", async () => {
    const policy = JSON.parse((await runHeadroom(['schema', 'policy'])).stdout);
    expect(server.properties.policy.properties).toEqual(policy.properties);
  });

  test('has the same servers in stages, with the account and region that these need', () => {
    const stage = context.stages.additionalProperties;
    expect(stage.properties.servers).toEqual(context.servers);
    expect(stage.required.toSorted()).toEqual(['account', 'region', 'servers']);
  });
});
