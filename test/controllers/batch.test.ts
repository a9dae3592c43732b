import { beforeEach, describe, expect, test } from 'vitest';
import { CronJob } from '../../src/api/batch/cronjob.ts';
import { Job } from '../../src/api/batch/job.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { cronJobController } from '../../src/controllers/cronjob/cronjob.ts';
import { lastDue, nextPlayed, parseSchedule } from '../../src/controllers/cronjob/schedule.ts';
import { formatIndexes, parseIndexes } from '../../src/controllers/job/indexes.ts';
import { jobController } from '../../src/controllers/job/job.ts';
import { ttlAfterFinishedController } from '../../src/controllers/ttl-after-finished.ts';
import { FakeCluster, START } from './fake-cluster.ts';

let cluster: FakeCluster;
const jobs = () => cluster.list(Job) as Job[];
const pods = () => cluster.list(Pod) as Pod[];
const job = (spec: Partial<Job['spec']> = {}, name = 'pi') => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default' },
  spec: {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    selector: { matchLabels: { 'job-name': name } },
    template: { metadata: { labels: { 'job-name': name } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'perl' }] } },
    ...spec,
  },
});
const end = async (phase: 'Succeeded' | 'Failed', which = pods().filter(({ status }) => !status?.phase)) => {
  for (const pod of which) {
    const terminated = { exitCode: phase === 'Failed' ? 1 : 0, finishedAt: new Date(cluster.now).toISOString().replace(/\.\d+/, '') };
    cluster.change(Pod, pod.metadata, { status: { phase, containerStatuses: [{ name: 'c', restartCount: 0, state: { terminated } }] } });
  }
  await cluster.drain();
};

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(...[jobController, cronJobController, ttlAfterFinishedController].map((controller) => controller.loop(cluster.deps)));
});

