// `create job`, from an image or from a CronJob's template.
import type { V1CronJob } from '../../../api/generated/types.ts';
import { createFromFlags, nameArgument } from '../../generator.ts';
import { type Draft, getObject } from '../../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';

export const createJob = defineVerb({
  short: 'Make a job that runs an image once, or runs a cron job now',
  examples: [
    { about: 'Run a command to its end', command: 'kubectl create job hello --image=busybox -- echo hello' },
    { about: 'Run a cron job without waiting for its time', command: 'kubectl create job backup-now --from=cronjob/backup' },
  ],
  flags: { image: 'Image to run.', from: 'Resource to take the template from; only cronjob/NAME.' },
  async run(context) {
    const { flags } = context;
    const name = nameArgument(context, { command: true });
    const [image, from] = [flags.string('image'), flags.string('from')];
    const command = context.argsAfterDash ?? [];
    if ((image === '') === (from === '')) throw new KubectlError('either --image or --from must be specified');
    if (from && command.length > 0) throw new KubectlError('cannot specify --from and command');
    const draft = from ? await fromCronJob(context, name, from) : fromImage(name, image, command);
    await createFromFlags(context, draft, { failure: 'failed to create job: ' });
    return 0;
  },
});

function fromImage(name: string, image: string, command: readonly string[]): Draft {
  const container = { name, image, ...(command.length > 0 ? { command } : {}), resources: {} };
  const spec = { template: { metadata: {}, spec: { containers: [container], restartPolicy: 'Never' } } };
  return { kind: 'Job', apiVersion: 'batch/v1', metadata: { name }, spec, status: {} };
}

async function fromCronJob(context: VerbContext, name: string, from: string): Promise<Draft> {
  const [type = '', cronName = ''] = from.split('/');
  const mapping = await context.mapper.byResource(type);
  if (mapping.kind !== 'CronJob') throw new KubectlError(`from must be an existing cronjob`);
  const cronJob = (await getObject(context, mapping, context.namespace, cronName)) as unknown as V1CronJob;
  const template = cronJob.spec?.jobTemplate;
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: {
      name,
      ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
      annotations: { ...template?.metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob.metadata?.name, uid: cronJob.metadata?.uid, controller: true },
      ],
    },
    spec: template?.spec ?? {},
    status: {},
  };
}
