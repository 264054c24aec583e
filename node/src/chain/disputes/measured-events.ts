import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { juryAbi, measuredDisputesAbi } from "@lloom/protocol/generated/abi";
import { type Log as ChainLog, zeroPadValue } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { jury, measured } from "../contracts.ts";
import { type EventsOf, eventOf, placeOf } from "../watch/events.ts";
import { readPastLogs } from "../watch/past-logs.ts";
import type { EventSource } from "../watch/watch.ts";
import type { MeasuredCourt } from "./measured-court.ts";

/** Every event of MeasuredDisputes and of Jury. */
export type MeasuredEvent = EventsOf<typeof measuredDisputesAbi>;
export type JuryEvent = EventsOf<typeof juryAbi>;
export type MeasuredOpened = Extract<MeasuredEvent, { readonly type: "MeasuredOpened" }>;
export type AnswerDisputed = Extract<MeasuredEvent, { readonly type: "AnswerDisputed" }>;

/** Which party of a measured dispute an account is. */
export type MeasuredSide = "executor" | "challenger";

const own = (account: Address): Hex => zeroPadValue(account, 32) as Hex;
const topicsOf = (side: MeasuredSide, account: Address): readonly (Hex | null)[] =>
  side === "executor" ? [null, null, own(account)] : [null, null, null, own(account)];

/** Openings and ends of all measured disputes and every step of them; of those of one party alone, if one is named. */
export const measuredSource = (
  { disputes }: MeasuredCourt,
  party?: { readonly side: MeasuredSide; readonly account: Address },
): EventSource<MeasuredEvent> => ({
  address: [disputes],
  topics: party === undefined ? [] : topicsOf(party.side, party.account),
  decode: decodeMeasuredEvent,
});

/** Disputes about the answers of one client, whoever opened them. */
export const disputedSource = ({ disputes }: MeasuredCourt, client: Address): EventSource<AnswerDisputed> => ({
  address: [disputes],
  topics: [measured.topicOf("AnswerDisputed"), null, own(client)],
  decode: (log) => {
    const event = decodeMeasuredEvent(log);
    return event?.type === "AnswerDisputed" ? event : undefined;
  },
});

/** What happens to one juror: its draws, votes and fines. */
export const jurySource = (court: MeasuredCourt, juror: Address): EventSource<JuryEvent> => ({
  address: [court.jury],
  topics: [null, null, null, own(juror)],
  decode: (log) => {
    const parsed = jury.parsed.parseLog(log);
    // Holds by construction, as below.
    return parsed === null ? undefined : ({ ...eventOf(parsed), ...placeOf(log) } as JuryEvent);
  },
});

/** A log of MeasuredDisputes as an event; `undefined` for one that its ABI does not name. */
function decodeMeasuredEvent(log: ChainLog): MeasuredEvent | undefined {
  const parsed = measured.parsed.parseLog(log);
  // Holds by construction: name and values come from the same ABI entry as the type.
  return parsed === null ? undefined : ({ ...eventOf(parsed), ...placeOf(log) } as MeasuredEvent);
}

/** Every measured dispute that was opened by or against an account, oldest first. Throws as `readPastLogs`. */
export async function findMeasuredOf(
  chain: Chain,
  { disputes }: MeasuredCourt,
  { side, account }: { readonly side: MeasuredSide; readonly account: Address },
): Promise<readonly MeasuredOpened[]> {
  const [, ...parties] = topicsOf(side, account);
  const logs = await readPastLogs(chain, {
    address: disputes,
    topics: [measured.topicOf("MeasuredOpened"), ...parties],
  });
  return logs.map(decodeMeasuredEvent).filter((event) => event?.type === "MeasuredOpened");
}

/** How a dispute was opened, and the answers that it is about, in their order. */
export interface Complaint {
  readonly opened: MeasuredOpened;
  readonly answers: readonly AnswerDisputed[];
}

/**
 * Throws as `readPastLogs`, and CHAIN_UNREACHABLE while the server does not have it: servers behind one address lag behind each
 * other.
 */
export async function readComplaint(chain: Chain, { disputes }: MeasuredCourt, id: Hex): Promise<Complaint> {
  const events = (await readPastLogs(chain, { address: disputes, topics: [null, id] })).map(decodeMeasuredEvent);
  const opened = events.find((event) => event?.type === "MeasuredOpened");
  const answers = events.filter((event) => event?.type === "AnswerDisputed");
  if (opened === undefined) throw new LloomError("CHAIN_UNREACHABLE", "The RPC server does not have the dispute yet.");
  return { opened, answers };
}
