/** /lloom/evidence/1 under attack: strangers, and readers who do not read, keep nobody from what is theirs. */
import type { EvidenceAsk, EvidencePart } from "@lloom/protocol/evidence-messages";
import { encodeEvidenceAsk } from "@lloom/protocol/evidence-wire";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import {
  ASK,
  ask,
  asker,
  END,
  framed,
  open,
  serve,
  server,
  textPart,
  useHosts,
} from "../../../../test/support/evidence-stage.ts";
import { startHost, until } from "../../../../test/support/hosts.ts";
import { LloomError } from "../../errors.ts";

useHosts();

describe("whoever is asked", () => {
  it("gives a party its evidence while strangers open silent streams as fast as they can", async () => {
    // Known by its question alone, as a juror is.
    const right = async (_: EvidenceAsk, from: string, place: () => Promise<void>): Promise<EvidencePart[]> => {
      if (from !== asker.address) throw new LloomError("EVIDENCE_REFUSED", "Not for you.");
      await place();
      return [textPart(0), END];
    };
    await serve({ handle: right });
    const attack = new AbortController();
    let opened = 0;
    const attackers = Array.from({ length: 6 }, () => reopenSilently(attack.signal, () => opened++));
    await until("they are at it", () => opened >= 24);
    for (let round = 0; round < 20; round++) {
      const before = opened;
      expect(await ask(), `round ${round}`).toEqual([textPart(0), END]);
      await until("they go on", () => opened > before);
    }
    attack.abort();
    await Promise.all(attackers);
  });

  /** Opens streams and says nothing; takes another key when nothing comes of this one any more. */
  async function reopenSilently(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const addresses = server.multiaddrs().map((address) => multiaddr(address));
    while (!signal.aborted) {
      await using host = await startHost({ listen: [] });
      for (let lost = 0; lost < 4 && !signal.aborted; ) {
        const streams = await Promise.allSettled(
          Array.from({ length: 4 }, () => host.libp2p.dialProtocol(addresses, EVIDENCE_PROTOCOL)),
        );
        const held = streams.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
        if (held.length === 0) lost++;
        for (const stream of held) {
          onOpen();
          await until("it is cut", () => stream.status !== "open" || signal.aborted);
        }
      }
    }
  }

  it("takes who opened silent streams no more, soon, and does not ban it", async () => {
    await serve({ limits: { askMs: 300, asksPerSecond: 0.001, askBurst: 8 } });
    for (let silent = 0; silent < 3; silent++) {
      const stream = await open();
      await until("it is cut", () => stream.status !== "open");
    }
    await expect(ask()).rejects.toBeInstanceOf(LloomError);
    expect(server.isBanned(asker.peerId)).toBe(false);
  });

  it("cuts who takes nothing of its answer, and who has been answered gives its place back", async () => {
    const limits = { asksTotal: 1, stallMs: 300 };
    const endless = function* (): Generator<EvidencePart> {
      for (;;) yield textPart(0);
    };
    const answers: Iterable<EvidencePart>[] = [endless(), [END], [END]];
    await serve({ limits, handle: async () => answers.shift() ?? [] });
    const stalled = await open();
    stalled.pause();
    stalled.send(framed(encodeEvidenceAsk(ASK)));
    await until("it is answered", () => answers.length === 2);
    expect(await ask()).toEqual([END]);
    // One that reads all and never closes.
    const lingering = await open();
    lingering.send(framed(encodeEvidenceAsk(ASK)));
    await until("it is answered, too", () => answers.length === 0);
    answers.push([END]);
    expect(await ask()).toEqual([END]);
  });
});
