import { expect, it } from "vitest";
import { PeerTurns } from "./peer-turns.ts";

const never = new AbortController().signal;
const limits = { atATime: 2, waiting: 2, waitMs: 60_000 };

it("come so many at a time to each peer, then in order, and an ended one ends once", async () => {
  const turns = new PeerTurns(limits);
  const came: string[] = [];
  const take = async (name: string) => {
    const end = await turns.take("peer", never);
    came.push(name);
    return end;
  };
  const [first] = await Promise.all([take("a"), take("b")]);
  const [third, fourth] = [take("c"), take("d")];
  await turns.take("another", never);
  expect(came).toEqual(["a", "b"]);
  first?.();
  first?.();
  await third;
  expect(came).toEqual(["a", "b", "c"]);
  (await third)();
  await fourth;
  expect(came).toEqual(["a", "b", "c", "d"]);
});

it("are waited for by so many, and for so long; who is cancelled leaves its place to others", async () => {
  const turns = new PeerTurns({ ...limits, atATime: 1 });
  const end = await turns.take("peer", never);
  const stop = new AbortController();
  const cancelled = turns.take("peer", stop.signal);
  const waiting = turns.take("peer", never);
  await expect(turns.take("peer", never)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  stop.abort();
  await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
  const last = turns.take("peer", never);
  end();
  (await waiting)();
  (await last)();
  const short = new PeerTurns({ ...limits, atATime: 1, waitMs: 1 });
  await short.take("peer", never);
  await expect(short.take("peer", never)).rejects.toMatchObject({ code: "EXECUTOR_TIMEOUT" });
});
