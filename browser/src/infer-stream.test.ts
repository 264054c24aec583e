import type { Stream } from "@libp2p/interface";
import type { ExecutorFrame, RequestFrame } from "@lloom/protocol/messages";
import { decodeClientFrame, encodeExecutorFrame } from "@lloom/protocol/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeLength, FrameDecoder } from "../../node/src/p2p/frames/framing.ts";
import { randomClientFrame } from "../../protocol/test/random-messages.ts";
import { seeded } from "../../protocol/test/seeded.ts";
import { CANCEL_GRACE_MS, InferStream } from "./infer-stream.ts";

/** A stream whose other end is the test: what was sent to it, and what it says. */
class OtherEnd extends EventTarget {
  readonly heard: string[] = [];
  status = "open";
  readonly #decoder = new FrameDecoder(1 << 20);

  send(bytes: Uint8Array): boolean {
    for (const frame of this.#decoder.push(bytes)) {
      const { type, id } = decodeClientFrame(frame);
      this.heard.push(`${type} ${id}`);
    }
    return true;
  }

  abort(): void {
    this.status = "aborted";
  }

  say(frame: ExecutorFrame): void {
    const bytes = encodeExecutorFrame(frame);
    const data = Uint8Array.from([...encodeLength(bytes.length), ...bytes]);
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

function aRequest(): Omit<RequestFrame, "id"> {
  for (let seed = 1; ; seed += 1) {
    const made = randomClientFrame(seeded(seed));
    if (made.type === "request") return made;
  }
}

const TOKEN = { type: "token", id: 1, text: "The " } as const;
const ENDED = { type: "error", id: 1, code: "CANCELLED", message: "No text yet." } as const;

describe("an answer that the page stops", () => {
  const other = (): { end: OtherEnd; stream: InferStream } => {
    const end = new OtherEnd();
    return { end, stream: new InferStream(end as unknown as Stream) };
  };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("goes on until the executor has ended it, who is told once", async () => {
    const { end, stream } = other();
    const stop = new AbortController();
    const frames = stream.request(aRequest(), stop.signal);
    const first = frames.next();
    end.say(TOKEN);
    expect((await first).value).toMatchObject(TOKEN);
    stop.abort();
    end.say(ENDED);
    expect((await frames.next()).value).toMatchObject(ENDED);
    expect((await frames.next()).done).toBe(true);
    expect(end.heard).toEqual(["request 1", "cancel 1"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends by itself when the executor does not end it in time, and others on the stream go on", async () => {
    const { end, stream } = other();
    const stop = new AbortController();
    const left = stream.request(aRequest(), stop.signal).next();
    const kept = stream.request(aRequest(), new AbortController().signal).next();
    stop.abort();
    const failed = expect(left).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
    await vi.advanceTimersByTimeAsync(CANCEL_GRACE_MS - 1);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    end.say(TOKEN);
    end.say({ ...TOKEN, id: 2 });
    expect((await kept).value).toMatchObject({ id: 2 });
    expect(stream.isOpen).toBe(true);
  });

  it("is stopped as well by whoever reads no further", async () => {
    const { end, stream } = other();
    const frames = stream.request(aRequest(), new AbortController().signal);
    const first = frames.next();
    end.say(TOKEN);
    await first;
    await frames.return(undefined);
    expect(end.heard).toEqual(["request 1", "cancel 1"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
