import type { Hex } from "@lloom/protocol/commitment-types";
import { jsonText } from "@lloom/protocol/json-text";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { type Answered, type AskEvent, paidFor } from "../../client/question.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { AskingTerms } from "../ask/asking-flags.ts";
import type { Buyer } from "../ask/buying.ts";
import { coloured } from "../colour.ts";
import { announce, type CommandContext } from "../command.ts";
import type { ProgressLine } from "../progress-line.ts";
import { textFor } from "../terminal-text.ts";
import { type Conversation, messagesWith, type PaidTurn, paidSoFar, receiptOfTurn } from "./conversation.ts";
import { type SavedConversation, saveConversation, writeNew } from "./conversation-file.ts";
import { noteConversation } from "./last-conversation.ts";
import { type TypedLine, typedLine } from "./typed-line.ts";
import { helpLines, modelLines, paidSentence, receiptLines } from "./words.ts";

export interface Talking {
  readonly context: CommandContext;
  readonly buyer: Buyer;
  readonly terms: AskingTerms;
  readonly progress: ProgressLine;
  /** Where it is noted what the conversation is made of. */
  readonly notePath: string;
  readonly begun: SavedConversation;
}

/** A conversation as it goes on: hears lines, asks, and says what came. */
export class Talk {
  readonly #talking: Talking;
  #model: string;
  #conversation: Conversation;
  /** Stops the answer that comes now. */
  #stopping: AbortController | undefined;

