import { expect } from "vitest";
import { type Row, rowsOf, sum, type Tables, text } from "./rows.ts";

/** The list has every dispute as its own table has it: open ones by their next deadline, then those that are over. */
export function expectDisputeList(tables: Tables): void {
  const heldFor = (id: unknown) =>
    sum(
      rowsOf(tables, "disputedAnswers").filter((one) => one["disputeId"] === id),
      "held",
    );
  const deliveries = rowsOf(tables, "deliveryDisputes").map(
    ({ disputeId, state, executorAddress, closedAt, ...row }) => ({
      ...{ disputeId, offence: "UNDELIVERED", state, executorAddress, closedAt },
      until: closedAt === null ? row["revealBy"] : null,
      atStake: text(BigInt(text(row["paid"])) + BigInt(text(row["penalty"]))),
    }),
  );
  const measured = rowsOf(tables, "measuredDisputes").map(
    ({ disputeId, executorAddress, closedAt, until, ...row }) => ({
      ...{ disputeId, offence: row["kind"], executorAddress, closedAt, until },
      state: closedAt === null ? row["state"] : row["outcome"],
      atStake: text(BigInt(text(row["penalty"])) + BigInt(text(row["restitution"])) + heldFor(disputeId)),
    }),
  );
  const list = rowsOf(tables, "disputes");
  const byId = (one: Partial<Row>, other: Partial<Row>) =>
    text(one["disputeId"]).localeCompare(text(other["disputeId"]));
  expect([...list].sort(byId)).toEqual([...deliveries, ...measured].sort(byId));
  const places = list.map(({ closedAt, until }) =>
    closedAt === null ? 2e10 - Number(until ?? 1e10) : Number(closedAt),
  );
  expect(places).toEqual([...places].sort((one, other) => other - one));
}
