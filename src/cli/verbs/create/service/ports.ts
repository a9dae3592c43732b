// `--tcp=PORT[:TARGET]` of the service generators.
import { KubectlError } from '../../../verb.ts';

export interface ServicePort {
  name: string;
  protocol: 'TCP';
  port: number;
  targetPort: number | string;
  nodePort?: number;
}

export function portsOf(texts: readonly string[], nodePort = 0): ServicePort[] {
  return texts.map((text) => {
    const [portText = '', targetText] = text.split(':');
    const port = portNumber(portText);
    const target = targetText === undefined ? port : /^\d+$/.test(targetText) ? portNumber(targetText) : targetName(targetText);
    const name = targetText === undefined ? String(port) : `${portText}-${targetText}`;
    return { name, protocol: 'TCP', port, targetPort: target, ...(nodePort ? { nodePort } : {}) };
  });
}

function portNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new KubectlError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  const port = Number(text);
  if (port > 65_535) throw new KubectlError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  return port;
}

function targetName(text: string): string {
  if (text.length > 15) throw new KubectlError(`[must be no more than 15 characters]`);
  return text;
}
