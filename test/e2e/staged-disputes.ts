import type { Hex } from "@lloom/protocol/commitment-types";
import type { Wallet } from "ethers";
import { DELIVERY_ENDS, type DeliveryEnd, disputeDelivery } from "../integration/indexer/disputed-deeds.ts";
import { audit, CHAIN_LENGTH, equivocate, type JudgedCast, seatJudged } from "../integration/indexer/judged-deeds.ts";
import { openRpcServer, type RpcServer } from "../integration/indexer/rpc-server.ts";
import { openAudits } from "../support/contracts/audits.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { Table } from "../support/jury-game/play.ts";
import type { Course } from "../support/jury-game/rules.ts";

const VALIDATORS = 18;

/** Disputes of every kind, with every end and at several stages, on the real contracts. */
export interface StagedDisputes extends AsyncDisposable {
  readonly market: Market;
  readonly rpcServer: RpcServer;
  readonly audits: Awaited<ReturnType<typeof openAudits>>;
  /** Who was accused of not delivering, and by whom. */
  readonly executor: Wallet;
  readonly client: Wallet;
  /** Who signed two answers and two offers. */
  readonly judged: JudgedCast;
  readonly deliveries: ReadonlyMap<DeliveryEnd | "OPEN", Hex>;
  /** Complaints about a model that are not over: one whose executor may answer, and one whose jury votes. */
  readonly unanswered: Hex;
  readonly voting: Hex;
}

const panel = (votes: string) => votes.split(" ") as Course["panels"][number];
const COURSES: readonly Course[] = [
  { conceded: true, panels: [], appealed: false },
  { conceded: false, panels: [panel("mismatch mismatch mismatch match absent")], appealed: false },
  {
    conceded: false,
    panels: [
      panel("match match match mismatch hidden"),
      panel("mismatch mismatch mismatch mismatch mismatch mismatch match match insufficient hidden absent"),
    ],
    appealed: true,
    ruling: "mismatch",
  },
  { conceded: false, panels: [panel("match match match match match")], appealed: false },
];

/** Plays them all, one after the other; what stays open comes last, so that its deadlines lie ahead. */
export async function stageDisputes(): Promise<StagedDisputes> {
  const market = await openMarket();
  const rpcServer = await openRpcServer(market.connection.provider);
  const audits = await openAudits(market, { odds: 1n, length: CHAIN_LENGTH });
  const executor = await market.enrol("disputed executor");
  const client = await market.open("disputing client", executor.address, 1_000_000_000n);
  const judged = await seatJudged(market);
  const deliveries = new Map<DeliveryEnd | "OPEN", Hex>();
  for (const [index, end] of DELIVERY_ENDS.entries())
    deliveries.set(end, await disputeDelivery(market, { client, executor, lane: BigInt(index + 1), end }));
  await equivocate(market, judged);
  const table = await Table.open(market, VALIDATORS);
  for (const course of COURSES) await table.play(course);
  await audit(market, audits, [executor, judged.executor]);
  const half = panel("mismatch mismatch match absent absent");
  const [unanswered, voting] = (await table.leaveOpen(["unanswered", half])) as [Hex, Hex];
  deliveries.set("OPEN", await disputeDelivery(market, { client, executor, lane: 99n, end: "OPEN" }));
  return {
    ...{ market, rpcServer, audits, executor, client, judged, deliveries, unanswered, voting },
    async [Symbol.asyncDispose]() {
      await rpcServer[Symbol.asyncDispose]();
      await market.connection.close();
    },
  };
}
