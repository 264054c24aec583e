import type { Hex } from "@lloom/protocol/commitment-types";
import {
  ANSWER,
  DELIVERY,
  type Delivery,
  DISPUTE,
  type Dispute,
  type DisputedAnswer,
  FAULT,
  type Fault,
  JURY_CASE,
  type JuryCase,
  type JuryPanel,
  type JurySeat,
  MEASURED,
  type Measured,
  MOVE,
  type Move,
  PANEL,
  REPORT_SHARE,
  type ReportShare,
  SEAT,
  SLASHING,
  type Slashing,
} from "../dispute-rows.ts";
import { ask } from "../graphql.ts";
import { answered, type IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex, text } from "../readers.ts";
import { readItems, selection } from "../shapes.ts";
import { rows } from "./query-parts.ts";

/** Most moves that a page shows; an answer of 256 chunks and two panels stay below. */
export const MOST_MOVES = 1_000;

/** A dispute with everything about it. Of the three kinds one is there. */
export interface DisputePage {
  readonly dispute: Dispute;
  readonly delivery: Delivery | undefined;
  readonly measured: Measured | undefined;
  readonly fault: Fault | undefined;
  readonly answers: readonly DisputedAnswer[];
  readonly slashing: Slashing | undefined;
  readonly share: ReportShare | undefined;
  /** In the order in which they happened. */
  readonly moves: readonly Move[];
  readonly juryCase: JuryCase | undefined;
  readonly panels: readonly JuryPanel[];
  readonly seats: readonly JurySeat[];
}

const OF_DISPUTE = "where: { disputeId: $id }";
const one = `${OF_DISPUTE}, limit: 1`;

export const DISPUTE_PAGE = defineQuery({
  takes: { id: "String" },
  fields: `${rows(DISPUTE, one, "disputes")} ${rows(DELIVERY, one, "deliveryDisputes")}
    ${rows(MEASURED, one, "measuredDisputes")} ${rows(FAULT, one, "faultProofs")}
    ${rows(ANSWER, `${OF_DISPUTE}, limit: 64`, "disputedAnswers")}
    ${rows(SLASHING, one, "slashings")} ${rows(REPORT_SHARE, one, "reportShares")}
    ${rows(MOVE, `${OF_DISPUTE}, orderBy: "id", orderDirection: "asc", limit: ${MOST_MOVES}`, "disputeMoves")}
    ${rows(JURY_CASE, one, "juryCases")}
    ${rows(PANEL, `${OF_DISPUTE}, orderBy: "round", orderDirection: "asc", limit: 8`, "juryPanels")}
    ${rows(SEAT, `${OF_DISPUTE}, orderBy: "validatorAddress", orderDirection: "asc", limit: 64`, "jurySeats")}`,
  read: (data): DisputePage | undefined => {
    const [dispute] = readItems(DISPUTE, data["disputes"], "disputes");
    if (dispute === undefined) return undefined;
    return {
      dispute,
      delivery: readItems(DELIVERY, data["deliveryDisputes"], "deliveryDisputes")[0],
      measured: readItems(MEASURED, data["measuredDisputes"], "measuredDisputes")[0],
      fault: readItems(FAULT, data["faultProofs"], "faultProofs")[0],
      answers: readItems(ANSWER, data["disputedAnswers"], "disputedAnswers"),
      slashing: readItems(SLASHING, data["slashings"], "slashings")[0],
      share: readItems(REPORT_SHARE, data["reportShares"], "reportShares")[0],
      moves: readItems(MOVE, data["disputeMoves"], "disputeMoves"),
      juryCase: readItems(JURY_CASE, data["juryCases"], "juryCases")[0],
      panels: readItems(PANEL, data["juryPanels"], "juryPanels"),
      seats: readItems(SEAT, data["jurySeats"], "jurySeats"),
    };
  },
});

/** One dispute by its id; undefined if there is none. */
export const readDispute = (id: Hex): Promise<IndexReply<DisputePage | undefined>> => ask(DISPUTE_PAGE, { id });

const SETTLED = { id: text, requestHash: hex } as const;

export const SETTLEMENTS_OF = defineQuery({
  takes: { hashes: "[String]" },
  fields: rows(SETTLED, "where: { requestHash_in: $hashes }, limit: 64", "settlements"),
  read: (data) =>
    new Map(readItems(SETTLED, data["settlements"], "settlements").map(({ id, requestHash }) => [requestHash, id])),
});

/** Ids of the settlements of requests, by request. One that a later one of its lane stood for has none. */
export const readSettlementsOf = (hashes: readonly Hex[]): Promise<IndexReply<ReadonlyMap<Hex, string>>> =>
  hashes.length === 0 ? Promise.resolve(answered(new Map())) : ask(SETTLEMENTS_OF, { hashes });

const DISPUTE_ID = { disputeId: hex } as const;
const OF_REQUEST = "where: { requestHash: $hash }, limit: 10";
const OF_REQUEST_TABLES = ["deliveryDisputes", "disputedAnswers", "faultProofs"] as const;

export const DISPUTES_OF_REQUEST = defineQuery({
  takes: { hash: "String" },
  fields: OF_REQUEST_TABLES.map((table) => `${table}(${OF_REQUEST}) { items { ${selection(DISPUTE_ID)} } }`).join(" "),
  read: (data): readonly Hex[] => {
    const ids = OF_REQUEST_TABLES.flatMap((table) => readItems(DISPUTE_ID, data[table], table));
    return [...new Set(ids.map(({ disputeId }) => disputeId))];
  },
});

/** Ids of the disputes about the answer to a request. */
export const readDisputesOf = (hash: Hex): Promise<IndexReply<readonly Hex[]>> => ask(DISPUTES_OF_REQUEST, { hash });
