// `logs`: what containers wrote. Following is in ../follow-logs.ts.
import type { V1Pod } from '../../api/generated/types.ts';
import { parseTime, rfc3339 } from '../../machinery/clock.ts';
import { containerList, containerNames, containerOf } from '../containers.ts';
import { throwAll } from '../each-target.ts';
import { podOf, podSelector, podsBy, targetOf } from '../pod-of.ts';
import { type LogSource, readLog, writeLines } from '../read-log.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const logs = defineVerb({
  short: 'Show what a container wrote',
  examples: [
    { about: 'Of a Pod with one container', command: 'kubectl logs web' },
    { about: 'Of one container of several', command: 'kubectl logs web -c sidecar' },
    { about: 'Of the container before its last restart', command: 'kubectl logs web --previous' },
    { about: 'The last lines, and what comes', command: 'kubectl logs deploy/web --tail=5 -f' },
  ],
  flags: {
    'all-containers': 'All containers of the Pods.',
    'all-pods': 'All Pods of the workload; names are put before the lines.',
    container: 'The container.',
    follow: 'Go on with what comes.',
    'ignore-errors': 'With -f: go on when a container cannot be read.',
    'limit-bytes': 'At most so many bytes.',
    'max-log-requests': 'At most so many containers at once.',
    prefix: 'Put Pod and container before each line.',
    previous: 'Of the container before its last restart.',
    since: 'Only what was written in this length of time.',
    'since-time': 'Only what was written after this time.',
    tail: 'Only the last lines; -1 shows all.',
    timestamps: 'Put the time before each line.',
  },
  async run(context) {
    const { flags, args } = context;
    checkFlags(context);
    const selector = flags.string('selector');
    const sources = await sourcesOf(context, args, selector);
    const prefix = flags.bool('prefix') || flags.bool('all-pods');
    const query = await queryOf(context, selector !== '' || flags.bool('all-pods'));
    if (flags.bool('follow')) {
      const limit = flags.int('max-log-requests');
      if (sources.length > limit) {
        throw new KubectlError(
          `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${limit}, use --max-log-requests to increase the limit`,
        );
      }
      const { followLogs } = await import('../follow-logs.ts');
      return followLogs(context, sources, query, prefix);
    }
    const errors: unknown[] = [];
    for (const source of sources) {
      try {
        writeLines(context, await readLog(context, source, query), prefix ? source.label : '');
      } catch (error) {
        errors.push(error);
        if (!flags.bool('ignore-errors')) break;
      }
    }
    throwAll(errors);
    return 0;
  },
});

function checkFlags(context: VerbContext): void {
  const { flags, args } = context;
  const selector = flags.string('selector');
  if (args.length === 0 && !selector) {
    throw new KubectlError(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      { usage: true },
    );
  }
  if (args.length > 0 && selector) throw new KubectlError('only a selector (-l) or a POD name is allowed', { usage: true });
  if (args.length > 2) {
    throw new KubectlError(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      { usage: true },
    );
  }
  if (args.length === 2 && flags.string('container'))
    throw new KubectlError('only one of -c or an inline [CONTAINER] arg is allowed', { usage: true });
  if (flags.given('since') && flags.string('since-time'))
    throw new KubectlError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags.bool('all-containers') && (flags.string('container') || args.length === 2))
    throw new KubectlError(`--all-containers=true should not be specified with container name ${flags.string('container') || args[1]}`);
  const sinceTime = flags.string('since-time');
  if (sinceTime && Number.isNaN(parseTime(sinceTime))) {
    throw new KubectlError(
      `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`,
    );
  }
  if (flags.int('tail') < -1) throw new KubectlError('--tail must be greater than or equal to -1');
  if (flags.int('limit-bytes') < 0 || (flags.given('limit-bytes') && flags.int('limit-bytes') < 1))
    throw new KubectlError('--limit-bytes must be greater than 0');
}

/** The containers to read, in kubectl's order. */
async function sourcesOf(context: VerbContext, args: readonly string[], selector: string): Promise<LogSource[]> {
  const { flags } = context;
  const [word = '', inline = ''] = args;
  const wanted = flags.string('container') || inline;
  if (selector) {
    const pods = await podsBy(context, selector);
    if (pods.length === 0) {
      context.err(`No resources found in ${context.namespace} namespace.`);
      return [];
    }
    return pods.flatMap((pod) => containersOf(context, pod, wanted, true));
  }
  const target = await targetOf(context, word);
  if (flags.bool('all-pods') && target.mapping.resource !== 'pods') {
    return (await podsBy(context, await podSelector(context, target))).flatMap((pod) => containersOf(context, pod, wanted, true));
  }
  if (target.mapping.resource === 'pods') return containersOf(context, await podOf(context, target, 0), wanted, false);
  const pods = await podsBy(context, await podSelector(context, target));
  const pod = pods[0] ?? (await podOf(context, target, flags.duration('pod-running-timeout')));
  if (pods.length > 1) context.err(`Found ${pods.length} pods, using pod/${pod.metadata?.name ?? ''}`);
  return containersOf(context, pod, wanted, false);
}

function containersOf(context: VerbContext, pod: V1Pod, wanted: string, many: boolean): LogSource[] {
  const source = (container: string): LogSource => {
    const { name = '', namespace = '' } = pod.metadata ?? {};
    return { namespace, pod: name, container, label: `[pod/${name}/${container}] ` };
  };
  if (context.flags.bool('all-containers')) {
    const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
    return [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => source(name));
  }
  if (wanted && !containerNames(pod).includes(wanted)) {
    throw new KubectlError(`container ${wanted} is not valid for pod ${pod.metadata?.name ?? ''} out of: ${containerList(pod)}`);
  }
  return [source(containerOf(context, pod, wanted, many && containerNames(pod).length < 2))];
}

async function queryOf(context: VerbContext, bySelector: boolean): Promise<Record<string, string | undefined>> {
  const { flags } = context;
  // By label only the last ten lines of each are shown, unless somebody says otherwise.
  const tail = bySelector && !flags.given('tail') ? 10 : flags.int('tail');
  const since = flags.duration('since');
  const limit = flags.int('limit-bytes');
  const sinceTime = flags.string('since-time');
  return {
    previous: flags.bool('previous') ? 'true' : undefined,
    timestamps: flags.bool('timestamps') ? 'true' : undefined,
    tailLines: tail >= 0 ? String(tail) : undefined,
    sinceSeconds: since > 0 ? String(Math.ceil(since / 1000)) : undefined,
    sinceTime: sinceTime ? rfc3339(parseTime(sinceTime)) : undefined,
    limitBytes: limit > 0 ? String(limit) : undefined,
  };
}
