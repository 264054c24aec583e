import { describe, expect, it } from "vitest";
import { type NoChoice, nearerMiss } from "./no-choice.ts";

describe("of two reasons for no choice", () => {
  const rising: readonly NoChoice[] = [
    ...(["none", "provider", "unstaked", "unread", "stake", "reputation"] as const),
    ...(["price", "context", "embedder", "features", "tried"] as const),
  ];

  it.each(rising.slice(1).map((near, place) => [near, rising[place] as NoChoice] as const))(
    "%s is told rather than %s, whichever is met first",
    (near, far) => {
      expect([nearerMiss(near, far), nearerMiss(far, near)]).toEqual([near, near]);
      expect(nearerMiss(near, near)).toBe(near);
    },
  );
});
