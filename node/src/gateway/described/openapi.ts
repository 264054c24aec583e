import { VERSION } from "../../version.ts";
import { Components } from "./components.ts";
import { headersOf } from "./headers-of.ts";
import { problemResponse, problemStatuses } from "./problem-responses.ts";
import { problemSchema } from "./problem-schemas.ts";
import { CALL_HEADERS, PAID_HEADERS } from "./response-headers.ts";
import { type AnswerDescription, type Route, TAGS } from "./route.ts";

/** Failures that every route may have: no key or a wrong one, a foreign host, this gateway itself, its end. */
const EVERYWHERE = [400, 401, 403, 500, 503];
/** Those of a route that asks for no key. */
const OPEN = [400, 500, 503];

/** The gateway in OpenAPI 3.1, made of its routes: whatever they read and tell stands here. Where it is to be found, whoever asks knows. */
export function openApiDocument(routes: readonly Route[]): object {
  const components = new Components();
  const operations = Map.groupBy(routes, ({ path }) => path);
  const paths = Object.fromEntries(
    [...operations].map(([path, among]) => [
      path,
      Object.fromEntries(among.map((route) => [route.method.toLowerCase(), operationOf(route, components)])),
    ]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Lloom gateway",
      version: VERSION,
      license: { name: "MIT", identifier: "MIT" },
      description:
        "OpenAI's API over a decentralized network of executors. Every answer is paid by this gateway's account and carries a receipt, signed by buyer and seller. In a request `null` stands for a field that is not there; a field that would change the answer and is not offered is refused.",
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    // A gateway that only its own machine reaches may ask for none.
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key of this gateway: lloom keys create." },
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "x-api-key",
          description: "The same, as Anthropic's clients send it.",
        },
      },
    },
  };
}

function operationOf({ path, isOpen, isGreedy, described }: Route, components: Components): object {
  const { id, tag, summary, text, query, headers = {}, body, bodyType = "application/json", answers } = described;
  const { problem = problemSchema, problems = [] } = described;
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string" } },
    ...(isGreedy === true && { description: "May hold slashes as they are." }),
  }));
  const parameters = [
    ...named,
    ...(query === undefined ? [] : components.fieldsOf(query).map((field) => ({ ...field, in: "query" }))),
    ...Object.entries(headers).map(([name, description]) => headerParameter(name, description)),
  ];
  return {
    ...{ operationId: id, tags: [tag], summary, ...(text !== undefined && { description: text }) },
    ...(isOpen === true && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { [bodyType]: { schema: components.refer(body) } } } }),
    responses: {
      ...Object.fromEntries(answers.map((answer) => [answer.status, responseOf(answer, components)])),
      ...Object.fromEntries(
        problemStatuses([...(isOpen === true ? OPEN : EVERYWHERE), ...problems], answers).map((status) => [
          status,
          problemResponse(status, components.refer(problem)),
        ]),
      ),
      default: problemResponse(undefined, components.refer(problem)),
    },
  };
}

const headerParameter = (name: string, description: string): object => ({
  ...{ name, in: "header", required: false, description, schema: { type: "string" } },
});

function responseOf(
  { text, schema, type = "application/json", event, isPaid }: AnswerDescription,
  components: Components,
) {
  const headers = { ...CALL_HEADERS, ...(isPaid === true && PAID_HEADERS) };
  const content = {
    ...(schema && { [type]: { schema: components.refer(schema) } }),
    // OpenAPI 3.1 has no word for the data of an event.
    ...(event && {
      "text/event-stream": {
        schema: { type: "string", contentMediaType: "application/json", contentSchema: components.refer(event) },
      },
    }),
  };
  return {
    description: text,
    headers: headersOf(headers),
    ...(Object.keys(content).length > 0 && { content }),
  };
}
