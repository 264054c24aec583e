/** What docs/protocol/calls.md says, asked of a node that somebody else wrote. */
import { encodeCbor } from "@lloom/protocol/cbor";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hexToBytes } from "@lloom/protocol/hex";
import { offerProblem } from "@lloom/protocol/offers";
import { healthReplySchema } from "@lloom/protocol/rpc-messages";
import { decodeOffersReply } from "@lloom/protocol/wire";
import { peerAddress } from "../../p2p/host/peer-address.ts";
import { steadyClock, toSeconds, wallClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { DocumentedCheck, Examination } from "./examination.ts";
import { Caller } from "./examined-peer.ts";
import { Broken, hold, Skipped } from "./finding.ts";

const PAGE = "docs/protocol/calls.md";
const ENCODING = "docs/protocol/encoding.md";
const NOTHING = hexToBytes(ZERO_HASH);
const QUESTION_BYTES = 4_096;
/** A peer has 100 at once, and 20 a second. */
const MOST_CALLS = 600;
const LEAST_PACE = 40;
const AT_ONCE = 12;
const ANSWERED = "answered";
/** By so much clocks may differ. */
const SKEW_MS = 60_000;
/** A connection is closed within a second of the offence. */
const EXPELLED_MS = 3_000;
const LOOK_MS = 20;

export const CALL_CHECKS: readonly DocumentedCheck[] = [
  {
    ...{ name: "health", section: `${PAGE}#health` },
    look: async (examination) => {
      const reply = healthReplySchema.safeParse(await (await examination.caller()).call({ method: "health" }));
      if (!reply.success) throw new Broken(`its reply is none: ${reply.error.issues[0]?.path.join(".")}`);
      const { role, version, nowMs } = reply.data;
      examination.role ??= role;
      const skewMs = nowMs === undefined ? 0 : Math.abs(nowMs - wallClock());
      hold(skewMs <= SKEW_MS, `its clock is ${Math.round(skewMs / 1000)} s from this one`);
      return `${role}, version ${version}`;
    },
  },
  {
    ...{ name: "offers are signed and stand", section: "docs/protocol/offers.md#which-offers-are-taken" },
    look: async (examination) => {
      const caller = await examination.caller();
      const reply = decodeOffersReply(await caller.send(encodeCbor({ method: "offers" })));
      if ("error" in reply) throw new Broken(`it is refused with ${reply.error.code}`);
      const { offers } = reply;
      const hasher = createCommitmentHasher(examination.domain);
      const nowSeconds = toSeconds(wallClock());
      for (const signed of offers) {
        const problem = offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds });
        hold(problem === undefined, `the offer of ${signed.offer.model}: ${problem?.message}`);
        const isOwn = examination.role !== "executor" || signed.offer.executor === peerAddress(caller.peerId);
        hold(isOwn, `the offer of ${signed.offer.model} is of ${signed.offer.executor}, and not its own`);
      }
      examination.offers = offers;
      if (offers.length === 0) throw new Skipped("it offers nothing now");
      return offers.map(({ offer }) => offer.model).join(", ");
    },
  },
  {
    ...{ name: "keys that are not known are ignored", section: `${ENCODING}#cbor` },
    look: async (examination) => {
      const reply = await (await examination.caller()).call({ method: "health", tomorrow: { more: [1] } });
      hold(healthReplySchema.safeParse(reply).success, "a question with a key more is not answered as one without");
      return "answered as without them";
    },
  },
  {
    ...{ name: "a call without a byte is nobody's fault", section: PAGE },
    look: async (examination) => {
      const caller = await examination.caller();
      await caller.send(new Uint8Array()).catch(() => undefined);
      const reply = await caller.call({ method: "health" });
      hold(healthReplySchema.safeParse(reply).success, "it answers nothing after that");
      return "the next one is answered";
    },
  },
  ofExecutor("an answer that is not here", `${PAGE}#answer`, ["REQUEST_INVALID"], {
    method: "answer",
    requestHash: NOTHING,
  }),
  ofExecutor(
    "an acknowledgement of what was never answered",
    `${PAGE}#acknowledge`,
    ["REQUEST_INVALID", "SIGNATURE_INVALID"],
    {
      ...{ method: "acknowledge", requestHash: NOTHING, responseHash: NOTHING },
      signature: { r: NOTHING, vs: NOTHING },
    },
  ),
  ofExecutor("a vocabulary that nobody has", `${PAGE}#vocabulary`, ["MODEL_NOT_FOUND"], {
    ...{ method: "vocabulary", hash: NOTHING, offset: 0 },
  }),
  offence("a call that is no CBOR", `${ENCODING}#cbor`, ["FRAME_INVALID"], () => Uint8Array.of(0xff, 0x00, 0x13)),
  offence("a call that ends in the middle", `${ENCODING}#cbor`, ["FRAME_INVALID"], () =>
    encodeCbor({ method: "health" }).subarray(0, 9),
  ),
  offence("a call of an unknown method", `${ENCODING}#cbor`, ["FRAME_INVALID"], () => encodeCbor({ method: "sing" })),
  offence("a call with a field out of its range", PAGE, ["FRAME_INVALID"], () =>
    encodeCbor({ method: "vocabulary", hash: NOTHING, offset: 33_554_433 }),
  ),
  offence("a call that is too large", PAGE, ["FRAME_TOO_LARGE"], () =>
    encodeCbor({ method: "health", padding: "x".repeat(QUESTION_BYTES) }),
  ),
  {
    ...{ name: "more calls than a peer has", section: PAGE },
    look: async (examination) => {
      const caller = await Caller.connect(examination.peer);
      const call = encodeCbor({ method: "health" });
      const startedMs = steadyClock();
      const codes: string[] = [];
      while (codes.length < MOST_CALLS && !codes.some((code) => code !== ANSWERED)) {
        const some = Array.from({ length: AT_ONCE }, () => caller.errorOf(call).catch((): string => ANSWERED));
        codes.push(...(await Promise.all(some)));
      }
      const refused = codes.find((code) => code !== ANSWERED);
      const pace = codes.length / ((steadyClock() - startedMs) / 1000);
      if (refused === undefined && pace < LEAST_PACE) throw new Skipped("this machine calls too slowly");
      hold(refused !== undefined, `all of ${codes.length} in a row are answered`);
      hold(refused === "RATE_LIMITED", `it is refused with ${refused}, and not RATE_LIMITED`);
      return "RATE_LIMITED";
    },
  },
];

