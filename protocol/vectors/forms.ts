import { canonicalJson, type JsonValue } from "../src/canonical.ts";
import { argumentsForm } from "../src/form/answer-form.ts";
import { valueProblem } from "../src/form/check-value.ts";
import { FEATURES, featuresNeeded } from "../src/form/features.ts";
import { readSchema } from "../src/form/read-schema.ts";
import { readCalls, type Tool, toolsText, turnText } from "../src/form/tools.ts";
import { asLloomError } from "../src/lloom-error.ts";
import { type Sampling, samplingSchema, unknownParameter } from "../src/messages.ts";

const PLAIN: Sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };

/** What each parameter may be, one beside the plain ones. */
const RIGHT: readonly Partial<Sampling>[] = [
  { seed: 0, seedHigh: 1 },
  { minPMilli: 1000 },
  { presencePenaltyMilli: -2000 },
  { frequencyPenaltyMilli: 1 },
  { repeatPenaltyMilli: 10_000 },
  {
    logitBias: [
      [0, -100_000],
      [4_294_967_295, 1],
    ],
  },
  { responseFormat: "json", jsonSchema: '{"type":"object"}' },
  { toolUse: { choice: "auto", most: 16 } },
  { toolUse: { choice: "required", name: "get_weather-2", most: 1 } },
  { embedding: {} },
  { embedding: { dimensions: 8192 } },
];

/** What none may be. What asks for nothing has one form: it is left out. */
const WRONG: readonly (readonly [string, Record<string, unknown>])[] = [
  ["seedHigh without seed", { seedHigh: 1 }],
  ["seedHigh that is none", { seed: 1, seedHigh: 0 }],
  ["minPMilli that asks for nothing", { minPMilli: 0 }],
  ["presencePenaltyMilli that asks for nothing", { presencePenaltyMilli: 0 }],
  ["presencePenaltyMilli above its range", { presencePenaltyMilli: 2001 }],
  ["frequencyPenaltyMilli that asks for nothing", { frequencyPenaltyMilli: 0 }],
  ["repeatPenaltyMilli that asks for nothing", { repeatPenaltyMilli: 1000 }],
  ["repeatPenaltyMilli of no weight", { repeatPenaltyMilli: 0 }],
  ["logitBias without one", { logitBias: [] }],
  ["logitBias that asks for nothing", { logitBias: [[7, 0]] }],
  [
    "logitBias out of order",
    {
      logitBias: [
        [7, 1],
        [3, 1],
      ],
    },
  ],
  [
    "logitBias with a token twice",
    {
      logitBias: [
        [7, 1],
        [7, 2],
      ],
    },
  ],
  ["jsonSchema of an answer that is text", { jsonSchema: '{"type":"object"}' }],
  ["toolUse of an answer that is JSON", { responseFormat: "json", toolUse: { choice: "auto", most: 1 } }],
  ["a named function that need not be called", { toolUse: { choice: "auto", name: "f", most: 1 } }],
  ["toolUse of no call", { toolUse: { choice: "auto", most: 0 } }],
  ["embedding of no dimensions", { embedding: { dimensions: 0 } }],
  ["embedding of too many dimensions", { embedding: { dimensions: 8193 } }],
  ["embedding beside a temperature", { embedding: {}, temperatureMilli: 1 }],
  ["embedding beside stop strings", { embedding: {}, stop: ["."] }],
  ["embedding beside a seed", { embedding: {}, seed: 1 }],
  ["embedding beside functions", { embedding: {}, toolUse: { choice: "auto", most: 1 } }],
  ["a function whose name has a blank", { toolUse: { choice: "required", name: "a b", most: 1 } }],
];

