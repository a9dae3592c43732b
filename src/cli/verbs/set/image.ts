// `set image`.
import { podSpecOf, selectContainers } from '../../pod-spec-of.ts';
import { setOn, splitChanges } from '../../set-resources.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const setImage = defineVerb({
  short: 'Change the images of containers',
  examples: [
    { about: 'Of one container', command: 'kubectl set image deployment/web nginx=nginx:1.27' },
    { about: 'Of all containers', command: "kubectl set image deployment/web '*=nginx:1.27'" },
  ],
  flags: { all: 'All objects of the type.', local: 'Change files without asking the server.' },
  async run(context) {
    const { resources, changes } = splitChanges(context.args);
    const images = changes.map((word) => word.split('=') as [string, string]);
    return setOn(context, {
      resources,
      operation: 'image updated',
      change(draft) {
        const spec = podSpecOf(draft);
        if (images.length === 0) throw new KubectlError('at least one image update is required');
        for (const [name, image] of images) {
          const found = [...selectContainers(spec.initContainers, name), ...selectContainers(spec.containers, name)];
          if (found.length === 0 && name !== '*') throw new KubectlError(`unable to find container named ${JSON.stringify(name)}`);
          for (const container of found) container.image = image;
        }
      },
    });
  },
});
