import { LloomError } from "../errors.ts";

/** One event of a stream; without a name it is a message. */
export interface ServerSentEvent {
  readonly name: string | undefined;
  readonly data: string;
}

export interface StreamLimits {
  /** Characters of one event. */
  readonly eventCharacters: number;
  /** Characters of the whole stream. */
  readonly streamCharacters: number;
}

const LINE_END = /\r\n|\n|\r/;

/**
 * Reads server-sent events however the network cut them: in the middle of a character, of a line, or of its end. Those that came
 * together are told together. Comments, ids and retry times are passed over; an unfinished last event is dropped, as the standard
 * wants. Throws BACKEND_FAILED beyond the limits.
 */
export async function* readEvents(
  bytes: AsyncIterable<Uint8Array>,
  limits: StreamLimits,
): AsyncGenerator<readonly ServerSentEvent[], void, void> {
  const decoder = new TextDecoder();
  const reader = new EventReader(limits);
  for await (const chunk of bytes) {
    const { events, problem } = reader.read(decoder.decode(chunk, { stream: true }));
    if (events.length > 0) yield events;
    if (problem !== undefined) throw problem;
  }
}

/** The state between two pieces of a stream. */
class EventReader {
  readonly #limits: StreamLimits;
  #rest = "";
  #total = 0;
  #name: string | undefined;
  #data: string[] = [];
  #length = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Events that a piece completes, and what is wrong after them. */
  read(text: string): { readonly events: readonly ServerSentEvent[]; readonly problem?: LloomError } {
    const { eventCharacters, streamCharacters } = this.#limits;
    const events: ServerSentEvent[] = [];
    this.#total += text.length;
    if (this.#total > streamCharacters) return { events, problem: tooLong("The answer", streamCharacters) };
    this.#rest += text;
    /** A carriage return at the end may be half of a line end. */
    const complete = this.#rest.endsWith("\r") ? this.#rest.slice(0, -1) : this.#rest;
    const lines = complete.split(LINE_END);
    this.#rest = (lines.pop() ?? "") + this.#rest.slice(complete.length);
    if (this.#rest.length > eventCharacters) return { events, problem: tooLong("A line", eventCharacters) };
    for (const line of lines) {
      const event = this.#take(line);
      if (event !== undefined) events.push(event);
      if (this.#length > eventCharacters) return { events, problem: tooLong("An event", eventCharacters) };
    }
    return { events };
  }

  /** The event that a line ends. */
  #take(line: string): ServerSentEvent | undefined {
    if (line !== "") {
      const [field, value] = splitField(line);
      if (field === "event") this.#name = value;
      if (field !== "data") return undefined;
      this.#data.push(value);
      this.#length += value.length;
      return undefined;
    }
    const event = this.#data.length > 0 ? { name: this.#name, data: this.#data.join("\n") } : undefined;
    this.#name = undefined;
    this.#data = [];
    this.#length = 0;
    return event;
  }
}

function splitField(line: string): [field: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}

const tooLong = (what: string, limit: number): LloomError =>
  new LloomError("BACKEND_FAILED", `${what} of the backend is longer than ${limit} characters.`);