describe('a Job', () => {
  test('runs until its pod succeeds', async () => {
    cluster.create(Job, job());
    await cluster.drain();
    expect(pods()[0]?.metadata).toMatchObject({ generateName: 'pi-', finalizers: ['batch.kubernetes.io/job-tracking'] });
    expect(jobs()[0]?.status).toMatchObject({ active: 1, startTime: '2026-01-01T00:00:00Z' });
    await end('Succeeded');
    expect(jobs()[0]?.status).toMatchObject({ succeeded: 1, completionTime: '2026-01-01T00:00:00Z', uncountedTerminatedPods: {} });
    expect(jobs()[0]?.status?.active).toBeUndefined();
    expect(jobs()[0]?.status?.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ]);
    expect(pods()[0]?.metadata.finalizers).toBeUndefined();
    expect(cluster.events.map((line) => line.split(' ')[1])).toEqual(['SuccessfulCreate', 'Completed']);
  });

  test('runs as many at once as parallelism says, until completions are reached', async () => {
    cluster.create(Job, job({ completions: 5, parallelism: 2 }));
    await cluster.drain();
    expect(pods()).toHaveLength(2);
    for (let i = 0; i < 3; i++) await end('Succeeded');
    expect([pods().length, jobs()[0]?.status?.succeeded]).toEqual([5, 5]);
  });

  test('waits 10 s, 20 s, 40 s between failures and gives up at the back-off limit', async () => {
    cluster.create(Job, job({ backoffLimit: 2 }));
    await cluster.drain();
    const counts: number[] = [];
    for (const wait of [9_000, 1_000, 19_000, 1_000]) {
      await end('Failed');
      await cluster.advance(wait);
      counts.push(pods().length);
    }
    expect(counts).toEqual([1, 2, 2, 3]);
    await end('Failed');
    expect(jobs()[0]?.status?.conditions?.map(({ type, reason, message }) => [type, reason, message])).toEqual([
      ['FailureTarget', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'],
      ['Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'],
    ]);
    expect(cluster.events.at(-1)).toBe('Warning BackoffLimitExceeded Job/pi: Job has reached the specified backoff limit');
    await cluster.advance(3_600_000);
    expect(pods()).toHaveLength(3);
  });

  test('gives each pod of an indexed job its index', async () => {
    cluster.create(Job, job({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    await cluster.drain();
    expect(
      pods()
        .map(({ spec }) => spec.hostname)
        .sort(),
    ).toEqual(['pi-0', 'pi-1', 'pi-2']);
    await end(
      'Succeeded',
      pods().filter(({ spec }) => spec.hostname !== 'pi-1'),
    );
    expect(jobs()[0]?.status).toMatchObject({ completedIndexes: '0,2', active: 1 });
  });

  test('ends when its active deadline passes', async () => {
    cluster.create(Job, job({ activeDeadlineSeconds: 30 }));
    await cluster.advance(30_000);
    expect(jobs()[0]?.status?.conditions?.at(0)).toMatchObject({
      type: 'FailureTarget',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    });
  });

  test('suspended, has no pods; resumed, starts', async () => {
    cluster.create(Job, job({ suspend: true }));
    await cluster.drain();
    expect([pods().length, jobs()[0]?.status?.conditions?.[0]?.reason]).toEqual([0, 'JobSuspended']);
    cluster.change(Job, { namespace: 'default', name: 'pi' }, { spec: { suspend: false } });
    await cluster.drain();
    expect([pods().length, jobs()[0]?.status?.conditions?.[0]?.reason]).toEqual([1, 'JobResumed']);
  });

  const fail = async (exitCode: number, which = pods().filter(({ status }) => !status?.phase), extra: object = {}) => {
    for (const pod of which) {
      const terminated = { exitCode, finishedAt: new Date(cluster.now).toISOString().replace(/\.\d+/, '') };
      const containerStatuses = [{ name: 'c', restartCount: 0, state: { terminated } }];
      cluster.change(Pod, pod.metadata, { status: { phase: 'Failed', containerStatuses, ...extra } });
    }
    await cluster.drain();
  };
  const reasons = () => jobs()[0]?.status?.conditions?.map(({ type, reason, message }) => [type, reason, message]);

  test('fails at once on an exit code that its policy names', async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [42] } }];
    cluster.create(Job, job({ podFailurePolicy: { rules } }));
    await cluster.drain();
    await fail(42);
    const message = `Container c for pod default/${pods()[0]?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`;
    expect(reasons()).toEqual([
      ['FailureTarget', 'PodFailurePolicy', message],
      ['Failed', 'PodFailurePolicy', message],
    ]);
    expect(jobs()[0]?.status?.failed).toBe(1);
  });

  test('replaces what was disrupted without counting it', async () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    cluster.create(Job, job({ backoffLimit: 0, podFailurePolicy: { rules } }));
    await cluster.drain();
    await fail(137, undefined, { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    await cluster.advance(10_000);
    expect([pods().length, jobs()[0]?.status?.failed, reasons()]).toEqual([2, undefined, undefined]);
    await end('Succeeded');
    expect(reasons()?.at(-1)?.[0]).toBe('Complete');
  });

  test('gives up single indexes and goes on with the others', async () => {
    cluster.create(
      Job,
      job({ completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimit: 2 ** 31 - 1, backoffLimitPerIndex: 1 }),
    );
    await cluster.drain();
    const of = (index: number) => pods().filter(({ spec, status }) => spec.hostname === `pi-${index}` && !status?.phase);
    expect(of(0)[0]?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '0' });
    await fail(1, of(0));
    expect(jobs()[0]?.status).toMatchObject({ failedIndexes: '' });
    await cluster.advance(10_000);
    expect(of(0)[0]?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '1' });
    expect(jobs()[0]?.status?.failed).toBe(1);
    await fail(1, of(0));
    expect(jobs()[0]?.status).toMatchObject({ failedIndexes: '0', failed: 2, active: 1 });
    await end('Succeeded');
    expect(jobs()[0]?.status).toMatchObject({ failedIndexes: '0', completedIndexes: '1', failed: 2, succeeded: 1 });
    expect(reasons()?.at(-1)).toEqual(['Failed', 'FailedIndexes', 'Job has failed indexes']);
  });

  test('gives up when more indexes fail than allowed', async () => {
    const spec = { completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimit: 2 ** 31 - 1 };
    cluster.create(Job, job({ ...spec, backoffLimitPerIndex: 0, maxFailedIndexes: 1 }));
    await cluster.drain();
    await fail(1, pods().slice(0, 1));
    expect(jobs()[0]?.status?.conditions).toBeUndefined();
    await fail(1, pods().slice(1, 2));
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    expect(reasons()?.at(0)).toEqual(['FailureTarget', 'MaxFailedIndexesExceeded', message]);
    expect(pods().filter(({ metadata }) => !metadata.deletionTimestamp)).toHaveLength(2);
  });

  test.each([
    { rules: [{ succeededIndexes: '0' }], done: [0], met: true },
    { rules: [{ succeededIndexes: '0' }], done: [1], met: false },
    { rules: [{ succeededCount: 2 }], done: [1, 2], met: true },
    { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }], done: [2], met: true },
    { rules: [{ succeededIndexes: '0,2' }], done: [2], met: false },
  ])('success policy $rules with indexes $done done is met: $met', async ({ rules, done, met }) => {
    cluster.create(Job, job({ completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules } }));
    await cluster.drain();
    const hosts = done.map((index) => `pi-${index}`);
    await end(
      'Succeeded',
      pods().filter(({ spec }) => hosts.includes(spec.hostname ?? '')),
    );
    expect(reasons()?.at(0)).toEqual(met ? ['SuccessCriteriaMet', 'SuccessPolicy', 'Matched rules at index 0'] : undefined);
  });

  test('that another controller manages is left alone', async () => {
    cluster.create(Job, job({ managedBy: 'example.com/batch' }));
    await cluster.drain();
    expect(pods()).toEqual([]);
  });

  test('goes away when its time to live after the end is over', async () => {
    cluster.create(Job, job({ ttlSecondsAfterFinished: 60 }));
    await cluster.drain();
    await end('Succeeded');
    await cluster.advance(59_000);
    expect(jobs()).toHaveLength(1);
    await cluster.advance(1_000);
    expect(jobs()).toHaveLength(0);
  });

  test.each([
    ['', []],
    ['0', [0]],
    ['0-2,4,6-7', [0, 1, 2, 4, 6, 7]],
  ])('completed indexes are written as %j', (text, indexes) => {
    expect(formatIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text)]).toEqual(indexes);
  });
});

