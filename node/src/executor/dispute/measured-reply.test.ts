import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { silentLog } from "../../../../test/support/hosts.ts";
import type { MeasuredOpened } from "../../chain/disputes/measured-events.ts";
import { measuredReply } from "./measured-reply.ts";

const opened = (kind: bigint): MeasuredOpened => ({ id: ZERO_HASH, kind }) as MeasuredOpened;

it("denies that it runs another model, and neither denies nor admits what it has no name for", async () => {
  const store = { find: () => undefined, delivery: () => undefined };
  const reply = measuredReply({ store, count: async () => undefined, log: silentLog });
  expect(await reply({ opened: opened(0n), answers: [] })).toBe("answer");
  expect(await reply({ opened: opened(2n), answers: [] })).toBe("wait");
});
