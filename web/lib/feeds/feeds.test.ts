import { describe, expect, it } from "vitest";
import type { Dispute } from "../dispute-rows.ts";
import { atomOf, type FeedEntry } from "./atom.ts";
import { disputeEntry, jailEntry, MOST_ENTRIES, newestFirst, settlementEntry } from "./entries.ts";

const at = (byte: string) => `0x${byte.repeat(20)}` as const;
const naming = { network: { chainId: 5n, accounting: at("ac") }, token: { symbol: "tUSD", decimals: 6 } };
const hash = `0x${"ab".repeat(32)}` as const;
const origin = { block: 7n, timestamp: 1_893_456_000, transactionHash: hash };
const dispute: Dispute = {
  ...{ disputeId: hash, judgeAddress: at("1d"), offence: "UNDELIVERED", state: "OPEN", executorAddress: at("e1") },
  ...{ challenger: at("c1"), atStake: 5_000_000n, until: 1_893_456_060, closedAt: null },
  ...origin,
};

describe("a feed", () => {
  const entry: FeedEntry = { id: "urn:1", title: `<b>&"'\u0000\u202e`, summary: "s", path: "/x?a=1&b=2", at: 60 };
  const feed = { id: "urn:f", title: "T", self: "/feeds/x", page: "/x", at: 0 };

  it("holds whatever text, as XML takes it", () => {
    const xml = atomOf({ ...feed, entries: [entry] });
    expect(xml).toContain("<title>&lt;b&gt;&amp;&quot;&apos;\u{fffd}\u202e</title>");
    expect(xml).toContain('href="/x?a=1&amp;b=2"');
  });

  it("was changed when its newest entry was", () => {
    expect(atomOf({ ...feed, entries: [entry, { ...entry, at: 120 }] })).toContain(
      "<updated>1970-01-01T00:02:00.000Z</updated>\n  <author>",
    );
    expect(atomOf({ ...feed, entries: [] })).toContain("<updated>1970-01-01T00:00:00.000Z</updated>\n  <author>");
  });

  it("has the newest entries, the newest first, and no more than a reader needs", () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ ...entry, id: `urn:${index}`, at: index }));
    expect(newestFirst(many).map((one) => one.at)).toEqual(
      many
        .map((one) => one.at)
        .toReversed()
        .slice(0, MOST_ENTRIES),
    );
  });
});

describe("an entry", () => {
  it("of a dispute is another one once its state is", () => {
    const open = disputeEntry(naming, dispute);
    expect(open.summary).toMatch(/at stake: 5\.00 tUSD\. The next deadline is 2030-01-01 00:01:00 UTC/);
    const closed = disputeEntry(naming, { ...dispute, state: "DEFAULTED", closedAt: 1_893_456_100 });
    expect([closed.id === open.id, closed.at]).toEqual([false, 1_893_456_100]);
    expect(closed.summary).not.toMatch(/deadline/);
  });

  it("of a settlement and of jail says what happened", () => {
    const settled = settlementEntry(naming, {
      id: "9",
      paid: 1_500_000n,
      requests: 2n,
      clientAddress: at("c1"),
      ...origin,
    } as never);
    expect(settled).toMatchObject({
      title: "1.50 tUSD for 2 answers",
      path: "/settlements/9",
      id: `urn:lloom:5:${at("ac")}:settlement:9`,
    });
    const jail = { id: "3", memberAddress: at("e1"), jailedUntil: 1_893_456_000, timestamp: 5 };
    expect(jailEntry(naming, { ...jail, kind: "JAIL" }).summary).toMatch(/put in jail.*from 2030-01-01/);
    expect(jailEntry(naming, { ...jail, kind: "UNJAIL", jailedUntil: null }).title).toBe("Out of jail");
  });
});
