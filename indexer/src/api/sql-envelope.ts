/**
 * The query in a request of `@ponder/client`, which is superjson: values in `json`, instructions in `meta` to put other
 * values in their place. Undefined if the query that will be run could be another one than the one that stands there.
 */
export function sqlOf(envelope: string): string | undefined {
  const { json, meta } = recordOf(parsed(envelope));
  const { sql } = recordOf(json);
  const { values, referentialEqualities } = recordOf(meta);
  const changed = values === undefined ? [] : Object.keys(recordOf(values));
  const isPlain =
    referentialEqualities === undefined && changed.every((path) => /^(?:params|typings)(?:\.|$)/.test(path));
  return typeof sql === "string" && isPlain && !Array.isArray(values) ? sql : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
