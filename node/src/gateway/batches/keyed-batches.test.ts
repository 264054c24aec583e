import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  BATCH_DEADLINE,
  batchOf,
  CHAT,
  ended,
  ids,
  line,
  linesOf,
  QUICK,
} from "../../../../test/support/staged-batches.ts";
import { END, type StagedClient } from "../../../../test/support/staged-client.ts";
import { openai, type StagedGateway, stageGateway, thrownBy } from "../../../../test/support/staged-gateway.ts";
import type { AskEvent } from "../../client/question.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { openApiKeys } from "../../store/client/api-keys.ts";
import { openKeySpending } from "../../store/client/key-spending.ts";
import type { RequestCharge } from "../../store/client/request-charge.ts";
import type { Database } from "../../store/database/database.ts";
import type { Gateway } from "../gateway.ts";

let staged: StagedGateway;
let client: StagedClient;
let nowMs: number;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
  nowMs = Date.UTC(2026, 10, 30, 12);
});
afterEach(() => staged[Symbol.asyncDispose]());

const hash = (index: number): Hex => `0x${index.toString(16).padStart(64, "0")}`;

describe("an API key's batch", () => {
  let db: Database;
  let charges: Map<Hex, RequestCharge>;
  beforeEach(() => {
    db = staged.memory.database();
    charges = new Map();
  });
  const keys = () => ({
    ...{ keys: openApiKeys(db), spending: openKeySpending(db), chargeOf: (request: Hex) => charges.get(request) },
    ...{ clock: () => nowMs, steady: steadyClock },
  });
  const add = (secret: string, terms: object = {}): string => {
    const none = { budget: undefined, models: undefined, perMinute: undefined, expiresAtMs: undefined };
    openApiKeys(db).add({ name: secret, ...none, ...terms }, secret, nowMs);
    return secret;
  };
  const chargeEach = (): void => {
    let requests = 0;
    client.script = async function* ({ purse }): AsyncGenerator<AskEvent> {
      const requestHash = hash(++requests);
      purse?.hold(requestHash, 100n);
      yield { type: "signed", requestHash };
      charges.set(requestHash, { cost: 7n, inboundTokens: 9, outboundTokens: 13, isAnswered: true });
      yield { type: "text", text: "Yes." };
      yield { ...END, requestHash };
    };
  };
  const begin = (): Promise<Gateway> =>
    staged.start({
      ...{ batches: staged.memory.batches({ settings: QUICK, clock: () => nowMs }), keys: keys(), closeGraceMs: 0 },
    });

  it("and its files are found by that key alone", async () => {
    const gateway = await begin();
    const [own, other] = [openai(gateway, add("own")), openai(gateway, add("other"))];
    const batch = await ended(own, await batchOf(own, [line("a")]));
    const file = batch.output_file_id ?? "";
    expect(await thrownBy(other.files.retrieve(file))).toMatchObject({ status: 404 });
    expect(await thrownBy(other.files.content(file))).toMatchObject({ status: 404 });
    expect(await thrownBy(other.files.delete(file))).toMatchObject({ status: 404 });
    expect(await thrownBy(other.batches.retrieve(batch.id))).toMatchObject({ status: 404 });
    expect(await thrownBy(other.batches.cancel(batch.id))).toMatchObject({ status: 404 });
    expect(
      await thrownBy(
        other.batches.create({ input_file_id: batch.input_file_id, endpoint: CHAT, completion_window: "24h" }),
      ),
    ).toMatchObject({ status: 400, param: "input_file_id" });
    expect([(await other.files.list()).data, (await other.batches.list()).data]).toEqual([[], []]);
    expect((await own.files.list()).data).toHaveLength(2);
  });

  it("is held to the key's budget, which its lines share, and to its models", async () => {
    chargeEach();
    const gateway = await begin();
    const caller = openai(
      gateway,
      add("poor", { budget: { amount: "0.000155", period: "total" }, models: ["lloom-tiny"] }),
    );
    const lines = [...ids(12).map((id) => line(id)), line("other", { model: "meta-llama/Llama-3.2" })];
    const batch = await ended(caller, await batchOf(caller, lines));
    // The last that its hold of 100 was covered for: 8 × 7 + 100 > 155.
    expect(batch.request_counts).toEqual({ total: 13, completed: 8, failed: 5 });
    const failures = await linesOf(caller, batch.error_file_id);
    expect(failures.map(({ response }) => response?.body.error?.lloom_code).sort()).toEqual([
      ...Array.from({ length: 4 }, () => "KEY_BUDGET_SPENT"),
      "MODEL_NOT_ALLOWED",
    ]);
    expect(openKeySpending(db).spending(1, 0)).toEqual({ spent: 56n, held: 0n });
  });

  it("waits for the key's rate, and ends when the key is revoked", async () => {
    const gateway = await begin();
    const caller = openai(gateway, add("slow", { perMinute: 6_000 }));
    const made = await batchOf(
      caller,
      ids(30).map((id) => line(id)),
    );
    expect((await ended(caller, made)).request_counts?.completed).toBe(30);
    const rest = Promise.withResolvers<void>();
    client.script = async function* () {
      await rest.promise;
      openApiKeys(db).revoke(1, nowMs);
      yield { type: "text", text: "Yes." };
      yield END;
    };
    const asked = client.asked.length;
    const second = await batchOf(
      caller,
      ids(30).map((id) => line(id)),
    );
    await vi.waitUntil(() => client.asked.length > asked, BATCH_DEADLINE);
    rest.resolve();
    const store = staged.memory.batches();
    const own = () => store.batches.find("made 1", second.id);
    await vi.waitFor(() => expect(own()?.state).toBe("completed"), BATCH_DEADLINE);
    expect(own()?.failed).toBeGreaterThan(0);
    expect(client.asked.length - asked).toBe(own()?.completed);
  });
});
