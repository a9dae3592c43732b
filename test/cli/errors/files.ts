// The folder in which every case of errors/*.txt starts. `nofile`, `nofile.yaml` and `nodir` do not exist.
export const kubeconfig = 'config';

export const files: Readonly<Record<string, string>> = {
  config:
    'apiVersion: v1\nkind: Config\ncurrent-context: dev\nclusters:\n- name: kind\n  cluster:\n    server: http://127.0.0.1:9\ncontexts:\n- name: dev\n  context:\n    cluster: kind\n    user: alice\n    namespace: team-a\n- name: prod\n  context:\n    cluster: kind\n    user: bob\nusers:\n- name: alice\n  user:\n    token: abc\n- name: bob\n  user: {}\n',
  'empty/.keep': '',
  'bad.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n bad: [\n',
  'tab.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n',
  'nokind.yaml': 'apiVersion: v1\nmetadata:\n  name: x\n',
  'noversion.yaml': 'kind: Pod\nmetadata:\n  name: x\n',
  'bad.json': '{"kind": "Pod",\n',
  'empty.yaml': '',
  'scalar.yaml': 'hello\n',
  'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  labels:\n    app: x\nspec:\n  containers:\n  - name: c\n    image: a\n',
  'svc.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  ports:\n  - port: 80\n',
  'kust/kustomization.yaml': 'resources:\n- missing.yaml\n',
  'kustbad/kustomization.yaml': 'nope: 1\n',
  'env.txt': 'A=1\nB\n=3\n',
};
