// What `explain` shows about a custom resource: from the OpenAPI document of its group and version.
import type { ExplainedField } from './explain.ts';

/** An OpenAPI v3 schema as `/openapi/v3/…` serves it. */
export interface OpenApiSchema {
  type?: string;
  description?: string;
  required?: readonly string[];
  properties?: Readonly<Record<string, OpenApiSchema>>;
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema | boolean;
  allOf?: readonly OpenApiSchema[];
  $ref?: string;
  enum?: readonly unknown[];
  'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
  'x-kubernetes-int-or-string'?: boolean;
}

export interface OpenApiDocument {
  components?: { schemas?: Readonly<Record<string, OpenApiSchema>> };
}

/** Undefined when the document does not tell of the kind. */
export function explainSchema(
  { components }: OpenApiDocument,
  { group, version, kind }: { group: string; version: string; kind: string },
): ExplainedField | undefined {
  const schemas = components?.schemas ?? {};
  const root = Object.values(schemas).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some((one) => one.group === group && one.version === version && one.kind === kind),
  );
  if (!root) return undefined;
  return { name: '', type: 'Object', required: false, description: root.description ?? '', fields: async () => fieldsOf(root) };

  /** The schema that a reference leads to. */
  function resolved(schema: OpenApiSchema): OpenApiSchema {
    const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
    return target === undefined ? schema : (schemas[target.replace('#/components/schemas/', '')] ?? {});
  }

  function fieldsOf(schema: OpenApiSchema): ExplainedField[] {
    const holder = innermost(schema);
    return Object.entries(holder.properties ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => ({
        name,
        type: typeText(field),
        required: holder.required?.includes(name) ?? false,
        description: field.description || resolved(field).description || '',
        content: innermost(field).description ?? '',
        ...(field.enum ? { values: field.enum.map(String) } : {}),
        fields: async () => fieldsOf(field),
      }));
  }

  /** What the fields below belong to: of lists and maps what they hold. */
  function innermost(schema: OpenApiSchema): OpenApiSchema {
    const own = resolved(schema);
    if (own.items) return innermost(own.items);
    if (typeof own.additionalProperties === 'object') return innermost(own.additionalProperties);
    return own;
  }

  function typeText(schema: OpenApiSchema): string {
    const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
    const { type } = resolved(schema);
    if (target !== undefined) return type === undefined || type === 'object' ? target.slice(target.lastIndexOf('.') + 1) : type;
    if (schema['x-kubernetes-int-or-string']) return 'IntOrString';
    if (schema.type === 'array') return `[]${schema.items ? typeText(schema.items) : 'Object'}`;
    if (typeof schema.additionalProperties === 'object') return `map[string]${typeText(schema.additionalProperties)}`;
    return schema.type === undefined || schema.type === 'object' ? 'Object' : schema.type;
  }
}
