import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import { jsonText } from "@lloom/protocol/json-text";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../errors.ts";

const MOST_BYTES = 1024 * 1024;
const METHOD_NOT_FOUND = -32_601;

const replySchema = z.union([
  z.object({ result: z.unknown(), error: z.null().optional() }).refine(({ result }) => result !== undefined),
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
]);

/** What a signer said or did that is of no use, and what to do about it. */
export const signerRefused = ({ origin }: HttpEndpoint, what: string, next: string): LloomError =>
  new LloomError("SIGNER_REFUSED", `The signer at ${origin} ${what}.`, { next });

export interface SignerWait {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Calls a signer over JSON-RPC, never twice for the same thing: a person may have agreed to the first. */
export class SignerCaller {
  readonly #endpoint: HttpEndpoint;
  #id = 0;

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint;
  }

  /** What it answers to the first of the names that it knows. */
  async ask(methods: readonly string[], params: (method: string) => unknown[], waiting: SignerWait): Promise<unknown> {
    for (const method of methods) {
      const reply = await this.#call(method, params(method), waiting);
      if (!("error" in reply) || reply.error === null || reply.error === undefined)
        return "result" in reply ? reply.result : undefined;
      const { code, message } = reply.error;
      // Some say it by their words alone.
      const isUnknown = code === METHOD_NOT_FOUND || /not (supported|available|exist|found)/i.test(message);
      if (isUnknown) continue;
      throw signerRefused(
        this.#endpoint,
        `refused to answer ${method}: ${this.#endpoint.hide(message).slice(0, 200)}`,
        "See what its rules and its log say, and agree there if it asks.",
      );
    }
    throw signerRefused(
      this.#endpoint,
      `knows none of ${methods.join(", ")}`,
      "Use a signer that signs without sending: web3signer, Clef, or a node that keeps keys.",
    );
  }

  async #call(method: string, params: readonly unknown[], { signal, timeoutMs }: SignerWait) {
    const { href, authorization } = this.#endpoint;
    this.#id += 1;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(href, {
        method: "POST",
        redirect: "error",
        headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
        body: jsonText({ jsonrpc: "2.0", id: this.#id, method, params }),
        signal: AbortSignal.any([signal, late]),
      });
      const reply = replySchema.safeParse(JSON.parse(await textOf(answer))).data;
      if (reply !== undefined) return reply;
      throw new LloomError("SIGNER_REFUSED", `it answers with status ${answer.status}, and not as JSON-RPC`);
    } catch (cause) {
      if (signal.aborted) throw new LloomError("CANCELLED", "Stopped before the signer answered.", { cause });
      throw this.#unreachable(late.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause), cause);
    }
  }

  #unreachable(reason: string, cause: unknown): LloomError {
    const { origin, hide } = this.#endpoint;
    return new LloomError("SIGNER_UNREACHABLE", `The signer at ${origin} does not answer: ${hide(reason)}.`, {
      cause,
      next: "Start it, agree there if it asks, or correct --signer-url; nothing was sent.",
    });
  }
}

/** Fetch says why in the cause. */
const reasonOf = (thrown: unknown): string => {
  const { cause, message } = thrown as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
};

async function textOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new LloomError("SIGNER_REFUSED", `its answer has more than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
