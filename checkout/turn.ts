import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takeLock } from "../node/src/store/files/lock.ts";

const AGAIN_MS = 250;

/**
 * Waits until no other process of this machine holds the file, and holds it until disposed of, or until this process ends,
 * however that ends. Says so once if it has to wait. Throws the signal's reason, and what the file system throws.
 */
export async function takeTurn(path: string, signal: AbortSignal, onWait?: () => void): Promise<Disposable> {
  mkdirSync(dirname(path), { recursive: true });
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    let isTaken = false;
    try {
      const lock = takeLock(path, ({ cause }) => {
        isTaken = true;
        throw cause;
      });
      return { [Symbol.dispose]: () => lock.close() };
    } catch (thrown) {
      if (!isTaken) throw thrown;
    }
    if (isFirst) onWait?.();
    await delay(AGAIN_MS, undefined, { signal });
  }
}