describe('a CronJob', () => {
  const cron = (spec: Partial<CronJob['spec']> = {}) => {
    const { spec: jobSpec } = job();
    const template = {
      spec: {
        ...jobSpec,
        selector: { matchLabels: { app: 'tick' } },
        template: { ...jobSpec.template, metadata: { labels: { app: 'tick' } } },
      },
    };
    return {
      metadata: { name: 'tick', namespace: 'default' },
      spec: { schedule: '*/5 * * * *', concurrencyPolicy: 'Allow', jobTemplate: template, ...spec },
    };
  };
  const status = () => (cluster.list(CronJob)[0] as CronJob).status;

  test('does not count a Job that somebody made from it, and says so', async () => {
    const { uid } = cluster.create(CronJob, cron()).metadata;
    const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid, controller: true }];
    const annotations = { 'cronjob.kubernetes.io/instantiate': 'manual' };
    const selector = { matchLabels: { a: 'b' } };
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    cluster.create(Job, {
      metadata: { name: 'by-hand', namespace: 'default', ownerReferences, annotations },
      spec: { selector, template },
    });
    await cluster.drain();
    expect(status()?.active).toBeUndefined();
    expect(cluster.events).toContain('Warning UnexpectedJob CronJob/tick: Saw a job that the controller did not create or forgot: by-hand');
  });

  test('makes a Job when its time comes, named after the minute', async () => {
    cluster.create(CronJob, cron());
    await cluster.advance(5 * 60_000);
    const minute = (START + 5 * 60_000) / 60_000;
    expect(jobs().map(({ metadata }) => metadata.name)).toEqual([`tick-${minute}`]);
    expect(status()).toMatchObject({ lastScheduleTime: '2026-01-01T00:05:00Z', active: [{ name: `tick-${minute}` }] });
    expect(cluster.events).toContain(`Normal SuccessfulCreate CronJob/tick: Created job tick-${minute}`);
    await end('Succeeded');
    expect(status()).toMatchObject({ lastSuccessfulTime: '2026-01-01T00:05:00Z' });
    expect(status()?.active).toBeUndefined();
    expect(cluster.events.at(-1)).toBe(`Normal SawCompletedJob CronJob/tick: Saw completed job: tick-${minute}, condition: Complete`);
  });

  test('keeps three finished Jobs', async () => {
    cluster.create(CronJob, cron());
    for (let i = 0; i < 5; i++) {
      await cluster.advance(5 * 60_000);
      await end('Succeeded');
    }
    expect(jobs()).toHaveLength(3);
  });

  test.each([
    { policy: 'Allow', left: 2 },
    { policy: 'Forbid', left: 1 },
    { policy: 'Replace', left: 1 },
  ])('with concurrency policy $policy has $left Jobs while the first still runs', async ({ policy, left }) => {
    cluster.create(CronJob, cron({ concurrencyPolicy: policy }));
    await cluster.advance(5 * 60_000);
    const [first] = jobs();
    await cluster.advance(5 * 60_000);
    expect(jobs()).toHaveLength(left);
    expect(jobs()[0]?.metadata.name === first?.metadata.name).toBe(policy !== 'Replace');
  });

  test('suspended, makes nothing', async () => {
    cluster.create(CronJob, cron({ suspend: true }));
    await cluster.advance(3_600_000);
    expect(jobs()).toEqual([]);
  });
});

