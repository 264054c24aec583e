import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog, until } from "../../../../test/support/hosts.ts";
import { LloomError } from "../../errors.ts";
import type { JurorFinding } from "./judge.ts";
import { Judgings, type JudgingTrouble } from "./judgings.ts";

const ID: Hex = `0x${"11".repeat(32)}`;
const FOUND: JurorFinding = { choice: "Match", why: "All is right." };
const MISSING = new LloomError("EVIDENCE_MISSING", "Nobody shows evidence.", { next: "Wait." });

let looks: PromiseWithResolvers<JurorFinding>[];
let problems: (JudgingTrouble | undefined)[];
let judgings: Judgings;
let stop: AbortController;
beforeEach(() => {
  [looks, problems, stop] = [[], [], new AbortController()];
  judgings = new Judgings({
    judge: () => {
      const look = Promise.withResolvers<JurorFinding>();
      looks.push(look);
      return look.promise;
    },
    ...{ retryMs: 1_000_000, signal: stop.signal, log: silentLog, wake: () => undefined },
    onProblem: (_, problem) => problems.push(problem),
  });
});
afterEach(() => stop.abort());

describe("a case that cannot be judged", () => {
  it("says why, and that it can once it was", async () => {
    judgings.begin(ID);
    looks[0]?.reject(MISSING);
    await until("it is looked at", () => judgings.of(ID) === "unreachable");
    judgings.begin(ID);
    looks[1]?.resolve(FOUND);
    await until("it is judged", () => judgings.of(ID) === "Match");
    expect(problems).toEqual([{ problem: "Nobody shows evidence.", next: "Wait." }, undefined]);
    judgings.again(ID);
    expect(judgings.of(ID)).toBe("Match");
  });

  it("is looked at again at once when more may be had, also where that is said while it is looked at", async () => {
    judgings.begin(ID);
    looks[0]?.reject(MISSING);
    await until("it waits", () => judgings.of(ID) === "unreachable");
    judgings.again(ID);
    expect(judgings.of(ID)).toBeUndefined();
    judgings.begin(ID);
    judgings.again(ID);
    expect(judgings.of(ID)).toBe("pending");
    looks[1]?.reject(MISSING);
    await until("it is to be looked at", () => judgings.of(ID) === undefined);
    // Once: what it told is known.
    judgings.begin(ID);
    looks[2]?.reject(MISSING);
    await until("it waits again", () => judgings.of(ID) === "unreachable");
  });
});
