import { juryFacts } from "@lloom/protocol/generated/facts";
import { parseEther, toQuantity } from "ethers";
import { connect } from "../../../checkout/rpc.ts";
import { senderOf } from "../../../node/src/chain/account/actions.ts";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { enlistCall } from "../../../node/src/chain/disputes/measured-calls.ts";
import { openMeasuredCourt } from "../../../node/src/chain/disputes/measured-court.ts";
import { canaryIdentity } from "../../../node/src/validator/canary/canary-keys.ts";
import { DEVNET_ACCOUNTS, type DevnetAccount } from "../accounts.ts";
import { type Chairs, withChain } from "../members.ts";
import type { NetworkClock } from "../network-clock.ts";
import { type NodeContext, type RunningNode, startNode } from "../nodes.ts";

/** Where a jury is needed, the first validator audits; it, and nobody else, has canary keys: for some eight epochs. */
const CANARY_KEYS = 8;
const WEIGHTS = ["--weights", "tiny"];
const KEY_ETHER = parseEther("10");
/** Candidates are drawn once they have been on the list for this long. */
const ELIGIBLE_SECONDS = Number(juryFacts.ELIGIBLE_AFTER) + 3_600;

const [AUDITOR, ...OTHERS] = DEVNET_ACCOUNTS.validators;

/** Flags of the validators that are always there: one audits, all of them judge. */
export const benchFlags = (index: number, audits: string): readonly string[] =>
  index === 0 ? [...WEIGHTS, "--audits", audits, "--canary-keys", String(CANARY_KEYS)] : WEIGHTS;

/** Puts all validators on the jury's list, long ago by the network's clock, and gives ether to the keys that ask canaries. */
export async function seatBench(chairs: Chairs, clock: NetworkClock): Promise<void> {
  const candidates = [AUDITOR, ...OTHERS, ...DEVNET_ACCOUNTS.jurors];
  await Promise.all(candidates.map((account) => withChain(chairs, account, enlist)));
  await withChain(chairs, AUDITOR, (chain) => fundKeys(chairs, chain, AUDITOR));
  await clock.moveOn(chairs.rpcUrl, ELIGIBLE_SECONDS);
}

async function enlist(chain: Chain): Promise<void> {
  const court = await openMeasuredCourt(chain);
  if (court !== undefined) await senderOf(chain).send(enlistCall(court));
}

async function fundKeys({ rpcUrl }: Chairs, { domain }: Chain, { secret }: DevnetAccount): Promise<void> {
  const provider = connect(rpcUrl);
  try {
    for (let key = 0; key < CANARY_KEYS; key++) {
      const { address } = canaryIdentity(secret, domain, key);
      await provider.send("hardhat_setBalance", [address, toQuantity(KEY_ETHER)]);
    }
  } finally {
    provider.destroy();
  }
}

/** Validators beside the two that are always there: a jury of five needs as many besides who complains. */
export const startJurors = (nodeContext: NodeContext, bootstrap: string): Promise<RunningNode[]> =>
  Promise.all(
    DEVNET_ACCOUNTS.jurors.map((account) =>
      startNode(nodeContext, { account, command: "validator", args: [...WEIGHTS, "--bootstrap", bootstrap] }),
    ),
  );
