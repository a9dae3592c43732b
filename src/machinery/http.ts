// Requests and responses between the parts of the cluster. In process, bodies are frozen objects passed by reference;
// over HTTPS they are the same values as JSON.

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who asks: what TLS and the Authorization header would prove. */
export interface Credentials {
  /** `fingerprint`: SHA-256 of the certificate, in hexadecimal digits; absent where nobody showed one. */
  certificate?: { commonName: string; organizations: readonly string[]; fingerprint?: string };
  token?: string;
  impersonate?: { user: string; uid?: string; groups?: readonly string[]; extra?: Readonly<Record<string, readonly string[]>> };
}

export interface ApiRequest {
  method: HttpMethod;
  /** Absolute path, percent-encoded as on the wire: `/api/v1/namespaces/default/pods/web`. */
  path: string;
  query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `application/json` when absent; `application/json;as=Table;v=v1;g=meta.k8s.io` asks for a table. */
  accept?: string;
  /** `application/json` when absent; the patch types and `application/apply-patch+yaml` for PATCH. */
  contentType?: string;
  /** A JSON value; text for YAML and raw bodies. */
  body?: unknown;
  credentials: Credentials;
  /** `kubectl/v1.36.0`; the part before the slash is the default field manager. */
  userAgent?: string;
  /** Whence the request came, the first hop first; for audit. */
  sourceIPs?: readonly string[];
  /** What the audit log calls the request; it names itself when absent. */
  auditID?: string;
  /** Who asks wants to see who owns the fields of objects; the cluster's own components never look. */
  managedFields?: boolean;
  /** Who asks for a token signs it before anybody reads it; the kubelet for its Pods. */
  unsigned?: boolean;
  /** Input of exec and attach. */
  stdin?: Input;
}

export interface Input extends AsyncIterable<Uint8Array> {
  /** Waits for a piece while other requests go on; there where one simulation answers several clients. */
  meanwhile?<T>(piece: Promise<T>): Promise<T>;
}

/** A piece of a stream: of a log, or of one of exec's channels. */
export interface StreamChunk {
  channel: 'stdout' | 'stderr' | 'error';
  /** Bytes, or for `error` the final Status of exec. */
  data: Uint8Array | unknown;
}

export interface ApiResponse {
  /** HTTP status code. */
  code: number;
  /** A JSON value (an object, a Status, a Table), or text. */
  body?: unknown;
  /** Texts of `Warning: 299` headers. */
  warnings?: readonly string[];
  /** Logs, exec, attach, port-forward: pieces as they come. */
  stream?: AsyncIterable<StreamChunk>;
  /** Watches: events as they come. */
  events?: AsyncIterable<{ type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: unknown }>;
}

/** Whatever answers API requests: kube-apiserver, and a kubelet for what the API server passes on. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;

/** Plain HTTP between simulated processes. */
export interface HttpRequest {
  method: string;
  path: string;
  host: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface HttpResponse {
  status: number;
  reason: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The certificates that a server which speaks TLS has shown, in PEM; absent where nobody cares. */
  certificate?: string;
}
