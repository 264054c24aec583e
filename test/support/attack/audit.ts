/** What the books say of everybody's money: pure, and each problem in words. */
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { answerCost } from "@lloom/protocol/lane";
import type { SettledPair } from "../settled-pairs.ts";
import type { Books, ClientBook, ExecutorBook } from "./books.ts";
import type { ToldDeeds } from "./liar.ts";
import { DEPOSIT, STAKE } from "./seat.ts";

const sumOf = <T>(items: readonly T[], amount: (item: T) => bigint): bigint =>
  items.reduce((sum, item) => sum + amount(item), 0n);
const paid = (pairs: readonly SettledPair[]): bigint => sumOf(pairs, (pair) => pair.paid);

/** Clients whose money does not add up: what is free, in channels and paid is what they put in. */
export const lostDeposits = ({ clients, settled }: Books): string[] =>
  clients.flatMap(({ address, deposit, channels }) => {
    const all = deposit + channels + paid(settled.filter(({ client }) => client === address));
    return all === DEPOSIT ? [] : [`${address} put in ${DEPOSIT}; ${all} is accounted for`];
  });

/** Lanes that the chain paid more or less than once: what each settlement added up to is what the lane costs. */
export function paidTwice({ settled }: Books): string[] {
  const lanes = Map.groupBy(settled, ({ client, executor, lane }) => `${client} ${executor} ${lane}`);
  return [...lanes].flatMap(([lane, pairs]) => {
    const last = pairs.at(-1);
    const all = paid(pairs);
    const isTwice = pairs.some((pair, index) => {
      const before = pairs[index - 1];
      return before !== undefined && pair.nonce <= before.nonce && before.unpaid === 0n;
    });
    const problems = isTwice ? [`${lane}: a pair was settled twice`] : [];
    return all === last?.laneCost ? problems : [...problems, `${lane}: ${all} was paid of ${last?.laneCost}`];
  });
}

/** Receipts whose cost is not that of their counts. */
export const miscounted = ({ clients, executors }: Books): string[] =>
  [...clients, ...executors]
    .flatMap(({ receipts }): readonly Signed[] => receipts)
    .filter(({ receipt: { request, response } }) => {
      return response.cumulativeCost - request.ackedCost !== answerCost(request, response);
    })
    .map(({ requestHash }) => `${requestHash} costs other than its counts`);

/** Honest executors that lost something: stake, freedom, or pay for what they signed. */
export const harmed = ({ executors, settled }: Books): string[] =>
  executors.flatMap(({ name, address, member, receipts, owed, earnings }) => {
    const { stake, unbonding, frozen, jailedUntil } = member;
    const isWhole = stake === STAKE && unbonding === 0n && frozen === 0n && jailedUntil === 0n;
    const served = sumOf(receipts, ({ receipt: { request, response } }) => response.cumulativeCost - request.ackedCost);
    const got = paid(settled.filter(({ executor }) => executor === address));
    return [
      ...(isWhole ? [] : [`${name} has ${stake} at stake, ${frozen} frozen, jail until ${jailedUntil}`]),
      ...(served === got + owed ? [] : [`${name} served ${served}, was paid ${got} and is owed ${owed}`]),
      ...(earnings === got ? [] : [`${name} was paid ${got}; the escrow holds ${earnings} for it`]),
    ];
  });

/** Honest executors whose signatures prove something against them: two answers to a request, or to a place in a lane. */
export function incriminated({ clients, executors }: Books): string[] {
  const honest = new Set(executors.map(({ address }) => address));
  const signed = [...clients, ...executors]
    .flatMap(({ receipts }): readonly Signed[] => receipts)
    .filter(({ receipt }) => honest.has(receipt.request.executor));
  const placeOf = ({ receipt: { request } }: Signed): string =>
    `${request.executor} ${request.client} ${request.lane} ${request.nonce}`;
  return [...conflicts(signed, ({ requestHash }) => requestHash), ...conflicts(signed, placeOf)];
}

type Signed = Pick<ExecutorBook["receipts"][number], "requestHash" | "responseHash" | "receipt">;

const conflicts = (signed: readonly Signed[], keyOf: (one: Signed) => string): string[] =>
  [...Map.groupBy(signed, keyOf)]
    .filter(([, answers]) => new Set(answers.map(({ responseHash }) => responseHash)).size > 1)
    .map(([key]) => `${key} was answered twice`);

/** Receipts that one side has and the other cannot have: a client's without its executor, an executor's without a request. */
export function strayReceipts({ clients, executors }: Books): string[] {
  const served = new Map<Address, Set<Hex>>(
    executors.map(({ address, receipts }) => [address, new Set(receipts.map(({ responseHash }) => responseHash))]),
  );
  const asked = new Map<Address, ClientBook["requests"]>(clients.map(({ address, requests }) => [address, requests]));
  const lost = clients.flatMap(({ receipts }) =>
    receipts.filter(({ receipt, responseHash }) => served.get(receipt.request.executor)?.has(responseHash) === false),
  );
  const invented = executors.flatMap(({ receipts }) =>
    receipts.filter(({ receipt, requestHash }) => asked.get(receipt.request.client)?.has(requestHash) !== true),
  );
  return [
    ...lost.map(({ requestHash }) => `${requestHash}: its executor's log does not know the answer`),
    ...invented.map(({ requestHash }) => `${requestHash}: no client sent it`),
  ];
}

/** Liars that got more than right answers cost, and the caps of the requests that they lied to. */
export const overpaid = ({ settled }: Books, deeds: readonly ToldDeeds[]): string[] =>
  deeds.flatMap(({ lie, executor, client, earned, caps }) => {
    const got = paid(settled.filter((pair) => pair.executor === executor && pair.client === client));
    const most = BigInt(earned) + BigInt(caps);
    return got <= most ? [] : [`who ${lie} got ${got} of ${client}; ${most} at most`];
  });

/** Receipts that a client accepted of a liar for a lie. */
export const believedLies = ({ clients }: Books, deeds: readonly ToldDeeds[]): string[] =>
  deeds.flatMap(({ lie, executor, client, honest }) => {
    const book = clients.find(({ address }) => address === client);
    const accepted = book?.receipts.filter(({ receipt }) => receipt.request.executor === executor).length ?? 0;
    return accepted <= honest
      ? []
      : [`${client} accepted ${accepted} answers of who ${lie}, of which ${honest} were right`];
  });
