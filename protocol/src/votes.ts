/** What jurors of a dispute commit to. `contracts/jury/Jury.sol` hashes the same five words. */

import type { Address, Hex } from "./commitment-types.ts";
import { enumNumber } from "./contract-enums.ts";
import { juryFacts } from "./generated/facts.ts";
import { bytesToHex, fixedBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

/** A juror's finding. */
export type VoteChoice = Exclude<(typeof juryFacts.Choice)[number], "None">;

export interface Vote {
  readonly disputeId: Hex;
  /** Number of the panel within the dispute, from 1. */
  readonly round: number;
  readonly juror: Address;
  readonly choice: VoteChoice;
  /** 32 random bytes; without them three choices are quickly guessed. */
  readonly salt: Hex;
}

const WORD = 32;
/** A panel's number is a byte, and the last one stands for the parties. */
const LAST_ROUND = Number(juryFacts.PARTY) - 1;

/**
 * keccak256(abi.encode(disputeId, round, juror, choice, salt)).
 * Throws LloomError REQUEST_INVALID for a value that does not fit: its commitment could never be revealed.
 */
export function hashVote({ disputeId, round, juror, choice, salt }: Vote): Hex {
  if (!Number.isInteger(round) || round < 1 || round > LAST_ROUND) {
    throw new LloomError("REQUEST_INVALID", `round must be an integer from 1 to ${LAST_ROUND}.`);
  }
  const words = new Uint8Array(5 * WORD);
  words.set(fixedBytes("disputeId", disputeId, WORD), 0);
  words[2 * WORD - 1] = round;
  words.set(fixedBytes("juror", juror, 20), 3 * WORD - 20);
  words[4 * WORD - 1] = enumNumber(juryFacts.Choice, choice);
  words.set(fixedBytes("salt", salt, WORD), 4 * WORD);
  return bytesToHex(keccak256(words));
}
