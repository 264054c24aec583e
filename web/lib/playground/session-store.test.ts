import { newSession } from "@lloom/browser/session";
import { expect, test } from "vitest";
import { forgetPurse, loadPurse, savePurse } from "./session-store.ts";

test("a session is kept with its account until it is forgotten, and nonsense is none", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  expect(loadPurse(storage)).toBeUndefined();
  const session = newSession();
  const principal = newSession().address;
  savePurse(storage, { session, principal });
  expect(loadPurse(storage)).toEqual({ session, principal });
  savePurse(storage, { session, principal: undefined });
  expect(loadPurse(storage)?.principal).toBeUndefined();
  forgetPurse(storage);
  expect(kept.size).toBe(0);
  kept.set("lloom.session", "f".repeat(64));
  expect(loadPurse(storage), "beyond the curve's order").toBeUndefined();
});
