import OpenAI, { APIConnectionError, APIError } from "openai";
import { eventually } from "../processes.ts";
import { ATTACKED_MODEL } from "./known-answer.ts";

/** A question with what became of it. */
export interface Asked {
  readonly question: string;
  /** Name of the gateway that was asked. */
  readonly gateway: string;
  readonly isStreamed: boolean;
  readonly beganMs: number;
  readonly endedMs: number;
  /** All text that came. */
  readonly text: string;
  /** Undefined if it failed before anybody was asked or said so. */
  readonly executor: string | undefined;
  /** Of an answer. */
  readonly receipt: LloomFacts | undefined;
  /** Of a failure: what the gateway said, or "lost" when the gateway itself was gone. */
  readonly failure: string | undefined;
}

/** What the gateway says beside an answer, as far as it is read here. */
interface LloomFacts {
  readonly executor: string;
  readonly attempts: number;
  readonly cost: string;
  readonly requestHash: string;
}

const ANSWER_MS = 60_000;
const UP_MS = 90_000;
/** More than any answer can count: whoever counts all of them is found out. */
const MOST_TOKENS = 512;

/** Somebody who asks a gateway through the official client, without tries of its own. */
export class Asker {
  readonly #openai: OpenAI;
  readonly #name: string;

  constructor(name: string, url: string) {
    this.#name = name;
    this.#openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: ANSWER_MS });
  }

  /** How many executors the gateway would buy from; 0 while it is down. */
  async executors(): Promise<number> {
    const models = await this.#openai.models.list().catch(() => undefined);
    const found = models?.data.find(({ id }) => id === ATTACKED_MODEL) as { lloom?: { executors: number } } | undefined;
    return found?.lloom?.executors ?? 0;
  }

  /** Waits until the gateway answers; it may have been killed. */
  untilUp(): Promise<void> {
    return eventually(`${this.#name} is up`, UP_MS, async () => (await this.executors()) > 0);
  }

  async ask(question: string, isStreamed: boolean): Promise<Asked> {
    const asked = { question, gateway: this.#name, isStreamed, beganMs: performance.now() };
    const heard: Heard = { text: "", executor: undefined, receipt: undefined };
    try {
      await (isStreamed ? this.#stream(question, heard) : this.#whole(question, heard));
      const failure = heard.receipt === undefined ? "no receipt" : undefined;
      return { ...asked, ...heard, failure, endedMs: performance.now() };
    } catch (thrown) {
      return { ...asked, ...heard, failure: failureOf(thrown), endedMs: performance.now() };
    }
  }

  async #whole(question: string, heard: Heard): Promise<void> {
    const answer = await this.#openai.chat.completions.create(bodyOf(question));
    heard.text = answer.choices[0]?.message.content ?? "";
    note(heard, answer);
  }

  async #stream(question: string, heard: Heard): Promise<void> {
    const call = this.#openai.chat.completions.create({ ...bodyOf(question), stream: true });
    const { data: chunks, response } = await call.withResponse();
    heard.executor = response.headers.get("x-lloom-executor") ?? undefined;
    for await (const chunk of chunks) {
      heard.text += chunk.choices[0]?.delta.content ?? "";
      note(heard, chunk);
    }
  }
}

type Heard = { -readonly [Field in "text" | "executor" | "receipt"]: Asked[Field] };

const bodyOf = (question: string) => ({
  model: ATTACKED_MODEL,
  messages: [{ role: "user" as const, content: question }],
  max_tokens: MOST_TOKENS,
});

function note(heard: Heard, said: object): void {
  const { lloom } = said as { readonly lloom?: LloomFacts };
  if (lloom === undefined) return;
  heard.receipt = lloom;
  heard.executor = lloom.executor;
}

/** The official client gives a gateway that is gone no code. */
function failureOf(thrown: unknown): string {
  if (thrown instanceof APIConnectionError || !(thrown instanceof APIError)) return "lost";
  return thrown.code ?? thrown.type ?? `HTTP ${thrown.status}`;
}
