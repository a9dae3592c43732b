// `create cronjob`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb } from '../../verb.ts';

export const createCronJob = defineVerb({
  short: 'Make a cron job that runs an image on a schedule',
  examples: [
    { about: 'Print the date every five minutes', command: "kubectl create cronjob tick --image=busybox --schedule='*/5 * * * *' -- date" },
  ],
  flags: { image: 'Image to run.', schedule: 'When to run, in cron format.', restart: 'Restart policy of the Pods: OnFailure or Never.' },
  async run(context) {
    const { flags } = context;
    const name = nameArgument(context, { command: true });
    const command = context.argsAfterDash ?? [];
    const container = { name, image: flags.string('image'), ...(command.length > 0 ? { command } : {}), resources: {} };
    const template = { metadata: {}, spec: { containers: [container], restartPolicy: flags.string('restart') || 'OnFailure' } };
    const draft = {
      kind: 'CronJob',
      apiVersion: 'batch/v1',
      metadata: { name },
      spec: { schedule: flags.string('schedule'), jobTemplate: { metadata: { name }, spec: { template } } },
      status: {},
    };
    await createFromFlags(context, draft, { failure: 'failed to create cronjob: ' });
    return 0;
  },
});
