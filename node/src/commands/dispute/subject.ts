import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { toBeHex, zeroPadValue } from "ethers";
import { accountingInterface } from "../../chain/contracts.ts";
import { readSettledResponse } from "../../chain/disputes/settled-pair.ts";
import { decodeEvent } from "../../chain/watch/events.ts";
import { readPastLogs } from "../../chain/watch/past-logs.ts";
import { LloomError } from "../../errors.ts";
import { openOwnAnswers } from "../../store/client/own-answers.ts";
import { openWrongCounts, type WrongCount } from "../../store/client/wrong-counts.ts";
import { createTextCipher } from "../../store/database/text-cipher.ts";
import { openDutyLog } from "../../store/duty-log.ts";
import type { CommandContext } from "../command.ts";
import { type Account, ownSecret, type View } from "../deeds/account.ts";
import { readOwnLog } from "../deeds/own-log.ts";

/** 32 bytes as the command line gives them. Throws COMMAND_INVALID. */
export function hashArgument(text: string, example: string): Hex {
  if (/^0x[0-9a-f]{64}$/i.test(text)) return text.toLowerCase() as Hex;
  throw new LloomError("COMMAND_INVALID", `"${text}" is no request and no dispute.`, {
    next: `Give 0x and 64 hex digits, as lloom disputes lists them: ${example}`,
  });
}

/** The settled receipt of a request of this key, of which the executor's half never came. */
export async function settledReceipt(context: CommandContext, view: View, requestHash: Hex): Promise<Receipt> {
  const log = readOwnLog(context, view, { file: "client.sqlite" });
  const own = log && openOwnAnswers(log).ownRequest(requestHash);
  if (log === undefined || own === undefined) throw unknown(requestHash);
  const { request, clientSignature } = own;
  const known = openDutyLog(log)
    .newestDuties(1000)
    .find((duty) => duty.requestHash === requestHash)?.settled;
  const settled = known ?? (await findSettled(view, requestHash, own.request));
  return { request, clientSignature, ...settled };
}

/** What this key's log holds of an answer that was refused for its counts, if the settled one is that answer. */
export function wrongCountOf(
  context: CommandContext,
  account: Pick<Account, "address" | "chain" | "secret">,
  receipt: Receipt,
): WrongCount | undefined {
  const log = readOwnLog(context, account, {
    file: "client.sqlite",
    cipher: createTextCipher(ownSecret(account, "What the log holds of an answer")),
  });
  const { hashResponse } = createCommitmentHasher(account.chain.domain);
  const wrong = log && openWrongCounts(log).wrongCount(receipt.response.requestHash);
  return wrong?.responseHash === hashResponse(receipt.response) ? wrong : undefined;
}

async function findSettled({ chain, address }: View, requestHash: Hex, { executor, lane }: Receipt["request"]) {
  const topics = [
    accountingInterface.getEvent("LaneSettled")?.topicHash as Hex,
    zeroPadValue(address, 32) as Hex,
    zeroPadValue(executor, 32) as Hex,
    toBeHex(lane, 32) as Hex,
  ];
  const logs = await readPastLogs(chain, { address: chain.accounting, topics });
  for (const log of logs.toReversed()) {
    const event = decodeEvent(log);
    if (event?.type !== "LaneSettled" || event.requestHash !== requestHash) continue;
    const settled = await readSettledResponse(chain, createCommitmentHasher(chain.domain), event);
    if (settled !== undefined) return settled;
  }
  throw new LloomError("COMMAND_INVALID", `The chain shows no settlement of the request ${requestHash}.`, {
    next: "Only an answer that was settled can be disputed: lloom disputes lists them.",
  });
}

const unknown = (requestHash: Hex): LloomError =>
  new LloomError("COMMAND_INVALID", `This key's log does not know the request ${requestHash}.`, {
    next: "Give a request that lloom disputes lists, with the --data-dir of the node that sent it.",
  });
