import { expect, it } from "vitest";
import { movementsOf } from "./movements.ts";

const at = (byte: string) => `0x${byte.repeat(20)}` as const;
const origin = (block: bigint) => ({
  block,
  timestamp: Number(block),
  transactionHash: `0x${"ab".repeat(32)}` as const,
});
const [client, executor] = [at("c1"), at("e1")];

it("tells all that moved, the newest first, with the other end where it is another", () => {
  const moved = movementsOf({
    client: [
      {
        id: "1",
        clientAddress: client,
        kind: "DEPOSIT",
        amount: 5n,
        executorAddress: null,
        counterparty: client,
        ...origin(1n),
      },
      {
        id: "3",
        clientAddress: client,
        kind: "ALLOCATE",
        amount: 4n,
        executorAddress: executor,
        counterparty: null,
        ...origin(3n),
      },
    ],
    stake: [{ id: "2", memberAddress: executor, kind: "STAKE", amount: 9n, stake: 9n, ...origin(2n) }],
    earnings: [{ id: "4", executorAddress: executor, receiver: client, amount: 1n, ...origin(3n) }],
    rewards: [{ id: "5", accountAddress: client, kind: "WITHDRAW", receiver: client, amount: 2n, ...origin(4n) }],
  });
  expect(moved.map(({ what, account, other }) => [what, account, other])).toEqual([
    ["Claimed rewards", client, undefined],
    ["Withdrew earnings", executor, client],
    ["Allocated", client, executor],
    ["Staked", executor, undefined],
    ["Deposited", client, undefined],
  ]);
});
