/** What a client counts of calls and schemas, and whom `exacto` then asks. */
import { toolsText } from "@lloom/protocol/form/tools";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import { profileText } from "@lloom/protocol/profile";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Conduct, MODEL, QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import { rememberingBook } from "../discover/remembering-book.ts";
import type { Question } from "../question.ts";

const CALL = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>';
const STAKE = 100_000_000;
const PROFILE = profileText({
  ...{ backend: "llama.cpp", maxContext: 8192, evidence: "text", features: ["json_schema", "tools"] },
});
const MESSAGES: readonly ChatMessage[] = [{ role: "tools", content: toolsText([{ name: "f" }]) }, ...QUESTION.messages];
const asking = (sampling: Partial<Sampling>): Partial<Question> => ({
  sampling: { ...QUESTION.sampling, ...sampling },
  ...(sampling.toolUse && { messages: MESSAGES }),
});
const calling = (choice: "auto" | "required") => asking({ toolUse: { choice, most: 1 } });
const SCHEMA = { responseFormat: "json", jsonSchema: '{"type":"boolean"}' } as const;
const says = (text: string): Conduct => ({ type: "says", text });

let staged: StagedMarket;
beforeEach(() => {
  staged = new StagedMarket();
});
afterEach(() => staged[Symbol.dispose]());

const join = (price: bigint, conduct: (request: number) => Conduct) =>
  staged.join({ price, stake: STAKE, profile: PROFILE, conduct });

describe("a client counts by executor and model", () => {
  const NOTHING = [] as const;
  it.each<[string, Partial<Question>, Conduct, readonly (readonly [string, number, number])[]]>([
    ["a call that was asked for", calling("required"), says(CALL), [["calls", 1, 0]]],
    ["a call that was not needed", calling("auto"), says(CALL), [["calls", 1, 0]]],
    ["no call where none was needed: nothing", calling("auto"), says("No."), NOTHING],
    ["no call where one was needed", calling("required"), says("No."), [["calls", 0, 1]]],
    ["a call of something else", calling("auto"), says(CALL.replace('"f"', '"g"')), [["calls", 0, 1]]],
    ["an answer by its schema", asking(SCHEMA), says("true"), [["schema", 1, 0]]],
    ["one that does not meet it", asking(SCHEMA), says("1"), [["schema", 0, 1]]],
    ["a backend that fails at it", asking(SCHEMA), { type: "breaksOff" }, [["schema", 0, 1]]],
    ["who was too busy for it: nothing", asking(SCHEMA), { type: "refuses", code: "QUEUE_FULL" }, NOTHING],
    ["who signs wrongly: nothing", asking(SCHEMA), { type: "forges" }, NOTHING],
    ["what a string may cut off: nothing", asking({ ...SCHEMA, stop: ["x"] }), says("true"), NOTHING],
    ["plain answers, and plain failures: nothing", {}, { type: "breaksOff" }, NOTHING],
  ])("%s", async (_, question, conduct, counted) => {
    const { address } = join(1n, () => conduct);
    await staged.ask(question).catch(() => undefined);
    const forms = staged.store.formCounts();
    expect(forms).toEqual(
      counted.map(([form, valid, invalid]) => ({ executor: address, model: MODEL, form, valid, invalid })),
    );
    // A client that starts again knows the same.
    const again = rememberingBook(staged.store);
    for (const { signed } of staged.book.candidates(MODEL, staged.nowMs)) again.add(signed, staged.nowMs);
    for (const book of [staged.book, again])
      expect(book.model(MODEL, staged.nowMs)?.forms?.[forms[0]?.form ?? "calls"]).toEqual(
        forms[0] && { valid: forms[0].valid, invalid: forms[0].invalid },
      );
  });
});

it("asks by exacto whoever kept to forms, whatever others cost, and the cheapest of those who did as well", async () => {
  const careless = join(1n, (request) => says(request === 0 ? "1" : "true"));
  const careful = join(5n, () => says("true"));
  const question = { ...asking(SCHEMA), whole: true };
  // The first is asked for its price, fails at the form, and the other one answers.
  expect((await staged.ask(question)).asked).toEqual([careless.address, careful.address]);
  staged.nowMs += 3_700_000;
  staged.speak(careless);
  staged.speak(careful);
  const exacto = { ...question, preference: { sort: "exacto" as const } };
  expect((await staged.ask(exacto)).asked).toEqual([careful.address]);
  expect((await staged.ask({ ...question, preference: { sort: "price" } })).asked).toEqual([careless.address]);
});
