import { CALL_OPENS, readCalls } from "@lloom/protocol/form/tools";

/** A call of a function, with an id of its own. */
export interface ToldCall {
  readonly id: string;
  readonly name: string;
  /** JSON of an object. */
  readonly arguments: string;
}

/** What an answer says, and what it calls. */
export interface ToldMessage {
  readonly content: string;
  readonly calls: readonly ToldCall[];
}

/**
 * Reads the calls out of an answer's text. Their ids are made of the answer's, so that they are nobody else's and a repeat has the
 * same. A call that was cut off is text: nothing of what was paid for is left out.
 */
export function toldMessage(text: string, answerId: string): ToldMessage {
  const told = readCalls(text) ?? { content: text, calls: [] };
  const base = answerId.replace(/^[a-z]+[-_]/, "").replaceAll("-", "");
  const calls = told.calls.map((call, index): ToldCall => ({ id: `call_${base}_${index}`, ...call }));
  return { content: told.content, calls };
}

/** Cuts a stream where calls begin. */
export class CallSplitter {
  #held = "";

  /** What is surely content; blanks wait, as they may stand before a call. */
  push(text: string): string {
    this.#held += text;
    const content = this.#held.slice(0, contentEnd(this.#held));
    this.#held = this.#held.slice(content.length);
    return content;
  }

  /** All that was not passed on. */
  get rest(): string {
    return this.#held;
  }
}

function contentEnd(text: string): number {
  const at = text.indexOf(CALL_OPENS);
  if (at >= 0) return text.slice(0, at).trimEnd().length;
  const beginning = text.lastIndexOf(CALL_OPENS[0] ?? "");
  const mayBegin = beginning >= 0 && CALL_OPENS.startsWith(text.slice(beginning));
  return text.slice(0, mayBegin ? beginning : undefined).trimEnd().length;
}
