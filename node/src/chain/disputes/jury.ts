import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type EnumName, enumName } from "@lloom/protocol/contract-enums";
import { juryFacts } from "@lloom/protocol/generated/facts";
import type { VoteChoice } from "@lloom/protocol/votes";
import type { Chain } from "../chain.ts";
import { jury as contract } from "../contracts.ts";
import { askCourt, type MeasuredCourt } from "./measured-court.ts";

/** Where the newest panel of a case stands. */
export type JuryPhase = Lowercase<EnumName<typeof juryFacts.Phase>>;

/** The newest panel of a case. */
export interface Panel {
  /** Of the case, from 1; 0 before any was asked for. */
  readonly round: number;
  readonly phase: JuryPhase;
  /** Whose `prevRandao` is the seed; zero when no draw is pending. */
  readonly drawBlock: bigint;
  /** Chain seconds: the last ones to commit and to reveal; zero before the draw. */
  readonly commitUntil: bigint;
  readonly revealUntil: bigint;
  readonly committed: number;
  readonly revealed: number;
}

/** What an account has to do with a case. */
export interface Seat {
  /** Of its panel; 0 if it was not drawn, `PARTY` if it cannot be. */
  readonly round: number;
  /** Zero before it committed. */
  readonly commitment: Hex;
  /** `undefined` before it revealed. */
  readonly revealed: EnumName<readonly VoteChoice[]> | undefined;
  /** It has to vote; a juror with too many seats may, and need not. */
  readonly isDuty: boolean;
}

/** The newest panel of a case. */
export async function readPanel(chain: Chain, { jury }: MeasuredCourt, id: Hex): Promise<Panel> {
  const [found, phase] = await Promise.all([
    askCourt(chain, jury, contract.encode("cases", [id])),
    askCourt(chain, jury, contract.encode("phaseOf", [id])),
  ]);
  const round: bigint = contract.parsed.decodeFunctionResult("cases", found)["round"];
  const answer = await askCourt(chain, jury, contract.encode("panelOf", [id, round]));
  const [panel] = contract.parsed.decodeFunctionResult("panelOf", answer);
  return {
    round: Number(round),
    phase: enumName(juryFacts.Phase, BigInt(phase)).toLowerCase() as JuryPhase,
    drawBlock: panel["drawBlock"],
    commitUntil: panel["commitUntil"],
    revealUntil: panel["revealUntil"],
    committed: Number(panel["committed"]),
    revealed: Number(panel["revealed"]),
  };
}

/** What an account has to do with a case. */
export async function readSeat(
  chain: Chain,
  { jury }: MeasuredCourt,
  { id, juror }: { readonly id: Hex; readonly juror: Address },
): Promise<Seat> {
  const answer = await askCourt(chain, jury, contract.encode("votes", [id, juror]));
  const found = contract.parsed.decodeFunctionResult("votes", answer);
  const choice = enumName(juryFacts.Choice, found["choice"]);
  return {
    round: Number(found["round"]),
    commitment: found["commitment"],
    revealed: choice === "None" ? undefined : choice,
    isDuty: found["isDuty"],
  };
}

/** Whether somebody was drawn for a panel of a case. */
export const isJuror = ({ round }: Pick<Seat, "round">): boolean => round > 0 && round !== Number(juryFacts.PARTY);

/** The jurors of a panel, in the order of their drawing. */
export async function readJurors(
  chain: Chain,
  { jury }: MeasuredCourt,
  { id, round }: { readonly id: Hex; readonly round: number },
): Promise<readonly Address[]> {
  const answer = await askCourt(chain, jury, contract.encode("jurorsOf", [id, round]));
  const [found] = contract.parsed.decodeFunctionResult("jurorsOf", answer);
  return [...found].map((juror): Address => String(juror).toLowerCase() as Address);
}

/** Whoever was drawn for any panel of a case. */
export async function readAllJurors(chain: Chain, court: MeasuredCourt, id: Hex): Promise<ReadonlySet<Address>> {
  const answer = await askCourt(chain, court.jury, contract.encode("cases", [id]));
  const panels = Number(contract.parsed.decodeFunctionResult("cases", answer)["round"]);
  const rounds = Array.from({ length: panels }, (_, index) => index + 1);
  const jurors = await Promise.all(rounds.map((round) => readJurors(chain, court, { id, round })));
  return new Set(jurors.flat());
}

/** Whether a validator is on the list that juries are drawn from. */
export async function readEnlisted(chain: Chain, { jury }: MeasuredCourt, validator: Address): Promise<boolean> {
  return BigInt(await askCourt(chain, jury, contract.encode("isEnlisted", [validator]))) === 1n;
}

/** Draws that were asked for and not made: nobody leaves the list meanwhile. */
export async function readPendingDraws(chain: Chain, { jury }: MeasuredCourt): Promise<bigint> {
  return BigInt(await askCourt(chain, jury, contract.encode("pendingDraws")));
}
