import { setTimeout as pause } from "node:timers/promises";
import type { Seeded } from "../../../protocol/test/seeded.ts";
import type { Passage, RpcError, RpcGate } from "../rpc-gate.ts";

/** Of 1000 requests, so many suffer each. */
const PASSAGES: readonly (readonly [Passage, number])[] = [
  ["refuse", 10],
  ["loseAnswer", 10],
  ["hang", 1],
];
const ERRORS: readonly (readonly [RpcError, number])[] = [
  [{ code: -32_005, message: "Too many requests", status: 429 }, 20],
  [{ code: -32_603, message: "", status: 503, body: "<html>503 Service Unavailable</html>" }, 10],
];
const DELAYED = 80;
const LONGEST_DELAY_MS = 400;

/**
 * Makes a JSON-RPC server as bad as public ones are on a bad day: connections break before and after a request arrives, some
 * hang, answers are late, 429 or 503. What happens to whom is drawn.
 */
export function makeFlaky(gate: RpcGate, random: Seeded): void {
  const drawn = <T>(fates: readonly (readonly [T, number])[]): T | undefined => {
    let left = random.below(1000);
    return fates.find(([, share]) => {
      left -= share;
      return left < 0;
    })?.[0];
  };
  gate.decide = async () => {
    if (random.below(1000) < DELAYED) await pause(random.below(LONGEST_DELAY_MS));
    return drawn(PASSAGES) ?? "pass";
  };
  gate.answer = () => drawn(ERRORS);
}
