import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { SignedOffer } from "@lloom/protocol/messages";
import { expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { OfferPublisher } from "./offer-publisher.ts";

const log = createLog({ level: "silent", name: "test" });

it("lets the node breathe while the backend is away and somebody new listens", async () => {
  let asked = 0;
  const backend = {
    listModels: () => {
      asked += 1;
      return Promise.reject(new LloomError("BACKEND_FAILED", "It is away."));
    },
  };
  const topic = { publish: () => Promise.resolve(0), members: () => 1 };
  const told: number[] = [];
  await using _publisher = new OfferPublisher({
    backend,
    topic,
    onModels: (models) => told.push(models.length),
    offers: () => [],
    intervalMs: 40,
    listModelsMs: 0,
    log,
  });
  for (let turn = 0; turn < 5; turn += 1) await pause(20);
  expect(told.length).toBeGreaterThan(0);
  expect(told.every((count) => count === 0)).toBe(true);
  expect(asked).toBeLessThan(20);
});

it("says what has changed without a look at who listens, and afterwards waits as before", async () => {
  const events = new EventEmitter();
  const happened: string[] = [];
  const note = (event: string): number => {
    happened.push(event);
    events.emit(event);
    return 1;
  };
  await using publisher = new OfferPublisher({
    ...{ backend: { listModels: async () => [] }, onModels: () => undefined, log },
    topic: { publish: async () => note("said"), members: () => note("looked") },
    ...{ offers: () => [{} as SignedOffer], intervalMs: 3_600_000, listModelsMs: 3_600_000 },
  });
  await once(events, "looked");
  publisher.changed();
  await once(events, "said");
  await once(events, "said");
  expect(happened.slice(0, 3)).toEqual(["said", "looked", "said"]);
  // Twice at least: after it has spoken, and before it speaks again.
  expect(happened.slice(3, 5)).toEqual(["looked", "looked"]);
});
