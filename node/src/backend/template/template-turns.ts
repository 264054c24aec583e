import { callText, type Tool, toolsOf } from "@lloom/protocol/form/tools";
import type { ChatMessage } from "@lloom/protocol/messages";

/** What a chat template is given. */
export interface TemplateInput {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** In OpenAI's shape; absent where the template is told nothing of functions. */
  readonly tools?: readonly object[];
}

/** Whether a template says by itself what functions there are, and has calls in the form of the wire: Qwen's, Hermes', SmolLM's. */
const knowsTools = (template: string): boolean => /\btools\b/.test(template) && template.includes("<tool_call>");

/**
 * A conversation as its template takes it. A template that has calls in another form, or none, gets functions and what they gave as
 * plain text, so that every model is asked for calls in the one form of the wire. Everybody who encodes it does the same. `guard` keeps text
 * from being read as control tokens.
 */
export function templateTurns(
  template: string,
  messages: readonly ChatMessage[],
  guard: (text: string) => string,
): TemplateInput {
  // Read first: the text of a list may write a control token in other ways.
  const tools: Tool[] = JSON.parse(guard(JSON.stringify(toolsOf(messages))));
  const turns = messages
    .filter(({ role }) => role !== "tools")
    .map(({ role, content }) => ({ role, content: guard(content) }));
  if (knowsTools(template)) {
    const told = tools.map((one) => ({ type: "function", function: { description: "", parameters: {}, ...one } }));
    return tools.length === 0 ? { messages: turns } : { messages: turns, tools: told };
  }
  return { messages: withTools(joinTools(turns), tools) };
}

/** What calls gave, as one turn of the user's: most templates want user and assistant to alternate. */
function joinTools(turns: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  let isGathering = false;
  for (const { role, content } of turns) {
    const isTool = role === "tool";
    const told = isTool ? `<tool_response>\n${content}\n</tool_response>` : content;
    const last = joined.at(-1);
    // What the user says next belongs to the same turn.
    if (isGathering && last !== undefined && (isTool || role === "user"))
      joined[joined.length - 1] = { role: "user", content: `${last.content}\n${told}` };
    else joined.push({ role: isTool ? "user" : role, content: told });
    isGathering = isTool;
  }
  return joined;
}

const EXAMPLE = callText({ name: "NAME", arguments: "ARGUMENTS" }).replace('"NAME"', "NAME");

/** In the system message, which is made if there is none. */
function withTools(turns: readonly ChatMessage[], tools: readonly Tool[]): readonly ChatMessage[] {
  if (tools.length === 0) return turns;
  const told = ["Functions:", ...tools.map((one) => JSON.stringify(one)), `To call one, write:\n${EXAMPLE}`].join("\n");
  const [first, ...rest] = turns;
  if (first?.role !== "system") return [{ role: "system", content: told }, ...turns];
  return [{ role: "system", content: `${first.content}\n\n${told}` }, ...rest];
}
