import type OpenAI from "openai";
import { expect, vi } from "vitest";
import type { Question } from "../../node/src/client/question.ts";
import type { BatchSettings } from "../../node/src/gateway/batches/batch-parts.ts";
import { ASK } from "./staged-gateway.ts";

/** Batches by the official client, for tests. */

export const BATCH_DEADLINE = { timeout: 20_000, interval: 5 };
export const CHAT = "/v1/chat/completions" as const;
/** Rests of a moment. */
export const QUICK: Partial<BatchSettings> = { retry: { firstMs: 1, longestMs: 5 } };

export interface ToldLine {
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly body: OpenAI.ChatCompletion & { error?: { lloom_code: string } };
  } | null;
  readonly error: { readonly code: string } | null;
}

export const line = (id: string, change: object = {}, url: string = CHAT): string =>
  JSON.stringify({
    custom_id: id,
    method: "POST",
    url,
    body: { ...ASK, messages: [{ role: "user", content: id }], ...change },
  });
export const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `line-${index}`);

const send = (caller: OpenAI, lines: readonly string[]): Promise<OpenAI.FileObject> =>
  caller.files.create({ file: new File([`${lines.join("\n")}\n`], "asks.jsonl"), purpose: "batch" });

export async function batchOf(caller: OpenAI, lines: readonly string[], change: object = {}): Promise<OpenAI.Batch> {
  const { id } = await send(caller, lines);
  return caller.batches.create({ input_file_id: id, endpoint: CHAT, completion_window: "24h", ...change });
}

export async function ended(
  caller: OpenAI,
  { id }: { readonly id: string },
  status: OpenAI.Batch["status"] = "completed",
) {
  return vi.waitFor(async () => {
    const batch = await caller.batches.retrieve(id);
    expect(batch.status).toBe(status);
    return batch;
  }, BATCH_DEADLINE);
}

export async function linesOf(caller: OpenAI, file: string | null | undefined): Promise<ToldLine[]> {
  if (file === null || file === undefined) return [];
  const text = await (await caller.files.content(file)).text();
  return text
    .trimEnd()
    .split("\n")
    .map((one) => JSON.parse(one) as ToldLine);
}

export const contentOf = ({ messages }: Question): string => messages.at(-1)?.content ?? "";
