import type { Address } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { type StagedExecutor, StagedMarket } from "../../../../test/support/staged-market.ts";
import type { ClientOptions } from "../client-options.ts";
import type { Question } from "../question.ts";

const honest = () => ({ type: "honest" }) as const;

/** A cheap executor with little stake and a bad name, and a dear one with more of both. */
function stage(options: ClientOptions = {}, asked: Address[] = []) {
  const known = {
    noteAsked: (executor: Address) => void asked.push(executor),
    confirm: async () => undefined,
    keepAsking: async () => undefined,
  };
  const staged = new StagedMarket(options, { known });
  const cheap = staged.join({ price: 1n, stake: 10, conduct: honest });
  const dear = staged.join({ price: 9n, stake: 100, conduct: honest });
  const reputation = ({ address }: StagedExecutor, trust: number) => [address, { trust, grade: "B" }] as const;
  staged.book.setReputations(new Map([reputation(cheap, 0.3), reputation(dear, 0.6)]));
  return { staged, requests: () => [cheap.requests, dear.requests], cheap };
}

it("buys from the cheap one where nothing is asked for", async () => {
  const { staged, requests } = stage();
  using _ = staged;
  await staged.ask();
  expect(requests()).toEqual([1, 0]);
});

it.each<[string, ClientOptions, NonNullable<Question["demands"]>]>([
  ["a stake, by the settings", { minStake: 50n }, {}],
  ["a reputation, by the settings", { minReputation: 0.5 }, {}],
  ["a stake, by the question", {}, { minStake: 50n }],
  ["a reputation, by the question", {}, { minReputation: 0.5 }],
])("buys from whoever has what is asked for: %s", async (_, options, demands) => {
  const { staged, requests } = stage(options);
  using _staged = staged;
  await staged.ask({ demands });
  expect(requests()).toEqual([0, 1]);
});

it("has whoever is asked looked at, each time", async () => {
  const asked: Address[] = [];
  const { staged, cheap } = stage({}, asked);
  using _ = staged;
  await staged.ask();
  await staged.ask();
  expect(asked).toEqual([cheap.address, cheap.address]);
});
