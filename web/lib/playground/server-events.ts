import { LloomError } from "@lloom/protocol/lloom-error";

/** Characters of one event; a receipt of a long answer is far from it. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** The data of each server-sent event of an answer, until it ends. Throws LloomError for an event without an end. */
export async function* serverEvents(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value = "" } = await reader.read();
      rest += value.replaceAll("\r", "");
      const events = rest.split("\n\n");
      rest = done ? "" : (events.pop() ?? "");
      for (const event of events) {
        const data = event.split("\n").filter((line) => line.startsWith("data:"));
        if (data.length > 0) yield data.map((line) => line.slice(5).replace(/^ /, "")).join("\n");
      }
      if (rest.length > MOST_CHARACTERS) throw new LloomError("FRAME_TOO_LARGE", "The gateway's answer has no end.");
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
