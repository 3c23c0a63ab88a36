import { describe, expect, test } from 'vitest';
import { decide, type IamStatement } from '../../support/iam-evaluator.ts';

/** The evaluator keeps the rules that IAM documents, so that a test by it means something. */

const allow = (more: Partial<IamStatement> = {}): IamStatement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b/*',
  ...more,
});
const get = (context = {}) => ({ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context });
const when = (operator: string, wanted: string | readonly string[], key = 'k') =>
  decide([allow({ Condition: { [operator]: { [key]: wanted } } })], get());
const withValue = (operator: string, wanted: string | readonly string[], found: string | readonly string[]) =>
  decide([allow({ Condition: { [operator]: { k: wanted } } })], get({ k: found }));

test('Nothing is allowed without an Allow, and a Deny wins', () => {
  expect(decide([], get())).toBe('not allowed');
  expect(decide([allow()], get())).toBe('allowed');
  expect(decide([allow(), allow({ Effect: 'Deny' })], get())).toBe('denied');
});

test('Actions are compared without case and resources with it, both with wildcards', () => {
  expect(decide([allow({ Action: 'S3:get*' })], get())).toBe('allowed');
  expect(decide([allow({ Action: 's3:Get?bject' })], get())).toBe('allowed');
  expect(decide([allow({ Resource: 'arn:aws:s3:::B/*' })], get())).toBe('not allowed');
  expect(decide([allow({ Resource: 'arn.aws.s3...b.k' })], get())).toBe('not allowed');
});

test('All conditions of a statement have to hold, and one value of each is enough', () => {
  const both = allow({ Condition: { StringEquals: { a: ['1', '2'], b: '3' } } });
  expect(decide([both], get({ a: '2', b: '3' }))).toBe('allowed');
  expect(decide([both], get({ a: '2', b: '4' }))).toBe('not allowed');
});

describe('A key that is not in the request', () => {
  test.each([
    ['StringEquals', 'not allowed'],
    ['StringLike', 'not allowed'],
    ['StringNotEquals', 'allowed'],
    ['ArnNotLike', 'allowed'],
    ['StringEqualsIfExists', 'allowed'],
    ['ForAllValues:StringEquals', 'allowed'],
    ['ForAnyValue:StringEquals', 'not allowed'],
  ])('makes %s %s', (operator, decision) => {
    expect(when(operator, 'v')).toBe(decision);
  });

  test('is what Null asks for', () => {
    expect(when('Null', 'true')).toBe('allowed');
    expect(when('Null', 'false')).toBe('not allowed');
    expect(withValue('Null', 'false', 'v')).toBe('allowed');
  });
});

test('Of several values ForAllValues wants all and ForAnyValue one', () => {
  expect(withValue('ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'])).toBe('allowed');
  expect(withValue('ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'])).toBe('not allowed');
  expect(withValue('ForAnyValue:StringEquals', ['a', 'b'], ['a', 'c'])).toBe('allowed');
  expect(withValue('ForAnyValue:StringEquals', ['a', 'b'], ['c'])).toBe('not allowed');
});

test('Names of keys are compared without case, values with it', () => {
  expect(
    decide(
      [allow({ Condition: { StringEquals: { 'aws:ResourceTag/T': 'v' } } })],
      get({ 'AWS:resourcetag/t': 'v' }),
    ),
  ).toBe('allowed');
  expect(withValue('StringEquals', 'v', 'V')).toBe('not allowed');
  expect(withValue('StringEqualsIgnoreCase', 'v', 'V')).toBe('allowed');
});

test('An ARN is compared part by part', () => {
  expect(withValue('ArnLike', 'arn:aws:iam::*:role/a', 'arn:aws:iam::1:role/a')).toBe('allowed');
  expect(withValue('ArnLike', 'arn:aws:iam::*', 'arn:aws:iam::1:role/a')).toBe('not allowed');
  expect(withValue('ArnNotLike', 'arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/a')).toBe('not allowed');
});

test('An operator that it does not know is an error, and so are several values for one', () => {
  expect(() => withValue('NumericLessThan', '1', '0')).toThrow(/no operator/);
  expect(() => withValue('StringEquals', 'a', ['a', 'b'])).toThrow(/one value/);
});
