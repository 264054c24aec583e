import { canonicalJson, type JsonValue } from "@lloom/protocol/canonical";
import { argumentsForm } from "@lloom/protocol/form/answer-form";
import { SETTING_LIMITS, type ToolUse } from "@lloom/protocol/form/answer-settings";
import { readSchema } from "@lloom/protocol/form/read-schema";
import { type Tool, toolsText } from "@lloom/protocol/form/tools";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { LloomError } from "../../errors.ts";
import { invalidField } from "../http-problem.ts";
import { refuse } from "./refusals.ts";

/** A function that is offered, with its places in the body. */
export interface OfferedTool {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parameters?: object | null | undefined;
  readonly strict?: boolean | null | undefined;
  /** Such as `tools[0].function`. */
  readonly at: string;
  /** The same, of the parameters. */
  readonly parametersAt: string;
}

/** Whether functions are called: as may be, or one of this name. */
export type ToolChoice = "none" | "auto" | "required" | { readonly name: string };

/** The form that an answer is to have, whichever API asks. */
export interface FormAsked {
  readonly tools: readonly OfferedTool[];
  /** Undefined: `auto` where there are functions. */
  readonly choice: ToolChoice | undefined;
  readonly isParallel: boolean;
  readonly format: AnswerFormat | undefined;
  readonly places: FormPlaces;
}

/** Undefined: text. */
export type AnswerFormat = { readonly type: "object" } | { readonly type: "schema"; readonly schema: object };

/** Where in the body things stand, for what is wrong with them. */
export interface FormPlaces {
  readonly choice: string;
  /** The function's name in a choice. */
  readonly choiceName: string;
  readonly format: string;
  readonly schema: string;
}

/** A form in the network's terms. */
export interface AskedForm {
  /** What the model is told of functions; goes before everything else. */
  readonly before: readonly ChatMessage[];
  readonly sampling: Pick<Sampling, "responseFormat" | "jsonSchema" | "toolUse">;
}

/** Throws UNSUPPORTED, REQUEST_INVALID that name the field. */
export function formOf(asked: FormAsked): AskedForm {
  const { format, places } = asked;
  const tools = asked.tools.map(toolOf);
  const before: ChatMessage[] = tools.length === 0 ? [] : [{ role: "tools", content: toolsText(tools) }];
  const toolUse = toolUseOf(asked);
  if (format === undefined) return { before, sampling: { responseFormat: "text", ...(toolUse && { toolUse }) } };
  if (toolUse !== undefined) refuse(places.format, `${places.format} that is not text beside tools that may be called`);
  const base = { responseFormat: "json" } as const;
  if (format.type === "object") return { before, sampling: base };
  named(places.schema, () => readSchema(format.schema as JsonValue));
  // As it was given: properties are written in the schema's order.
  const jsonSchema = JSON.stringify(format.schema);
  if (jsonSchema.length > SETTING_LIMITS.schemaCharacters)
    throw invalidField(
      places.schema,
      `${places.schema} must be JSON of at most ${SETTING_LIMITS.schemaCharacters} characters.`,
    );
  return { before, sampling: { ...base, jsonSchema } };
}

function toolOf(given: OfferedTool, index: number, all: readonly OfferedTool[]): Tool {
  const { at, parametersAt, name, description, parameters, strict } = given;
  if (all.findIndex((other) => other.name === name) !== index)
    throw invalidField(`${at}.name`, `${at}.name must not be that of another function.`);
  const tool: Tool = {
    name,
    ...(description != null && { description }),
    ...(parameters != null && { parameters: parameters as Tool["parameters"] }),
    ...(strict === true && { strict }),
  };
  named(parametersAt, () => argumentsForm(tool));
  // Text that has no hash is refused here, by name.
  named(at, () => canonicalJson(tool as unknown as JsonValue));
  return tool;
}

function toolUseOf({ tools, choice: given, isParallel, places }: FormAsked): ToolUse | undefined {
  const choice = given ?? (tools.length === 0 ? "none" : "auto");
  const most = isParallel ? SETTING_LIMITS.toolCalls : 1;
  if (choice === "none" || (choice === "auto" && tools.length === 0)) return undefined;
  if (choice === "auto") return { choice, most };
  if (tools.length === 0) throw invalidField(places.choice, `${places.choice} wants a call, and there are no tools.`);
  if (choice === "required") return { choice, most };
  if (!tools.some((tool) => tool.name === choice.name))
    throw invalidField(places.choiceName, `${places.choiceName} must be that of one of the tools.`);
  // OpenAI: the function that is named is called once.
  return { choice: "required", name: choice.name, most: 1 };
}

/** What a schema's reader throws, with the field's whole name. */
function named(at: string, read: () => unknown): void {
  try {
    read();
  } catch (thrown) {
    if (!(thrown instanceof LloomError)) throw thrown;
    const inside = thrown.details["param"];
    const param = typeof inside === "string" && inside !== "" ? `${at}.${inside}` : at;
    throw new LloomError(thrown.code, `${param}: ${thrown.message}`, { details: { param }, cause: thrown });
  }
}