/** A call that an executor refuses with one of these codes, without blame. */
function ofExecutor(
  name: string,
  section: string,
  codes: readonly string[],
  call: Readonly<Record<string, unknown>>,
): DocumentedCheck {
  return {
    ...{ name, section },
    look: async (examination) => {
      examination.requireRole("executor");
      const code = await (await examination.caller()).errorOf(encodeCbor(call));
      hold(codes.includes(code), `it is refused with ${code}, and not ${codes.join(" or ")}`);
      return code;
    },
  };
}

/** A call that breaks the protocol: the caller hears why, and is disconnected. */
function offence(name: string, section: string, codes: readonly string[], bytes: () => Uint8Array): DocumentedCheck {
  return {
    ...{ name, section },
    look: async ({ peer }: Examination) => {
      const caller = await Caller.connect(peer);
      const code = await caller.errorOf(bytes());
      hold(codes.includes(code), `it is refused with ${code}, and not ${codes.join(" or ")}`);
      await expelled(caller);
      return `${code}, and disconnected`;
    },
  };
}

/** Throws `Broken` for who is not disconnected soon. */
export async function expelled(caller: Caller): Promise<void> {
  for (let waitedMs = 0; caller.isConnected; waitedMs += LOOK_MS) {
    hold(waitedMs < EXPELLED_MS, "whoever broke the protocol stays connected");
    await pause(LOOK_MS);
  }
}
