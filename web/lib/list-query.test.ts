import { expect, test } from "vitest";
import { EXECUTOR_SORTS, hrefWith, parseListQuery, parsePartyFilter } from "./list-query.ts";

const cursorOf = (column: string, direction = "desc") => `executorPage.${column}.${direction}.eyJqc29u`;

test.each([cursorOf("paid"), "garbage", btoa("{}"), cursorOf("stake", "asc"), "executorPage.stake.desc."])(
  "a cursor that is none of this order shows the first page: %s",
  (after) => {
    expect(parseListQuery({ sort: "stake", after }, EXECUTOR_SORTS)).toMatchObject({ sort: "stake", after: undefined });
  },
);

test("a list without parameters shows its first order, largest first", () => {
  expect(parseListQuery({}, EXECUTOR_SORTS)).toEqual({
    sort: "earned",
    column: "earned",
    direction: "desc",
    after: undefined,
    before: undefined,
  });
});

test("order and page come from the address, and one cursor wins", () => {
  const [after, before] = [cursorOf("stake", "asc"), cursorOf("stake", "asc")];
  expect(parseListQuery({ sort: "stake", dir: "asc", after, before }, EXECUTOR_SORTS)).toEqual({
    sort: "stake",
    column: "stake",
    direction: "asc",
    after,
    before: undefined,
  });
});

test.each([{ sort: "constructor" }, { sort: "paid; drop" }, { sort: ["stake", "earned"] }, { dir: "sideways" }])(
  "what is no order falls back: %j",
  (params) => {
    expect(parseListQuery(params, EXECUTOR_SORTS)).toMatchObject({ sort: "earned", direction: "desc" });
  },
);

test("a filter takes addresses in any case and leaves out what is none", () => {
  const address = `0x${"Ab".repeat(20)}`;
  expect(parsePartyFilter({ executor: address, client: "0x12" })).toEqual({
    executor: address.toLowerCase(),
    client: undefined,
  });
});

test("an address carries only what is set", () => {
  expect(hrefWith("/executors", { sort: "stake", after: undefined })).toBe("/executors?sort=stake");
  expect(hrefWith("/executors", {})).toBe("/executors");
});
