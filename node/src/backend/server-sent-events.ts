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
 * Reads server-sent events however the network cut them: in the middle of a character, of a line, or of its end.
 * Comments, ids and retry times are passed over; an unfinished last event is dropped, as the standard wants.
 * Throws BACKEND_FAILED beyond the limits.
 */
export async function* readEvents(
  bytes: AsyncIterable<Uint8Array>,
  limits: StreamLimits,
): AsyncGenerator<ServerSentEvent, void, void> {
  let name: string | undefined;
  let data: string[] = [];
  for await (const line of readLines(bytes, limits)) {
    if (line === "") {
      if (data.length > 0) yield { name, data: data.join("\n") };
      name = undefined;
      data = [];
      continue;
    }
    const [field, value] = splitField(line);
    if (field === "data") data.push(value);
    if (field === "event") name = value;
    if (data.reduce((sum, one) => sum + one.length, 0) > limits.eventCharacters)
      throw tooLong("An event", limits.eventCharacters);
  }
}

async function* readLines(bytes: AsyncIterable<Uint8Array>, limits: StreamLimits): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  let total = 0;
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    total += text.length;
    if (total > limits.streamCharacters) throw tooLong("The answer", limits.streamCharacters);
    rest += text;
    /** A carriage return at the end may be half of a line end. */
    const complete = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
    const lines = complete.split(LINE_END);
    rest = (lines.pop() ?? "") + rest.slice(complete.length);
    if (rest.length > limits.eventCharacters) throw tooLong("A line", limits.eventCharacters);
    yield* lines;
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
