import { LEAST_LOGPROB, milliNats, type TokenOdds, TRACE_TOKEN_BYTES, type TraceToken } from "@lloom/protocol/trace";
import { LloomError } from "../errors.ts";
import type { ServedOdds, WrittenOdds } from "./openai-shapes.ts";

/**
 * A server's log probabilities as a trace. Tokens go by their ids if it tells all of them (llama-server), else by their
 * bytes (OpenAI, vLLM, Ollama), which are the token's text where it tells no bytes.
 */
export function traceOf(written: readonly WrittenOdds[]): TraceToken[] {
  const hasIds = written.every((one) => [one, ...(one.top_logprobs ?? [])].every(({ id }) => typeof id === "number"));
  const oddsOf = (served: ServedOdds): TokenOdds => ({
    token: hasIds && typeof served.id === "number" ? served.id : bytesOf(served),
    logprob: served.logprob === null ? LEAST_LOGPROB : milliNats(served.logprob),
  });
  return written.map((one) => consistent(oddsOf(one), (one.top_logprobs ?? []).map(oddsOf)));
}

const bytesOf = ({ bytes, token }: ServedOdds): Uint8Array =>
  Uint8Array.from(bytes ?? Buffer.from(token)).subarray(0, TRACE_TOKEN_BYTES);

/** Two tokens may have the same bytes, and a server may round differently here and there: each token once, by one figure. */
function consistent(written: TokenOdds, told: readonly TokenOdds[]): TraceToken {
  const byName = new Map<string, TokenOdds>();
  for (const one of told) {
    const name = nameOf(one);
    if ((byName.get(name)?.logprob ?? Number.NEGATIVE_INFINITY) < one.logprob) byName.set(name, one);
  }
  const least = Math.min(...[...byName.values()].map(({ logprob }) => logprob));
  if (byName.has(nameOf(written)) || written.logprob > least) byName.set(nameOf(written), written);
  return { ...written, likeliest: [...byName.values()] };
}

const nameOf = ({ token }: TokenOdds): string =>
  typeof token === "number" ? String(token) : Buffer.from(token).toString("hex");

/** Tries of one model that end in nothing before it counts as giving none. */
const MOST_TRIES = 3;

/**
 * Which models of a server give log probabilities, by experience: the API does not say, some servers ignore the question and
 * some refuse it. A model is tried once it has answered, so that nothing is loaded for it.
 */
export class LogprobTrials {
  readonly #found = new Map<string, boolean>();
  readonly #tries = new Map<string, number>();

  gives(model: string): boolean {
    return this.#found.get(model) === true;
  }

  /** It has answered, and may be tried. */
  noteAnswer(model: string): void {
    if (!this.#found.has(model) && !this.#tries.has(model)) this.#tries.set(model, 0);
  }

  /** It was asked for log probabilities and gave none: it is not asked again. */
  noteNone(model: string): void {
    this.#found.set(model, false);
    this.#tries.delete(model);
  }

  /** Tries one model that waits for it; never throws. `ask` resolves to whether log probabilities came. */
  async tryNext(ask: (model: string) => Promise<boolean>): Promise<void> {
    const [next] = this.#tries;
    if (next === undefined) return;
    const [model, tries] = next;
    // To the end of the line.
    this.#tries.delete(model);
    const given = await ask(model).catch((thrown: unknown) => (isRefusal(thrown) ? false : undefined));
    if (given === undefined && tries + 1 < MOST_TRIES) this.#tries.set(model, tries + 1);
    else this.#found.set(model, given === true);
  }
}

/** It understood, and will not. */
const isRefusal = (thrown: unknown): boolean => thrown instanceof LloomError && thrown.code === "UNSUPPORTED";
