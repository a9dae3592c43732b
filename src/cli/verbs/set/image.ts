// `set image`.
import { throwAll } from '../../each-target.ts';
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
    const { resources, changes } = splitChanges(context.args, 'image');
    const images = changes.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 1) throw new KubectlError(`invalid image format: ${word}`);
      return [word.slice(0, equals), word.slice(equals + 1)] as const;
    });
    const missing: Error[] = [];
    await setOn(context, {
      resources,
      operation: 'image updated',
      change(draft) {
        const spec = podSpecOf(draft);
        if (images.length === 0) throw new KubectlError('at least one image update is required');
        if (images.length > 1 && images.some(([name]) => name === '*')) {
          throw new KubectlError('all containers are already specified by *, but saw more than one container_name=container_image pairs');
        }
        for (const [name, image] of images) {
          const found = [...selectContainers(spec.initContainers, name), ...selectContainers(spec.containers, name)];
          // The other containers are changed all the same.
          if (found.length === 0) missing.push(new KubectlError(`unable to find container named ${JSON.stringify(name)}`));
          for (const container of found) container.image = image;
        }
      },
    });
    throwAll(missing.slice(0, 1));
    return 0;
  },
});
