import { expect, it } from "vitest";
import { interleave } from "./interleave.ts";

const SUBJECTS = [{ name: "direct" }, { name: "proxy" }, { name: "lloom" }];

it("measures each subject once in every round, and begins each round with another one", async () => {
  const order: string[] = [];
  await interleave(SUBJECTS, 4, async ({ name }, round) => void order.push(`${round} ${name}`));
  expect(order).toEqual([
    ...["0 direct", "0 proxy", "0 lloom"],
    ...["1 proxy", "1 lloom", "1 direct"],
    ...["2 lloom", "2 direct", "2 proxy"],
    ...["3 direct", "3 proxy", "3 lloom"],
  ]);
});

it("never measures two at once", async () => {
  let running = 0;
  await interleave(SUBJECTS, 2, async () => {
    running += 1;
    await Promise.resolve();
    expect(running).toBe(1);
    running -= 1;
  });
});

it("gives each subject's figures in the order of rounds", async () => {
  const figures = await interleave(SUBJECTS, 3, async ({ name }, round) => `${name}${round}`);
  expect(figures.get("proxy")).toEqual(["proxy0", "proxy1", "proxy2"]);
});
