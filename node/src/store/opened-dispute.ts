import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Duty } from "./duty-log.ts";

/** A dispute about a delivery as the chain tells of its opening; amounts in base units, `bond` in wei. */
export interface OpenedDispute {
  readonly id: Hex;
  readonly requestHash: Hex;
  readonly client: Address;
  readonly executor: Address;
  readonly paid: bigint;
  readonly held: bigint;
  readonly penalty: bigint;
  readonly bond: bigint;
  readonly revealBy: bigint;
}

/** What a dispute that was opened makes one of its parties look after. */
export function dutyOfOpened(side: "client" | "executor", opened: OpenedDispute): Duty {
  const { id, requestHash, client, executor, paid, held, penalty, bond, revealBy } = opened;
  return {
    ...(side === "client"
      ? { kind: "dispute", peer: executor, state: "disputed" }
      : { kind: "answer", peer: client, state: "open" }),
    ...{ id, requestHash, dueAt: revealBy, amount: paid, matured: paid - held, penalty, bond },
    notedAt: revealBy - deliveryDisputesFacts.REVEAL_WINDOW,
  };
}
