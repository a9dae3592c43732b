// kubectl config set-cluster
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, newStanza, usageThenError } from './edit.ts';
import { setFileField } from './file-fields.ts';

export const setCluster = defineVerb({
  short: 'Add a cluster to the kubeconfig or change one',
  long: 'Adds a cluster to the kubeconfig, or changes the given fields of one that is there and leaves the others. kubemu itself talks only to clusters that `kubemu cluster create` made.',
  examples: [
    { about: 'Change the address of the cluster e2e and nothing else', command: 'kubectl config set-cluster e2e --server=https://1.2.3.4' },
  ],
  flags: {
    'certificate-authority': 'File with the certificates of the authorities to trust.',
    'embed-certs': 'Put the content of the certificate files into the kubeconfig.',
    'insecure-skip-tls-verify': "Do not check the server's certificate.",
    'proxy-url': 'Proxy to go through.',
    server: 'Address of the API server.',
    'tls-server-name': "Name to expect in the server's certificate.",
  },
  async run(context) {
    const { args, flags } = context;
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0) return usageThenError(context, `Unexpected args: ${goList(args)}`);
    if (name === '') throw new KubectlError('you must specify a non-empty cluster name');
    const authority = flags.string('certificate-authority');
    if (flags.bool('insecure-skip-tls-verify') && authority !== '') {
      throw new KubectlError('you cannot specify a certificate authority and insecure mode at the same time');
    }
    if (flags.bool('embed-certs') && authority === '') throw new KubectlError('you must specify a --certificate-authority to embed');
    await editConfig(context, (config) => {
      const entry = config.clusters.get(name) ?? newStanza({});
      config.clusters.set(name, entry);
      const cluster: Record<string, unknown> = entry.value;
      for (const field of ['server', 'tls-server-name', 'proxy-url']) if (flags.given(field)) cluster[field] = flags.string(field);
      if (flags.given('insecure-skip-tls-verify')) {
        if (flags.bool('insecure-skip-tls-verify')) {
          cluster['insecure-skip-tls-verify'] = true;
          delete cluster['certificate-authority'];
          delete cluster['certificate-authority-data'];
        } else delete cluster['insecure-skip-tls-verify'];
      }
      if (flags.given('certificate-authority')) {
        setFileField(context, cluster, 'certificate-authority', flags.bool('embed-certs'));
        if (authority !== '') delete cluster['insecure-skip-tls-verify'];
      }
    });
    context.out(`Cluster "${name}" set.`);
    return 0;
  },
});
