import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { tcp } from "@libp2p/tcp";
import { createLibp2p, type Libp2p } from "libp2p";
import { FrameStream } from "../../../node/src/p2p/frames/frame-stream.ts";
import { sendingTogether, writingWhole } from "../../../node/src/p2p/transport/few-writes.ts";

/** Of the stream between the two halves. */
export const FLOOR_PROTOCOL = "/lloom-bench/floor/1";

/** What a frame says of its call: a piece of the answer, or its end. */
export const KINDS = { piece: 0, last: 1 } as const;
/** A call's number, and the kind. */
const HEADER_BYTES = 5;
const LIMITS = { maxFrameBytes: 1_048_576, frameMs: 60_000 };

/** Frames of calls over one stream. */
export interface FloorLink {
  send(call: number, kind: number, body: Uint8Array): void;
}

/** A libp2p node with nothing but TCP, noise and yamux, which write as a node's do. */
export const openFloorNode = (listen: readonly string[]): Promise<Libp2p> =>
  createLibp2p({
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [writingWhole(noise())],
    streamMuxers: [sendingTogether(yamux())],
  });

/** Sends and takes frames over a stream. What goes wrong ends this process: a floor that is in doubt is none. */
export function floorLink(
  stream: ConstructorParameters<typeof FrameStream>[0],
  onFrame: (call: number, kind: number, body: Buffer) => void,
): FloorLink {
  const waiting: Uint8Array[] = [];
  const frames = new FrameStream(stream, LIMITS, {
    onFrame: (bytes) => {
      // It is valid during this call alone.
      const frame = Buffer.from(bytes);
      onFrame(frame.readUInt32BE(0), frame.readUInt8(4), frame.subarray(HEADER_BYTES));
    },
    nextFrame: () => waiting.shift(),
    onViolation: (problem) => fail(problem.message),
    onRemoteEnd: () => process.exit(),
    onClose: () => process.exit(),
  });
  return {
    send: (call, kind, body) => {
      const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
      frame.writeUInt32BE(call, 0);
      frame.writeUInt8(kind, 4);
      frame.set(body, HEADER_BYTES);
      waiting.push(frame);
      frames.wake();
    },
  };
}

function fail(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
