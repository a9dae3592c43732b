// Plays the metrics clients of the autoscaler: resource metrics as metrics-server serves them, custom and external metrics as whatever
// is registered for their APIs serves them. Without that they fail, in the clients' words.
import type { V1LabelSelector, V2CrossVersionObjectReference } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import { groupOf } from '../../machinery/object.ts';
import { milliValue } from '../../machinery/quantity.ts';
import { StatusError } from '../../machinery/status.ts';
import { MetricError } from './metric-error.ts';
import type { Measured } from './replica-calculator.ts';
import { locate, NoSuchKind } from './scale-target.ts';

const CUSTOM = 'custom.metrics.k8s.io';
const CUSTOM_VERSIONS = ['v1beta2', 'v1beta1'];
const EXTERNAL = 'external.metrics.k8s.io';

export interface MetricsClient {
  /** Usage of each container of the namespace's Pods. */
  resource(resource: string): Promise<Measured>;
  /** A custom metric of each of the selected Pods. */
  pods(metric: string, podSelector: string, metricSelector: V1LabelSelector | undefined): Promise<Measured>;
  /** A custom metric of one object, in thousandths. */
  object(metric: string, of: V2CrossVersionObjectReference, metricSelector: V1LabelSelector | undefined): Promise<number>;
  /** The values of an external metric, in thousandths. */
  external(metric: string, selector: V1LabelSelector | undefined): Promise<number[]>;
}

interface MetricValue {
  describedObject?: { name?: string };
  value: string;
}

export function metricsClient(client: Client, namespace: string): MetricsClient {
  const get = async <T>(path: string, query: Record<string, string>, resource: string, api: string): Promise<T> => {
    try {
      const { body } = await client.request({ method: 'GET', path, query });
      return body as T;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const message = error.code === 404 ? `the server could not find the requested resource (get ${resource})` : error.message;
      throw new MetricError(`unable to fetch metrics from ${api} metrics API: ${message}`, error.code === 404);
    }
  };
  const custom = async (path: string, query: Record<string, string>, metric: string): Promise<MetricValue[]> => {
    const version = await customVersion(client);
    const { items } = await get<{ items: MetricValue[] }>(`/apis/${CUSTOM}/${version}/${path}`, query, `${metric}.${CUSTOM}`, 'custom');
    return items;
  };

  return {
    async resource(resource) {
      const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
      const { items } = await get<{
        items: { metadata: { name: string }; containers: { name: string; usage: Record<string, string> }[] }[];
      }>(path, {}, 'pods.metrics.k8s.io', 'resource');
      return new Map(
        items.map(({ metadata, containers }) => [
          metadata.name,
          new Map(containers.map(({ name, usage }) => [name, milliValue(usage[resource] ?? '0')])),
        ]),
      );
    },
    async pods(metric, labelSelector, metricSelector) {
      const path = `namespaces/${namespace}/pods/*/${metric}`;
      const items = await custom(path, { labelSelector, ...metricQuery(metricSelector) }, `pods.${metric}`);
      if (items.length === 0) throw new MetricError('no metrics returned from custom metrics API');
      return new Map(items.map(({ describedObject, value }) => [describedObject?.name ?? '', new Map([['', milliValue(value)]])]));
    },
    async object(metric, of, metricSelector) {
      const path = await objectPath(client, namespace, of);
      const [item] = await custom(`${path}/${metric}`, metricQuery(metricSelector), metric);
      if (!item)
        throw new MetricError('unable to fetch metrics from custom metrics API: the custom metrics API server returned no results');
      return milliValue(item.value);
    },
    async external(metric, selector) {
      const path = `/apis/${EXTERNAL}/v1beta1/namespaces/${namespace}/${metric}`;
      const query: Record<string, string> = selector ? { labelSelector: selectorText(selector) } : {};
      const { items } = await get<{ items: MetricValue[] }>(path, query, `${metric}.${EXTERNAL}`, 'external');
      if (items.length === 0) throw new MetricError('no metrics returned from external metrics API');
      return items.map(({ value }) => milliValue(value));
    },
  };
}

const metricQuery = (selector: V1LabelSelector | undefined): Record<string, string> =>
  selector ? { metricLabelSelector: selectorText(selector) } : {};

async function customVersion(client: Client): Promise<string> {
  const { body } = await client.request({ method: 'GET', path: '/apis' });
  const group = (body as { groups: { name: string; versions: { version: string }[] }[] }).groups.find(({ name }) => name === CUSTOM);
  const version = group?.versions.find((each) => CUSTOM_VERSIONS.includes(each.version))?.version;
  if (version) return version;
  throw new MetricError(`unable to fetch metrics from custom metrics API: no custom metrics API (${CUSTOM}) registered`, true);
}

/** An object's place in the custom metrics API: `namespaces/default/ingresses.networking.k8s.io/main`. */
async function objectPath(client: Client, namespace: string, of: V2CrossVersionObjectReference): Promise<string> {
  const group = groupOf(of.apiVersion ?? 'v1');
  if (of.kind === 'Namespace' && group === '') return `namespaces/${namespace}/metrics`;
  try {
    const { plural } = await locate(client, of);
    return `namespaces/${namespace}/${group ? `${plural}.${group}` : plural}/${of.name}`;
  } catch (error) {
    if (!(error instanceof NoSuchKind)) throw error;
    throw new MetricError(`unable to fetch metrics from custom metrics API: unable to map kind ${of.kind} to resource: ${error.message}`);
  }
}
