import { randomUUID } from "node:crypto";
import { LloomError } from "../../errors.ts";
import type { KeptBatch, LineResult } from "../../store/batches/kept-batches.ts";
import type { KeptLine } from "../../store/batches/kept-files.ts";
import { failureOf, problemOf } from "../http-problem.ts";
import { ownerOfName } from "../keys/owner.ts";
import { customIdOf, readBatchLine } from "./batch-line.ts";
import type { RunParts } from "./batch-parts.ts";
import type { BatchEndpoint } from "./line-endpoint.ts";
import { type PutOff, putOffOf } from "./put-off.ts";

/** Why a line is not asked any more. */
export type Left = "expired" | "cancelled";

const LEFT_WORDS: Readonly<Record<Left, string>> = {
  expired: "This request could not be executed before the completion window expired.",
  cancelled: "This request was not executed before the batch was cancelled.",
};

/** Asks the lines of one batch, and writes what comes of them as OpenAI's API does. */
export class LineAsker {
  readonly #parts: RunParts;
  readonly #batch: KeptBatch;

  constructor(parts: RunParts, batch: KeptBatch) {
    this.#parts = parts;
    this.#batch = batch;
  }

  /** Asks a line and keeps its result; returns why it is to be asked again later, if it is. Never throws. */
  async ask(line: KeptLine, { mayBeOffered }: { readonly mayBeOffered: boolean }): Promise<PutOff | undefined> {
    const { batches, inFlight, log } = this.#parts;
    const requestId = newRequestId();
    try {
      const told = await this.#told(line, { requestId, refusal: undefined });
      if (told instanceof LloomError) {
        const putOff = putOffOf(told, { isHeld: () => this.#isHeld(), mayBeOffered });
        log.debug({ requestId, line: line.line, code: told.code, problem: told.message, putOff }, "line not answered");
        if (putOff !== undefined) return putOff;
      }
      batches.addResults(this.#batch, [told instanceof LloomError ? this.#failed(line, requestId, told) : told]);
      inFlight.run(this.#forget(line));
      return undefined;
    } catch (thrown) {
      const { code, message: problem } = failureOf(thrown);
      // What was answered is kept by its name, and written the next time.
      log.error({ requestId, line: line.line, code, problem }, "a line's result was not written");
      return { because: "market" };
    }
  }

  /** What is told of a line that is not asked any more: what became of it where that is known. Throws STORE_FAILED. */
  async leave(line: KeptLine, why: Left): Promise<LineResult> {
    const refusal = new LloomError("CANCELLED", LEFT_WORDS[why]);
    const requestId = newRequestId();
    const told = await this.#told(line, { requestId, refusal });
    if (!(told instanceof LloomError)) return told;
    if (told.code === "STORE_FAILED") throw told;
    if (told !== refusal) return this.#failed(line, requestId, told);
    const error = { code: `batch_${why}`, message: LEFT_WORDS[why] };
    return this.#result(line, { response: null, error });
  }

  /** Whether something of the key's budget is held for what is not over. */
  #isHeld(): boolean {
    const caller = this.#parts.callerOf(ownerOfName(this.#batch.owner));
    return caller !== undefined && caller.accounts.standing(caller.key).held > 0n;
  }

  get #endpoint(): BatchEndpoint {
    const found = this.#parts.endpoints.get(this.#batch.endpoint);
    if (found !== undefined) return found;
    throw new LloomError("UNSUPPORTED", `This gateway has no ${this.#batch.endpoint}.`);
  }

  async #told(
    line: KeptLine,
    { requestId, refusal }: { readonly requestId: string; readonly refusal: LloomError | undefined },
  ): Promise<LineResult | LloomError> {
    const { read, callerOf } = this.#parts;
    const { endpoint, owner, record } = this.#batch;
    try {
      const { body: asked } = readBatchLine(line.text, { endpoint, read });
      const caller = callerOf(ownerOfName(owner));
      const call = { name: this.#nameOf(line), body: asked, requestId, caller, maxPrice: record.maxPrice, refusal };
      const { body, ...answered } = await this.#endpoint.answer(call);
      return this.#result(line, { response: { status_code: 200, request_id: requestId, body }, error: null }, answered);
    } catch (thrown) {
      return failureOf(thrown);
    }
  }

  /** Once a power failure cannot take the result any more. */
  async #forget(line: KeptLine): Promise<void> {
    await this.#parts.batches.onDisk();
    this.#endpoint.forget(this.#nameOf(line));
  }

  #failed(line: KeptLine, requestId: string, failure: LloomError): LineResult {
    const { status, body } = problemOf(failure);
    return this.#result(line, { response: { status_code: status, request_id: requestId, body }, error: null });
  }

  #result({ line, text }: KeptLine, told: object, answered?: LineResult["answered"]): LineResult {
    const { id } = this.#batch;
    const own = {
      id: `batch_req_${id.slice(id.indexOf("_") + 1)}_${line}`,
      custom_id: customIdOf(text, this.#parts.read),
    };
    return { line, text: Buffer.from(`${JSON.stringify({ ...own, ...told })}\n`), answered };
  }

  #nameOf({ line }: KeptLine): string {
    return `${this.#batch.id}/${line}`;
  }
}

const newRequestId = (): string => `req_${randomUUID()}`;
