import { expect, it } from "vitest";
import { createExchange } from "../../../test/support/exchange.ts";
import { type Duty, isMeasured } from "./duty-log.ts";
import { dutyOfOpened } from "./opened-dispute.ts";

const { request, response } = createExchange().receipt();
const opened = {
  ...{ id: `0x${"22".repeat(32)}` as const, requestHash: response.requestHash },
  ...{ client: request.client, executor: request.executor, paid: 10n, held: 4n, penalty: 3n, bond: 2n },
  revealBy: 100_000n,
};

it("is a party's, with the other one and with what of the price had matured", () => {
  expect(dutyOfOpened("client", opened)).toMatchObject({ kind: "dispute", peer: request.executor, matured: 6n });
  expect(dutyOfOpened("executor", opened)).toMatchObject({ kind: "answer", peer: request.client, matured: 6n });
});

it("is no measured dispute, whoever looks after it: its bond is in wei", () => {
  const tended: Duty = { ...dutyOfOpened("client", opened), kind: "tend" };
  expect([dutyOfOpened("client", opened), dutyOfOpened("executor", opened), tended].map(isMeasured)).toEqual([
    false,
    false,
    false,
  ]);
  // As a watchtower notes a measured one.
  expect(isMeasured({ ...tended, requestHash: opened.id })).toBe(true);
  for (const kind of ["defend", "accuse", "judge"] as const) expect(isMeasured({ ...tended, kind })).toBe(true);
});
