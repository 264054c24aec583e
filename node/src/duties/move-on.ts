import type { Hex } from "@lloom/protocol/commitment-types";
import { senderOf } from "../chain/account/actions.ts";
import type { Chain } from "../chain/chain.ts";
import { isRefusal } from "../chain/chain-failure.ts";
import type { ContractCall } from "../chain/contract-call.ts";
import { readHeader } from "../chain/disputes/draw-header.ts";
import { drawCall, pokeMeasuredCall } from "../chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../chain/disputes/measured-court.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";
import { asLloomError } from "../errors.ts";
import type { DueMove } from "./due-rules.ts";
import type { CaseNow } from "./read-case.ts";

/** Blocks after which no contract can prove a header, where the chain keeps hashes longest: then any bytes name another block. */
const PROVABLE_BLOCKS = 8_191n;

export interface MoveOnParts {
  readonly chain: Chain;
  readonly court: MeasuredCourt;
}

/** Does for a dispute what is due. False when somebody else was first, or the server does not have the block of a draw yet. */
export async function moveOn(
  { chain, court }: MoveOnParts,
  { move, panel, head }: Pick<CaseNow, "panel" | "head"> & { readonly move: DueMove },
  { id, signal }: { readonly id: Hex; readonly signal: AbortSignal },
): Promise<boolean> {
  if (move === "poke") return sendFirst(chain, pokeMeasuredCall(court, id), signal);
  const header = await untilAborted(readHeader(chain, panel.drawBlock), signal);
  if (header === undefined && head - panel.drawBlock <= PROVABLE_BLOCKS) return false;
  return sendFirst(chain, drawCall(court, id, header ?? "0x"), signal);
}

/** Sends what somebody else may have done meanwhile; false if so. */
export async function sendFirst(chain: Chain, call: ContractCall, signal: AbortSignal): Promise<boolean> {
  try {
    await senderOf(chain).send(call, { signal });
    return true;
  } catch (thrown) {
    const error = asLloomError(thrown);
    if (!isRefusal(error)) throw error;
    return false;
  }
}
