/** What of a GraphQL request decides its cost. */
export interface GraphqlBody {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Which of several operations is meant. */
  readonly operationName: string | undefined;
}

/**
 * The request in a body, or the sentence that says why it is none. Every other form that the executor would read is refused
 * here, since a query that is not seen is not measured.
 */
export function graphqlBody(contentType: string | undefined, text: string): GraphqlBody | string {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) return "The body's content type is not application/json.";
  if (text.trim() === "") return "The body is empty.";
  const body = parsed(text);
  if (body === undefined) return "The body is not JSON.";
  const { query, variables, operationName } = isRecord(body) ? body : {};
  if (typeof query !== "string") return "The body has no query: it has to be an object with the text query.";
  if (variables !== undefined && variables !== null && !isRecord(variables)) return "variables has to be an object.";
  return {
    query,
    variables: variables ?? {},
    operationName: typeof operationName === "string" ? operationName : undefined,
  };
}

/** The same in a query string: `query`, `variables` as JSON, `operationName`. */
export function graphqlQuery(given: Readonly<Record<string, string>>): GraphqlBody | string {
  const { query = "", variables = "null", operationName } = given;
  const read = parsed(variables);
  if (read !== null && !isRecord(read)) return "variables has to be an object, as JSON.";
  return { query, variables: read ?? {}, operationName };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