/** Schemas, with values that meet them and values that do not: where. */
const SCHEMAS: readonly { readonly schema: JsonValue; readonly values: readonly JsonValue[] }[] = [
  { schema: { type: "object" }, values: [{}, { a: 1 }, [], null] },
  {
    schema: {
      type: "object",
      properties: {
        name: { type: "string", minLength: 1, maxLength: 3 },
        age: { type: ["integer", "null"], minimum: 0 },
      },
      required: ["name"],
      additionalProperties: false,
    },
    values: [
      { name: "🧶🧶🧶" },
      { name: "abcd" },
      { name: "a", age: null },
      { name: "a", age: -1 },
      { age: 1 },
      { name: "a", b: 1 },
    ],
  },
  {
    schema: { type: "array", items: { anyOf: [{ const: 1 }, { enum: ["a", { b: 2 }] }] }, minItems: 1, maxItems: 2 },
    values: [[1], ["a", { b: 2 }], [], [1, 1, 1], [2]],
  },
  {
    schema: {
      $ref: "#/$defs/node",
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    },
    values: [{}, { next: { next: {} } }, { next: { next: 1 } }],
  },
  { schema: { type: "integer", exclusiveMinimum: 2, maximum: 4.5 }, values: [3, 4, 2, 5, 3.5, "3"] },
];

const REFUSED_SCHEMAS: readonly JsonValue[] = [
  { type: "string", pattern: "^a" },
  { type: "number", minimum: 0 },
  { oneOf: [{ type: "string" }] },
  { type: "string", enum: ["a"], minLength: 1 },
  { $ref: "https://example.org/schema" },
  {
    anyOf: [
      { type: "object", properties: { x: { $ref: "#" }, y: { const: 1 } }, required: ["x", "y"] },
      { type: "object", properties: { x: { $ref: "#" }, y: { const: 2 } }, required: ["x", "y"] },
    ],
  },
  { type: "string", anyOf: [{ type: "string" }, { type: "integer" }] },
  { type: ["integer", "number"], minimum: 0 },
  { $ref: "#/$defs/none" },
  { $ref: "#/$defs/loop", $defs: { loop: { $ref: "#/$defs/loop" } } },
  { type: "text" },
  { type: "string", minLength: 3, maxLength: 2 },
  { type: "object", required: ["a"], additionalProperties: false },
  { type: "object", required: "a" },
  { type: [] },
  "object",
];

const TOOLS: readonly Tool[] = [
  {
    name: "get_weather",
    description: "Weather.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
  { name: "now" },
];

const ANSWERS: readonly string[] = [
  "No call.",
  turnText("", [{ name: "now", arguments: "{}" }]),
  turnText("Let me see.", [
    { name: "get_weather", arguments: '{"city":"</tool_call>"}' },
    { name: "now", arguments: "{}" },
  ]),
  '<tool_call>\n{"name": "now", "arguments": {}}',
  '<tool_call>\n{"name": "now", "arguments": 1}\n</tool_call>',
  '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call> and more',
];

const refusalOf = (schema: JsonValue): string => {
  try {
    readSchema(schema);
    return "none";
  } catch (thrown) {
    return asLloomError(thrown).code;
  }
};

/** forms.json: parameters that came after the first ones, schemas, functions and calls of them. */
export const formVectors = () => ({
  features: FEATURES,
  right: RIGHT.map((parameters) => {
    const sampling = { ...PLAIN, ...parameters };
    return { parameters, features: featuresNeeded(sampling, []) };
  }),
  wrong: WRONG.map(([why, parameters]) => ({ why, parameters })),
  schemas: SCHEMAS.map(({ schema, values }) => ({
    schema,
    values: values.map((value) => ({ value, problem: valueProblem(readSchema(schema), value) ?? null })),
  })),
  refusedSchemas: REFUSED_SCHEMAS.map((schema) => ({ schema, code: refusalOf(schema) })),
  tools: { tools: TOOLS, content: toolsText(TOOLS), kinds: TOOLS.map((tool) => argumentsForm(tool).root.kind) },
  answers: ANSWERS.map((text) => ({ text, told: readCalls(text) ?? null })),
});

/** Whether parameters are taken, for a test of the lists above. */
export const isTaken = (parameters: object): boolean => {
  const parsed = samplingSchema.safeParse({ ...PLAIN, ...parameters });
  return parsed.success && unknownParameter(parsed.data) === undefined && canonicalJson({ ...parameters }) !== "{}";
};