const at = (text: string) => Date.parse(text);
test.each([
  { line: '0 3 * * *', zone: undefined, after: '2026-01-01T00:00:00Z', next: '2026-01-01T03:00:00Z' },
  { line: '0 3 * * *', zone: 'Europe/Berlin', after: '2026-01-01T00:00:00Z', next: '2026-01-01T02:00:00Z' },
  { line: '@hourly', zone: undefined, after: '2026-01-01T00:00:00Z', next: '2026-01-01T01:00:00Z' },
  { line: '0 0 13 * 5', zone: undefined, after: '2026-01-01T00:00:00Z', next: '2026-01-02T00:00:00Z' },
  { line: '@every 90s', zone: undefined, after: '2026-01-01T00:00:00Z', next: '2026-01-01T00:01:30Z' },
])('$line in $zone after $after is due at $next', ({ line, zone, after, next }) => {
  expect(parseSchedule(line, zone).next(at(after))).toBe(at(next));
});

test('the last due time of a long absence is found without counting all', () => {
  const due = lastDue(parseSchedule('* * * * *', undefined), at('2020-01-01T00:00:30Z'), at('2026-01-01T00:00:30Z'));
  expect(due).toBe(at('2026-01-01T00:00:00Z'));
});

test.each([
  { given: 'young', since: '2026-01-01T10:00:00Z', now: '2026-01-01T11:00:00Z', next: '2026-01-01T11:01:00Z' },
  { given: 'left alone for three hours', since: '2026-01-01T10:00:00Z', now: '2026-01-01T13:00:00Z', next: '2026-01-01T13:57:00Z' },
  { given: 'among the last of its hour', since: '2026-01-01T10:00:00Z', now: '2026-01-01T13:57:00Z', next: '2026-01-01T13:58:00Z' },
  { given: 'at the end of its hour', since: '2026-01-01T10:00:00Z', now: '2026-01-01T13:59:00Z', next: '2026-01-01T14:57:00Z' },
  { given: 'left alone for two days', since: '2026-01-01T10:00:00Z', now: '2026-01-03T10:00:00Z', next: '2026-01-03T11:57:00Z' },
  { given: 'left alone for two weeks', since: '2026-01-01T10:00:00Z', now: '2026-01-15T10:00:00Z', next: '2026-01-15T23:57:00Z' },
  { given: 'left alone for a month', since: '2026-01-01T10:00:00Z', now: '2026-02-01T10:00:00Z', next: '2026-02-04T23:57:00Z' },
  { given: 'left alone for two years', since: '2026-01-01T10:00:00Z', now: '2028-01-01T10:00:00Z', next: '2028-01-12T23:57:00Z' },
])('a CronJob for every minute that is $given runs next at $next', ({ since, now, next }) => {
  expect(nextPlayed(parseSchedule('* * * * *', undefined), at(now), at(since), 3)).toBe(at(next));
});

test.each(['0 * * * *', '0 3 * * *', '*/30 * * * *'])('%s misses no run', (line) => {
  const schedule = parseSchedule(line, undefined);
  expect(nextPlayed(schedule, at('2026-01-02T10:01:00Z'), at('2026-01-01T00:00:00Z'), 3)).toBe(schedule.next(at('2026-01-02T10:01:00Z')));
});
