// What generators print with --dry-run=client -o yaml, which needs no cluster; observed from kubectl, without its null timestamps.
import { describe, expect, test } from 'vitest';
import { run } from '../run.ts';
import { shellWords } from '../shell-words.ts';

describe('dry runs print', () => {
  test.each([
    {
      line: 'run x --image=nginx --port=80 --env=A=b --labels=app=x -- sleep 1',
      yaml: `apiVersion: v1
kind: Pod
metadata:
  labels:
    app: x
  name: x
spec:
  containers:
  - args:
    - sleep
    - "1"
    env:
    - name: A
      value: b
    image: nginx
    name: x
    ports:
    - containerPort: 80
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
`,
    },
    {
      line: 'create deployment x --image=registry.example.com:5000/team/redis:7 --replicas=2 -n foo',
      yaml: `apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: x
  name: x
  namespace: foo
spec:
  replicas: 2
  selector:
    matchLabels:
      app: x
  strategy: {}
  template:
    metadata:
      labels:
        app: x
    spec:
      containers:
      - image: registry.example.com:5000/team/redis:7
        name: redis
        resources: {}
status: {}
`,
    },
    {
      line: 'create job x --image=a -- ls',
      yaml: `apiVersion: batch/v1
kind: Job
metadata:
  name: x
spec:
  template:
    metadata: {}
    spec:
      containers:
      - command:
        - ls
        image: a
        name: x
        resources: {}
      restartPolicy: Never
status: {}
`,
    },
    {
      line: 'create service nodeport n --tcp=80:http --node-port=30000',
      yaml: `apiVersion: v1
kind: Service
metadata:
  labels:
    app: "n"
  name: "n"
spec:
  ports:
  - name: 80-http
    nodePort: 30000
    port: 80
    protocol: TCP
    targetPort: http
  selector:
    app: "n"
  type: NodePort
status:
  loadBalancer: {}
`,
    },
    {
      line: 'create configmap c --from-literal=a=b --from-literal=c=d',
      yaml: 'apiVersion: v1\ndata:\n  a: b\n  c: d\nkind: ConfigMap\nmetadata:\n  name: c\n',
    },
    {
      line: 'create secret generic c --from-literal=a=b --type=x/y --append-hash',
      yaml: 'apiVersion: v1\ndata:\n  a: Yg==\nkind: Secret\nmetadata:\n  name: c-9df9m58tkm\ntype: x/y\n',
    },
    {
      line: 'create secret docker-registry x --docker-username=u --docker-password=p --docker-email=e',
      yaml: `apiVersion: v1
data:
  .dockerconfigjson: eyJhdXRocyI6eyJodHRwczovL2luZGV4LmRvY2tlci5pby92MS8iOnsidXNlcm5hbWUiOiJ1IiwicGFzc3dvcmQiOiJwIiwiZW1haWwiOiJlIiwiYXV0aCI6ImRUcHcifX19
kind: Secret
metadata:
  name: x
type: kubernetes.io/dockerconfigjson
`,
    },
    {
      line: 'create poddisruptionbudget p --selector=a=b --min-available=50%',
      yaml: `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: p
spec:
  minAvailable: 50%
  selector:
    matchLabels:
      a: b
status:
  currentHealthy: 0
  desiredHealthy: 0
  disruptionsAllowed: 0
  expectedPods: 0
`,
    },
    {
      line: 'create quota q --hard=cpu=1,pods=2 --scopes=BestEffort',
      yaml: 'apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: q\nspec:\n  hard:\n    cpu: "1"\n    pods: "2"\n  scopes:\n  - BestEffort\nstatus: {}\n',
    },
  ])('$line', async ({ line, yaml }) => {
    const words = shellWords(line);
    const dash = words.indexOf('--');
    words.splice(dash < 0 ? words.length : dash, 0, '--dry-run=client', '-o', 'yaml');
    expect(await run(words)).toEqual({ stdout: yaml, stderr: '', exitCode: 0 });
  });
});
