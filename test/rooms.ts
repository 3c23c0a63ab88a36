/**
 * The rooms of the house, lowest floor first, and what each may import besides itself. A room is a folder with all that is
 * in it, unless a folder inside has a row of its own.
 */
export type Room = {
  readonly name: string;
  /** Rooms, by name. */
  readonly may: readonly string[];
  /** Packages and Node's own modules, by pattern. */
  readonly packages: readonly string[];
};

const BASE = ['functions/core/base'];
const SERVER = [...BASE, 'functions/core/server'];
const TRIGGER = ['functions/contract.ts', 'functions/core/trigger'];
const PLAN = [...SERVER, ...TRIGGER, 'functions/core/policy', 'functions/core/plan'];
const RUN = [...PLAN, 'functions/core/doctor', 'functions/core/warning', 'functions/core/run'];
const CORE = [
  ...RUN,
  'functions/core/doctor',
  'functions/core/backtest',
  'functions/core/budget',
  'functions/core/declaration',
  'functions/core/diagnosis',
  'functions/core/advice',
  'functions/core/incident',
  'functions/core/fleet',
];
const TEXT = [...CORE, 'functions/render/base'];
const RENDER = [...TEXT, 'functions/render/message', 'functions/render/chat'];

const PURE = ['zod/mini'];

const CDK = ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs', 'zod/mini', 'node:*'];

export const ROOMS: readonly Room[] = [
  { name: 'functions/contract.ts', may: [], packages: [] },
  { name: 'functions/core/base', may: [], packages: [...PURE, 'node:timers/promises', 'node:zlib'] },
  { name: 'functions/core/trigger', may: [...BASE, 'functions/contract.ts'], packages: PURE },
  { name: 'functions/core/server', may: BASE, packages: PURE },
  { name: 'functions/core/warning', may: BASE, packages: PURE },
  { name: 'functions/core/policy', may: SERVER, packages: PURE },
  {
    name: 'functions/core/doctor',
    may: [...SERVER, 'functions/core/policy', 'functions/core/trigger', 'functions/core/plan'],
    packages: PURE,
  },
  { name: 'functions/core/backtest', may: RUN, packages: [] },
  { name: 'functions/core/budget', may: SERVER, packages: PURE },
  { name: 'functions/core/plan', may: [...SERVER, ...TRIGGER, 'functions/core/policy'], packages: PURE },
  {
    name: 'functions/core/declaration',
    may: [...SERVER, ...TRIGGER, 'functions/core/policy', 'functions/core/warning'],
    packages: PURE,
  },
  {
    name: 'functions/core/run',
    may: [...PLAN, 'functions/core/doctor', 'functions/core/warning'],
    packages: [...PURE, 'node:zlib'],
  },
  { name: 'functions/events', may: RUN, packages: ['node:zlib'] },
  { name: 'functions/core/diagnosis', may: RUN, packages: PURE },
  // What ends sessions imports no diagnosis, no advice, no incident, nothing that renders, no driver and no AWS.
  { name: 'functions/remediate', may: [...RUN, 'functions/events'], packages: ['node:crypto'] },
  {
    name: 'functions/core/advice',
    may: [...RUN, 'functions/core/diagnosis', 'functions/core/doctor'],
    packages: PURE,
  },
  {
    name: 'functions/core/incident',
    may: [...RUN, 'functions/core/diagnosis', 'functions/core/doctor', 'functions/core/fleet'],
    packages: PURE,
  },
  { name: 'functions/core/fleet', may: RUN, packages: PURE },
  {
    name: 'functions/postgres',
    may: [...RUN, 'functions/core/doctor', 'functions/remediate/ports.ts'],
    packages: ['pg', 'pg/*', 'node:*'],
  },
  { name: 'functions/render/base', may: CORE, packages: [] },
  { name: 'functions/render/chat', may: TEXT, packages: [] },
  {
    name: 'functions/render/message',
    may: [...TEXT, 'functions/events', 'functions/render/chat'],
    packages: [],
  },
  { name: 'functions/render/terminal', may: RENDER, packages: [] },
  { name: 'functions/config', may: [...CORE, 'functions/postgres'], packages: [...PURE, 'node:*'] },
  { name: 'functions/render/page', may: RENDER, packages: ['echarts/*'] },
  {
    name: 'functions/lambda',
    may: [...CORE, 'functions/config', 'functions/events'],
    packages: ['@middy/core', 'node:*'],
  },
  {
    name: 'functions/report',
    may: [...RENDER, 'functions/events', 'functions/render/page', 'functions/remediate/ports.ts'],
    packages: ['node:*', 'zod/mini'],
  },
  // The workflows of a fleet, over ports.
  {
    name: 'functions/fleet',
    may: [
      ...CORE,
      'functions/events',
      'functions/config',
      'functions/postgres',
      'functions/remediate',
      'functions/report',
      'functions/render/base',
      'functions/render/message',
    ],
    packages: ['node:*', 'zod/mini'],
  },
  {
    name: 'functions/receivers',
    may: [...CORE, 'functions/render/base', 'functions/report'],
    packages: ['node:crypto'],
  },
  {
    name: 'functions/aws',
    may: [
      ...CORE,
      'functions/fleet',
      'functions/lambda',
      'functions/config',
      'functions/postgres',
      'functions/remediate/ports.ts',
      'functions/report',
      'functions/receivers',
      'functions/render/base',
    ],
    packages: ['@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/metrics', 'zod/mini', 'node:*'],
  },
  { name: 'infra/checks', may: [...PLAN, 'functions/core/declaration', 'infra/constructs'], packages: CDK },
  { name: 'infra/constructs', may: [...PLAN, 'functions/core/declaration'], packages: CDK },
  {
    name: 'infra/stacks',
    may: [...PLAN, 'functions/core/declaration', 'infra/checks', 'infra/constructs'],
    packages: CDK,
  },
  // The templates of a fleet. They name nothing of a server.
  { name: 'infra/fleet', may: [...TRIGGER, 'infra/constructs'], packages: CDK },
  {
    name: 'infra/package',
    may: [
      ...PLAN,
      'functions/core/declaration',
      'infra/checks',
      'infra/constructs',
      'infra/fleet',
      'infra/stacks',
    ],
    packages: [...CDK, 'fflate'],
  },
];
