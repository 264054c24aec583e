/** What docs/protocol/requests.md and docs/protocol.md say of streams, asked of a node that somebody else wrote. */
import { randomBytes } from "node:crypto";
import { encodeCbor } from "@lloom/protocol/cbor";
import { EVIDENCE_PROTOCOL, INFER_PROTOCOL } from "@lloom/protocol/names";
import { z } from "@lloom/protocol/zod";
import { encodeLength } from "../../p2p/frames/framing.ts";
import { expelled } from "./call-checks.ts";
import type { DocumentedCheck, Examination } from "./examination.ts";
import { Caller } from "./examined-peer.ts";
import { Broken, hold } from "./finding.ts";
import { strangersRequest } from "./strangers-request.ts";

const REQUESTS = "docs/protocol/requests.md#the-stream";
const FRAMES = "docs/protocol/encoding.md#frames";
const MOST_FRAME_BYTES = 4_194_304;
const errorFrame = z.object({ type: z.literal("error"), id: z.number().optional(), code: z.string() });

const framed = (message: Readonly<Record<string, unknown>>): Uint8Array => {
  const bytes = encodeCbor(message);
  return Buffer.concat([encodeLength(bytes.length), bytes]);
};

/** The error that bytes on a stream are answered with. Throws `Broken` where it is none. */
async function errorOf(caller: Caller, protocol: string, bytes: Uint8Array): Promise<z.output<typeof errorFrame>> {
  const [frame] = await caller.frames(protocol, bytes);
  const error = errorFrame.safeParse(frame).data;
  if (error === undefined) throw new Broken("it is answered, and not with an error");
  return error;
}

/** Bytes that break the protocol of requests: an error with id 0, and the end of the connection. */
function offence(name: string, section: string, code: string, bytes: () => Uint8Array): DocumentedCheck {
  return {
    ...{ name, section },
    look: async (examination: Examination) => {
      examination.requireRole("executor");
      const caller = await Caller.connect(examination.peer);
      const error = await errorOf(caller, INFER_PROTOCOL, bytes());
      hold(error.code === code, `it is refused with ${error.code}, and not ${code}`);
      hold(error.id === 0, `the error has id ${error.id}, and not 0`);
      await expelled(caller);
      return `${code}, and disconnected`;
    },
  };
}

export const STREAM_CHECKS: readonly DocumentedCheck[] = [
  offence("a frame that is no CBOR", FRAMES, "FRAME_INVALID", () => Uint8Array.of(3, 0xff, 0x00, 0x13)),
  offence("an empty frame", FRAMES, "FRAME_INVALID", () => Uint8Array.of(0)),
  offence("a length in more bytes than it needs", FRAMES, "FRAME_INVALID", () => Uint8Array.of(0x81, 0x00, 0xa0)),
  offence("a frame that is too large", FRAMES, "FRAME_TOO_LARGE", () => encodeLength(MOST_FRAME_BYTES + 1)),
  offence("a frame of an unknown type", REQUESTS, "FRAME_INVALID", () => framed({ type: "sing", id: 1 })),
  offence("a request without its fields", REQUESTS, "FRAME_INVALID", () => framed({ type: "request", id: 1 })),
  {
    ...{
      name: "a cancel of what is not open is ignored, and a request without a channel is refused",
      section: "docs/protocol/requests.md#what-an-executor-checks-of-a-request",
    },
    look: async (examination) => {
      examination.requireRole("executor");
      const caller = await examination.caller();
      const request = strangersRequest(examination);
      const error = await errorOf(caller, INFER_PROTOCOL, Buffer.concat([framed({ type: "cancel", id: 9 }), request]));
      hold(error.id === 1, `the error has id ${error.id}, and not the request's`);
      const codes = ["CHANNEL_UNDERFUNDED", "CHAIN_UNREACHABLE", "QUEUE_FULL", "DRAINING"];
      hold(codes.includes(error.code), `it is refused with ${error.code}, and not ${codes.join(" or ")}`);
      return error.code;
    },
  },
  {
    ...{ name: "a request that its client did not sign", section: "docs/protocol/errors.md" },
    look: async (examination) => {
      examination.requireRole("executor");
      const caller = await examination.caller();
      const error = await errorOf(caller, INFER_PROTOCOL, strangersRequest(examination, { isForged: true }));
      hold(error.code === "SIGNATURE_INVALID", `it is refused with ${error.code}, and not SIGNATURE_INVALID`);
      return error.code;
    },
  },
  {
    ...{ name: "evidence of what is not here", section: "docs/protocol.md#who-is-answered" },
    look: async (examination) => {
      examination.requireRole("executor");
      const caller = await examination.caller();
      const question = framed({ type: "ask", requestHash: randomBytes(32), items: ["text"] });
      const { code } = await errorOf(caller, EVIDENCE_PROTOCOL, question);
      hold(code === "EVIDENCE_REFUSED", `it is refused with ${code}, and not EVIDENCE_REFUSED`);
      return code;
    },
  },
];
