/** What a batch is made of: calls as OpenAI's API has them, or questions of one line each. Pure. */
import { createHash } from "node:crypto";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";

/** Calls, one in each line. */
export interface BatchInput {
  readonly text: string;
  readonly lines: number;
  readonly endpoint: string;
  /** SHA-256 of the text. */
  readonly hash: string;
}

const callSchema = z.object({ custom_id: z.string(), url: z.string() });
const CHAT = "/v1/chat/completions";

/** Calls as they stand in a file. Throws COMMAND_INVALID that names the line. */
export function callsIn(text: string): BatchInput {
  const lines = linesIn(text);
  const urls = lines.map(({ line, number }) => {
    const call = callSchema.safeParse(parsed(line)).data;
    if (call === undefined) throw noCall(number);
    return { url: call.url, number };
  });
  const endpoint = urls[0]?.url ?? "";
  const other = urls.find(({ url }) => url !== endpoint);
  if (other !== undefined)
    throw new LloomError(
      "COMMAND_INVALID",
      `Line ${other.number} is for ${other.url}, and the first for ${endpoint}.`,
      {
        next: "Put calls of each API into a file of their own.",
      },
    );
  return input(
    lines.map(({ line }) => line),
    endpoint,
  );
}

/** A question to a model in each line, by whose number its answer is found. Throws COMMAND_INVALID where there is none. */
export function questionsIn(text: string, model: string, maxTokens: number | undefined): BatchInput {
  const calls = linesIn(text).map(({ line, number }) => {
    const messages = [{ role: "user", content: line.trim() }];
    const body = { model, messages, ...(maxTokens !== undefined && { max_tokens: maxTokens }) };
    return JSON.stringify({ custom_id: `line-${number}`, method: "POST", url: CHAT, body });
  });
  return input(calls, CHAT);
}

interface Line {
  readonly line: string;
  /** As editors count. */
  readonly number: number;
}

function linesIn(text: string): readonly Line[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "");
  if (lines.length > 0) return lines;
  throw new LloomError("COMMAND_INVALID", "The file has no lines.", {
    next: "Put a call, or with --model a question, into each line.",
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const noCall = (number: number): LloomError =>
  new LloomError("COMMAND_INVALID", `Line ${number} is no call of a batch.`, {
    next: `Give lines such as {"custom_id":"a","method":"POST","url":"${CHAT}","body":{...}}, or --model NAME where each line is a question.`,
  });

function input(lines: readonly string[], endpoint: string): BatchInput {
  const text = `${lines.join("\n")}\n`;
  return { text, lines: lines.length, endpoint, hash: createHash("sha256").update(text).digest("hex") };
}
