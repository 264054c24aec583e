/** The form that a request asks its answer to have: a schema, or calls of functions. Executor and client check it alike. */
import { LloomError } from "../lloom-error.ts";
import type { ChatMessage, Sampling } from "../messages.ts";
import type { ToolUse } from "./answer-settings.ts";
import { valueProblem } from "./check-value.ts";
import { checkTexts } from "./embedding.ts";
import type { SchemaForm } from "./json-form.ts";
import { jsonOf } from "./json-of.ts";
import { readSchema } from "./read-schema.ts";
import { readCalls, type Tool, toolsOf, turnsProblem } from "./tools.ts";
import { readVectors } from "./vectors.ts";

/** A form as it was asked for, read. */
export interface AnswerForm {
  /** Absent: none. */
  readonly schema?: SchemaForm;
  /** Absent: no function may be called. */
  readonly calls?: CallsForm;
}

interface CallsForm {
  readonly use: ToolUse;
  /** Functions that may be called, with what their arguments have to be. */
  readonly callable: ReadonlyMap<string, SchemaForm>;
}

/** What the arguments of a function have to be: exactly that where it is strict, else as far as that can be told. */
export function argumentsForm({ parameters = {}, strict = false }: Tool): SchemaForm {
  const form = readSchema({ type: "object", ...parameters }, { isLenient: !strict });
  return form.root.kind === "any" ? { ...form, root: { kind: "object", properties: [], further: "any" } } : form;
}

/** Throws UNSUPPORTED, REQUEST_INVALID for what cannot be asked for, or makes no sense. */
export function readForm({ jsonSchema, toolUse, embedding }: Sampling, messages: readonly ChatMessage[]): AnswerForm {
  if (embedding !== undefined) checkTexts(messages);
  const turns = turnsProblem(messages);
  if (turns !== undefined) throw new LloomError("REQUEST_INVALID", `${turns}.`);
  const tools = toolsOf(messages);
  const schema = jsonSchema === undefined ? {} : { schema: readSchema(jsonOf(jsonSchema)) };
  if (toolUse === undefined) return schema;
  const called = tools.filter(({ name }) => toolUse.name === undefined || name === toolUse.name);
  if (called.length === 0)
    throw new LloomError("REQUEST_INVALID", `The conversation has no function ${toolUse.name ?? "to call"}.`);
  return { calls: { use: toolUse, callable: new Map(called.map((tool) => [tool.name, argumentsForm(tool)])) } };
}

/** A form by which a whole answer is told right or wrong. */
export type ToldForm = "calls" | "schema";

/** Which of them a request asks for; undefined where every text will do, or a string may cut it off anywhere. */
export function toldForm({ jsonSchema, toolUse, stop }: Sampling): ToldForm | undefined {
  if (stop.length > 0) return undefined;
  if (jsonSchema !== undefined) return "schema";
  return toolUse === undefined ? undefined : "calls";
}

/** An answer, with what it was asked by. */
export interface FormedAnswer {
  readonly text: string;
  /** Whether the model ended it: one that was cut off may have any form. */
  readonly isWhole: boolean;
  readonly sampling: Sampling;
  readonly messages: readonly ChatMessage[];
}

/** Why an answer is not of the form that was asked for, or `undefined`. Throws as `readForm`. */
export function formProblem({ text, isWhole, sampling, messages }: FormedAnswer): string | undefined {
  const { embedding } = sampling;
  if (embedding !== undefined) return vectorsProblem({ text, isWhole, messages, dimensions: embedding.dimensions });
  if (!isWhole || toldForm(sampling) === undefined) return undefined;
  const { schema, calls } = readForm(sampling, messages);
  if (schema !== undefined) return schemaProblem(schema, text);
  return calls && callsProblem(calls, text);
}

/** One that was cut off has some of the vectors, each of them whole. */
function vectorsProblem({
  text,
  isWhole,
  messages,
  dimensions,
}: Omit<FormedAnswer, "sampling"> & { readonly dimensions: number | undefined }): string | undefined {
  const vectors = readVectors(text);
  if (typeof vectors === "string") return vectors;
  const [first] = vectors;
  if (first !== undefined && dimensions !== undefined && first.length !== dimensions)
    return `The vectors have ${first.length} numbers in place of ${dimensions}.`;
  const isRight = isWhole ? vectors.length === messages.length : vectors.length < messages.length;
  return isRight ? undefined : `The answer has ${vectors.length} vectors of ${messages.length} texts.`;
}

function schemaProblem(schema: SchemaForm, text: string): string | undefined {
  const value = jsonOf(text);
  const problem = value === undefined ? "" : valueProblem(schema, value);
  return problem === undefined ? undefined : `The answer does not meet the schema${problem && ` at ${problem}`}.`;
}

function callsProblem({ use, callable }: CallsForm, text: string): string | undefined {
  const told = readCalls(text);
  if (told === undefined) return "The answer has a call that is none.";
  if (told.calls.length > use.most) return "The answer has more calls than were allowed.";
  if (told.calls.length === 0) return use.choice === "required" ? "The answer calls no function." : undefined;
  for (const call of told.calls) {
    const form = callable.get(call.name);
    if (form === undefined) return "The answer calls a function that it may not.";
    if (valueProblem(form, jsonOf(call.arguments)) !== undefined)
      return "The arguments of a call are not what the function takes.";
  }
  return undefined;
}
