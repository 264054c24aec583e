import type { Stream } from "@libp2p/interface";
import { LloomError } from "../../errors.ts";

/**
 * Everything that the other side sends until it ends; call it before the end can have come. Throws FRAME_TOO_LARGE as soon as
 * there is more than `maxBytes`, STREAM_INTERRUPTED when the stream is lost, EXECUTOR_TIMEOUT at the signal.
 *
 * A process that is killed ends its connection as one that hangs up does, and libp2p then ends every stream on it; one that
 * stops ends each stream in order, whether it has said anything or not. So only an end that the other side has said for this
 * stream makes what came a message, and nothing is none.
 */
export function readToEnd(stream: Stream, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let isSaid = stream.status === "open" && stream.remoteWriteStatus === "closed";
  const onSaid = () => {
    isSaid = true;
  };
  const onEnd = () => {
    if (isSaid && bytes > 0) resolve(Buffer.concat(parts, bytes));
    else reject(new LloomError("STREAM_INTERRUPTED", "The connection was lost."));
  };
  const onClose = () => {
    isSaid &&= stream.readableEnded && stream.status !== "aborted" && stream.status !== "reset";
    onEnd();
  };
  const onAbort = () => reject(new LloomError("EXECUTOR_TIMEOUT", "The peer did not send all in time."));
  stream.addEventListener("message", ({ data }) => {
    bytes += data.byteLength;
    if (bytes > maxBytes) reject(new LloomError("FRAME_TOO_LARGE", `A message of more than ${maxBytes} bytes.`));
    else parts.push(data.subarray());
  });
  stream.addEventListener("remoteCloseWrite", onSaid, { once: true });
  stream.addEventListener("end", onEnd, { once: true });
  stream.addEventListener("close", onClose, { once: true });
  signal.addEventListener("abort", onAbort, { once: true });
  if (stream.readableEnded) onEnd();
  else if (stream.status !== "open" && stream.readBufferLength === 0) onClose();
  if (signal.aborted) onAbort();
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

/** Sends all and ends this direction. Throws STREAM_INTERRUPTED when the stream is lost or the signal comes first. */
export async function sendAll(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  try {
    stream.send(bytes);
    await stream.close({ signal });
  } catch (cause) {
    throw new LloomError("STREAM_INTERRUPTED", "The connection was lost.", { cause });
  }
}

/** Whether a peer broke the protocol. */
export const isViolation = ({ code }: LloomError): boolean => code === "FRAME_INVALID" || code === "FRAME_TOO_LARGE";
