import { argumentsForm } from "@lloom/protocol/form/answer-form";
import type { ToolUse } from "@lloom/protocol/form/answer-settings";
import { readSchema } from "@lloom/protocol/form/read-schema";
import { CALL_OPENS, CALL_PARTS, type Tool, toolsOf } from "@lloom/protocol/form/tools";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { LloomError } from "../../errors.ts";
import { JSON_GRAMMAR, JSON_RULES } from "./json-grammar.ts";
import { literal, SchemaRules } from "./schema-rules.ts";

/**
 * The grammar (GBNF) that an answer has to follow, or `undefined` for one that is free. Throws UNSUPPORTED, REQUEST_INVALID for
 * a schema that cannot be followed, or a function that there is not.
 */
export function answerGrammar(
  { responseFormat, jsonSchema, toolUse }: Sampling,
  messages: readonly ChatMessage[],
): string | undefined {
  if (jsonSchema !== undefined)
    return `root ::= answer\n${new SchemaRules(readSchema(JSON.parse(jsonSchema)), "answer").text}\n${JSON_RULES}`;
  if (responseFormat === "json") return JSON_GRAMMAR;
  return toolUse === undefined ? undefined : toolGrammar(toolUse, toolsOf(messages));
}

function toolGrammar({ choice, name, most }: ToolUse, tools: readonly Tool[]): string {
  const called = tools.filter((tool) => name === undefined || tool.name === name);
  if (called.length === 0)
    throw new LloomError("REQUEST_INVALID", `The conversation has no function ${name ?? "to call"}.`);
  const calls = called.map((tool, index) => {
    const { name } = tool;
    const rule = `arguments${index}`;
    const form = argumentsForm(tool);
    return {
      rules: new SchemaRules(form, rule).text,
      call: `${literal(`${JSON.stringify(name)}${CALL_PARTS[1]}`)} ${rule}`,
    };
  });
  const [opens, , closes] = CALL_PARTS;
  const further = most > 1 ? ` (${literal(`\n${opens}`)} body ${literal(closes)}){0,${most - 1}}` : "";
  const rest = opens.slice(CALL_OPENS.length);
  return [
    choice === "required"
      ? `root ::= ${literal(CALL_OPENS)} calls`
      : `root ::= text0\n${textUntil(CALL_OPENS, "calls")}`,
    `calls ::= ${literal(rest)} body ${literal(closes)}${further}`,
    `body ::= ${calls.map(({ call }) => call).join(" | ")}`,
    ...calls.map(({ rules }) => rules),
    JSON_RULES,
  ].join("\n");
}

/**
 * Text of any kind in which a mark comes at most once: then `after` follows. A rule for each beginning of the mark that was read. Only the
 * mark's first character may begin it anew, which has to be nowhere else in it.
 */
function textUntil(mark: string, after: string): string {
  const [first = ""] = mark;
  return [...mark]
    .map((next, read) => {
      const onwards = read === mark.length - 1 ? after : `text${read + 1}`;
      const again = read === 0 ? "" : ` | "${first}" text1`;
      return `text${read} ::= ("${next}" ${onwards}${again} | [^${first}${read === 0 ? "" : next}] text0)?`;
    })
    .join("\n");
}