  constructor(talking: Talking) {
    this.#talking = talking;
    const { model, system, turns } = talking.begun;
    this.#model = model;
    this.#conversation = { system, turns };
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  /** Base units. */
  get paid(): bigint {
    return paidSoFar(this.#conversation, this.#talking.buyer.chain.domain);
  }

  /** Stops the answer that comes now: its executor makes no more of it, and what was made is paid. */
  stop(): void {
    this.#stopping?.abort();
  }

  /** Does what a line asks for; false for one that ends the conversation. What fails at a terminal is said, and ends nothing. */
  async hear(line: string, isTerminal: boolean): Promise<boolean> {
    const typed = typedLine(line);
    if (typed.type === "quit") return false;
    try {
      await this.#obey(typed);
    } catch (thrown) {
      this.#talking.progress.clear();
      const { signal, json } = this.#talking.context;
      if (!isTerminal || signal.aborted) throw thrown;
      const { code, message, next, retryable, details } = asLloomError(thrown);
      const told = json ? jsonText({ error: { code, message, next, retryable, details } }) : `${message}\n  ${next}`;
      const style = code === "CANCELLED" ? "dim" : "red";
      process.stderr.write(`${json ? told : coloured(style, told, process.stderr)}\n`);
    }
    return true;
  }

  async #obey(typed: TypedLine): Promise<void> {
    switch (typed.type) {
      case "question":
        return await this.#ask(typed.text);
      case "models":
        return await this.#tellModels();
      case "model":
        return await this.#choose(typed.name);
      case "receipt":
        return this.#tellReceipt(typed);
      case "save":
        return this.#save(typed.file);
      case "clear":
        return this.#clear();
      case "help":
        return this.#say({ event: "help" }, helpLines().join("\n"));
      case "wrong":
        throw new LloomError("COMMAND_INVALID", typed.problem, { next: "/help says what can be typed." });
      default:
        return undefined;
    }
  }

  async #ask(question: string): Promise<void> {
    const { context, terms, buyer, progress, notePath } = this.#talking;
    const { sampling, maxOutboundTokens } = terms;
    const messages = messagesWith(this.#conversation, question);
    const stopping = new AbortController();
    this.#stopping = stopping;
    const signal = AbortSignal.any([context.signal, stopping.signal]);
    const asked = { model: this.#model, messages, sampling, maxOutboundTokens, whole: context.json };
    const heard: Heard = { text: "", end: undefined, signed: undefined, startedMs: steadyClock() };
    try {
      for await (const event of buyer.client.ask(asked, signal)) this.#hearEvent(event, heard);
    } catch (thrown) {
      if (heard.text !== "" && !context.json) process.stdout.write("\n");
      throw stopping.signal.aborted ? this.#stopped(thrown, heard.signed) : longTalk(thrown, messages.length);
    } finally {
      progress.clear();
      this.#stopping = undefined;
    }
    const { end, text } = heard;
    if (end === undefined) throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
    const turn = turnOf(end, { question, answer: text, domain: buyer.chain.domain });
    // What was said has to be in what is sent next, and nothing is no answer.
    this.#conversation = { ...this.#conversation, turns: [...this.#conversation.turns, turn] };
    this.#tell(turn, end, steadyClock() - heard.startedMs);
    noteConversation(notePath, { model: this.#model, ...this.#conversation });
  }

  #hearEvent(event: AskEvent, heard: Heard): void {
    const { context, progress } = this.#talking;
    if (event.type === "signed") heard.signed = event.requestHash;
    if (event.type === "end") heard.end = event;
    if (event.type === "executor" && heard.text === "" && !context.json)
      progress.show(`Asking ${event.executor.slice(0, 10)} ...`);
    if (event.type === "status" && event.state === "queued" && !context.json)
      progress.show(`Waiting there, ${event.position} before this one ...`);
    if (event.type !== "text") return;
    if (heard.text === "") progress.clear();
    heard.text += event.text;
    if (!context.json) process.stdout.write(textFor(process.stdout, event.text));
  }

  #tell(turn: PaidTurn, { executor, finishReason, attempts }: Answered, tookMs: number): void {
    const { context, buyer } = this.#talking;
    const { chain } = buyer;
    if (!context.json) {
      process.stdout.write("\n");
      const paid = paidSentence(chain, this.#conversation, turn);
      process.stderr.write(`${coloured("dim", paid, process.stderr)}\n`);
      return;
    }
    const { inboundTokens, outboundTokens } = turn.receipt.response;
    const { answer, requestHash, paid, receipt, domain, salts } = turn;
    const bare = { prompt: { salt: salts.prompt }, answer: { salt: salts.answer } };
    context.print(
      jsonText({
        ...{ event: "answer", answer, model: this.#model, executor, requestHash, finishReason, attempts },
        ...{
          inboundTokens: Number(inboundTokens),
          outboundTokens: Number(outboundTokens),
          cost: paid,
          soFar: this.paid,
          token: tokenOf(chain),
        },
        ...{ tookMs: Math.round(tookMs), receipt: receiptFileToData({ ...receipt, domain }, bare) },
      }),
    );
  }

  /** What a stopped answer comes to of which no receipt came. */
  #stopped(thrown: unknown, requestHash: Hex | undefined): LloomError {
    const { store, chain } = this.#talking.buyer;
    const fate = requestHash === undefined ? undefined : store.fate(requestHash);
    const most = fate?.cost ?? 0n;
    const paid = most === 0n ? "It costs nothing" : `It may cost ${shownTokens(chain, most)} at most`;
    return new LloomError("CANCELLED", `Stopped, and no receipt came. ${paid}.`, {
      cause: thrown,
      next: "Ask again, or something else.",
    });
  }

  async #tellModels(): Promise<void> {
    const { buyer } = this.#talking;
    const models = await buyer.client.models();
    if (models.length === 0)
      throw new LloomError("NO_EXECUTOR", "Nobody offers anything.", { next: "lloom doctor says why." });
    this.#say({ event: "models", models, token: tokenOf(buyer.chain) }, modelLines(buyer.chain, models).join("\n"));
  }

  async #choose(name: string): Promise<void> {
    const found = await this.#talking.buyer.client.model(name);
    if (found === undefined)
      throw new LloomError("MODEL_NOT_FOUND", `Nobody offers "${name}" now; ${this.#model} stays.`, {
        next: "/models shows what is sold.",
      });
    this.#model = name;
    this.#say({ event: "model", model: name }, `Going on with ${name}.`);
  }

  #tellReceipt({ number, file }: Extract<TypedLine, { type: "receipt" }>): void {
    const { turns } = this.#conversation;
    const wanted = number ?? turns.length;
    const turn = turns[wanted - 1];
    const receipt = receiptOfTurn(this.#conversation, wanted);
    if (turn === undefined || receipt === undefined)
      throw new LloomError(
        "COMMAND_INVALID",
        turns.length === 0 ? "There is no answer yet." : "There is no such answer.",
        {
          next: turns.length === 0 ? "Ask something first." : `Give a number from 1 to ${turns.length}.`,
        },
      );
    const data = receiptFileToData(receipt.receipt, receipt.content);
    const { chain } = this.#talking.buyer;
    if (file === undefined) {
      this.#say({ event: "receipt", number: wanted, receipt: data }, receiptLines(chain, turn).join("\n"));
      return;
    }
    const path = givenPlace(file, "The file");
    writeNew(path, `${JSON.stringify(data)}\n`);
    this.#say({ event: "kept", file: path }, `Kept: lloom receipt verify ${file}`);
  }

  #save(file: string): void {
    const path = givenPlace(file, "The file");
    saveConversation(path, { model: this.#model, ...this.#conversation });
    this.#say({ event: "saved", file: path }, `Saved, readable to you alone: lloom chat --continue ${file}`);
  }

  #clear(): void {
    const { system } = this.#conversation;
    this.#conversation = { system, turns: [] };
    this.#say({ event: "cleared" }, "Nothing was said yet.");
  }

  #say(event: Readonly<Record<string, unknown>>, sentence: string): void {
    announce(this.#talking.context, event, sentence);
  }
}

interface Heard {
  text: string;
  end: Answered | undefined;
  signed: Hex | undefined;
  readonly startedMs: number;
}

const turnOf = (end: Answered, said: Pick<PaidTurn, "question" | "answer" | "domain">): PaidTurn => ({
  ...said,
  ...{ requestHash: end.requestHash, receipt: end.receipt, salts: end.salts, paid: paidFor(end) },
});

/** A conversation that has grown too long for its model is no question that can be asked another way. */
function longTalk(thrown: unknown, messages: number): LloomError {
  const error = asLloomError(thrown);
  if (error.code !== "CONTEXT_EXCEEDED" || messages <= 1) return error;
  return new LloomError(error.code, error.message, {
    cause: thrown,
    next: "All that was said is sent with each question: /clear begins again, /model NAME goes on with a larger one.",
  });
}
