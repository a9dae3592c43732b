// `set resources`.
import { podSpecOf, selectContainers } from '../../pod-spec-of.ts';
import { resourceList } from '../../resource-list.ts';
import { setOn } from '../../set-resources.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const setResources = defineVerb({
  short: 'Set requests and limits of containers',
  examples: [{ about: 'Both', command: 'kubectl set resources deployment web --requests=cpu=100m,memory=64Mi --limits=memory=128Mi' }],
  flags: {
    requests: 'resource=amount, separated by commas.',
    limits: 'resource=amount, separated by commas.',
    containers: 'Names of the containers; * stands for any run of letters.',
  },
  async run(context) {
    const { flags } = context;
    const [requests, limits] = [resourceList(flags.string('requests')), resourceList(flags.string('limits'))];
    return setOn(context, {
      resources: context.args,
      operation: 'resource requirements updated',
      change(draft) {
        const spec = podSpecOf(draft);
        if (!requests && !limits)
          throw new KubectlError('you must specify an update to requests or limits (in the form of --requests/--limits)');
        const pattern = flags.string('containers') || '*';
        const containers = selectContainers(spec.containers, pattern);
        if (containers.length === 0) throw new KubectlError(`unable to find container named ${pattern}`);
        for (const container of containers) {
          const resources = { ...container.resources };
          if (requests) resources.requests = { ...resources.requests, ...requests };
          if (limits) resources.limits = { ...resources.limits, ...limits };
          container.resources = resources;
        }
      },
    });
  },
});
