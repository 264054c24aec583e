import { EVIDENCE_PROTOCOL, INFER_PROTOCOL, KAD_PROTOCOL, RPC_PROTOCOL } from "@lloom/protocol/names";
import { asLloomError } from "../../errors.ts";
import { peerAddress } from "../../p2p/host/peer-address.ts";
import { CALL_CHECKS } from "./call-checks.ts";
import { type DocumentedCheck, Examination, type Examined } from "./examination.ts";
import { Broken, hold, type Line, Skipped } from "./finding.ts";
import { STREAM_CHECKS } from "./stream-checks.ts";

const OVERVIEW = "docs/protocol.md";

const FIRST: readonly DocumentedCheck[] = [
  {
    ...{ name: "it is dialled, and its key is an account's", section: "docs/protocol/signing.md#keys" },
    look: async (examination) => peerAddress((await examination.caller()).peerId),
  },
];

const SECOND: readonly DocumentedCheck[] = [INFER_PROTOCOL, EVIDENCE_PROTOCOL, RPC_PROTOCOL, KAD_PROTOCOL].map(
  (protocol) => ({
    ...{ name: `it speaks ${protocol}`, section: OVERVIEW },
    look: async (examination: Examination) => {
      // Parties of an answer show evidence of it; who only calls others keeps no records of who is where.
      if (protocol === INFER_PROTOCOL || protocol === EVIDENCE_PROTOCOL) examination.requireRole("executor");
      if (protocol === KAD_PROTOCOL && examination.role === "client") throw new Skipped("a client need not");
      hold(await (await examination.caller()).speaks(protocol), "no stream of it can be opened");
      return "yes";
    },
  }),
);

const LAST: readonly DocumentedCheck[] = [
  {
    ...{ name: "an answer that is paid", section: "docs/protocol/requests.md#what-a-client-checks-of-a-response" },
    look: async (examination) => {
      examination.requireRole("executor");
      const { buy, offers } = examination;
      if (typeof buy === "string") throw new Skipped(buy);
      const [signed] = offers;
      if (signed === undefined) throw new Skipped("it offers nothing that could be bought");
      return buy(signed.offer.executor, signed.offer.model);
    },
  },
];

/** Every check, in the order in which they are made: what follows stands on what was found before. */
export const CHECKS: readonly DocumentedCheck[] = [
  ...FIRST,
  ...CALL_CHECKS.slice(0, 2),
  ...SECOND,
  ...CALL_CHECKS.slice(2),
  ...STREAM_CHECKS,
  ...LAST,
];

/** Holds a node against the documents, one thing after the other; whoever cannot be dialled is looked at no further. */
export async function* examine(examined: Examined): AsyncGenerator<Line> {
  const examination = new Examination(examined);
  for (const check of CHECKS) {
    const line = await lineOf(check, examination);
    yield line;
    if (check === FIRST[0] && line.outcome === "failed") return;
    examined.signal.throwIfAborted();
  }
}

async function lineOf({ name, section, look }: DocumentedCheck, examination: Examination): Promise<Line> {
  try {
    return { name, section, outcome: "passed", message: await look(examination) };
  } catch (thrown) {
    if (thrown instanceof Skipped) return { name, section, outcome: "skipped", message: thrown.reason };
    const message = thrown instanceof Broken ? thrown.otherwise : asLloomError(thrown).message;
    return { name, section, outcome: "failed", message };
  }
}
