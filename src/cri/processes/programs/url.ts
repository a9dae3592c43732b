// URLs as wget and curl read them.

export interface Url {
  scheme: string;
  host: string;
  port: number;
  path: string;
}

export function parseUrl(text: string): Url | undefined {
  const m = /^(?:(\w+):\/\/)?(\[[^\]]+\]|[^/:?]+)(?::(\d+))?([/?][^#]*)?/.exec(text);
  if (!m) return undefined;
  const scheme = (m[1] ?? 'http').toLowerCase();
  return {
    scheme,
    host: (m[2] ?? '').replace(/^\[|\]$/g, ''),
    port: m[3] ? Number(m[3]) : scheme === 'https' ? 443 : 80,
    path: m[4]?.startsWith('?') ? `/${m[4]}` : (m[4] ?? '/'),
  };
}

export const hostHeader = (url: Url): string => (url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`);
