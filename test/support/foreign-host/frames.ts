/** docs/protocol/encoding.md, "Frames", over a libp2p stream. */
import type { Stream } from "@libp2p/interface";
import { fromCbor, type Message, toCbor } from "./cbor.ts";

const FRAME_BYTES = 4_194_304;

/** What the other side sends, as it comes, until it ends. Listens from the call on, so that nothing is missed. */
export function incoming(stream: Stream): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let isOver = false;
  let wake: () => void = () => undefined;
  const end = (): void => {
    isOver = true;
    wake();
  };
  stream.addEventListener("message", ({ data }) => {
    parts.push(data.subarray());
    wake();
  });
  stream.addEventListener("remoteCloseWrite", end);
  stream.addEventListener("close", end);
  return (async function* () {
    for (;;) {
      const part = parts.shift();
      if (part !== undefined) yield part;
      else if (isOver) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  })();
}

/** Messages out of frames. */
export async function* messagesOf(stream: Stream): AsyncGenerator<Message> {
  let rest = new Uint8Array();
  for await (const part of incoming(stream)) {
    rest = Uint8Array.from([...rest, ...part]);
    for (let head = lengthAt(rest); head !== undefined; head = lengthAt(rest)) {
      const end = head.bytes + head.length;
      if (rest.length < end) break;
      yield fromCbor(rest.slice(head.bytes, end)) as Message;
      rest = rest.slice(end);
    }
  }
}

/** Sends one message as a frame. */
export function sendFrame(stream: Stream, message: Message): void {
  const body = toCbor(message);
  stream.send(Uint8Array.from([...varint(body.length), ...body]));
}

/** One message each way, to the end of each direction: docs/protocol/calls.md. */
export async function call(stream: Stream, question: Message): Promise<Message> {
  const reply = wholeOf(incoming(stream));
  stream.send(toCbor(question));
  await stream.close();
  return fromCbor(await reply) as Message;
}

/** The answering side of a call. */
export async function answerCall(stream: Stream, answer: (question: Message) => Message): Promise<void> {
  const question = fromCbor(await wholeOf(incoming(stream))) as Message;
  stream.send(toCbor(answer(question)));
  await stream.close();
}

async function wholeOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const whole: Uint8Array[] = [];
  for await (const part of parts) whole.push(part);
  return Uint8Array.from(Buffer.concat(whole));
}

function varint(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function lengthAt(bytes: Uint8Array): { length: number; bytes: number } | undefined {
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    length |= (byte & 0x7f) << (7 * at);
    if (length > FRAME_BYTES || at > 3) throw new RangeError("a frame is too large");
    if (byte < 0x80) return { length, bytes: at + 1 };
  }
  return undefined;
}
