import { describe, expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { FramePipe } from "./frame-pipe.ts";

async function readAll(pipe: FramePipe<number>): Promise<number[]> {
  const frames: number[] = [];
  for await (const frame of pipe) frames.push(frame);
  return frames;
}

describe("the frame pipe", () => {
  it("gives everything in order, then ends", async () => {
    const pipe = new FramePipe<number>();
    pipe.offer(1);
    pipe.offer(2);
    pipe.end();
    expect(await readAll(pipe)).toEqual([1, 2]);
  });

  it("gives what came before a failure, then the failure", async () => {
    const pipe = new FramePipe<number>();
    pipe.offer(1);
    pipe.fail(new LloomError("BACKEND_FAILED", "It broke."));
    const seen: number[] = [];
    const read = (async () => {
      for await (const frame of pipe) seen.push(frame);
    })();
    await expect(read).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    expect(seen).toEqual([1]);
  });

  it("makes a writer wait that is far ahead, until the reader comes", async () => {
    const pipe = new FramePipe<number>();
    let written = 0;
    const writing = (async () => {
      for (; written < 1_000; written += 1) await pipe.push(written);
      pipe.end();
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(300);
    expect((await readAll(pipe)).length).toBe(1_000);
    await writing;
  });

  it("lets the writer go on when the reader leaves, and keeps nothing", async () => {
    const pipe = new FramePipe<number>();
    const writing = (async () => {
      for (let frame = 0; frame < 1_000; frame += 1) await pipe.push(frame);
    })();
    for await (const frame of pipe) if (frame === 3) break;
    await writing;
    expect(await readAll(pipe)).toEqual([]);
  });
});
