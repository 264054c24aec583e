// Preloaded into every program of a development network whose clock can be moved: the wall clock is ahead by the milliseconds
// that a file says, like the chain's. Timers and the steady clock are not. The file is named by the query of this module's URL.
import { readFileSync, watchFile } from "node:fs";

const file = new URL(import.meta.url).searchParams.get("file") ?? "";
const LOOK_MS = 100;
const RealDate = Date;
const realNow = Date.now;
let aheadMs = 0;

const read = (): void => {
  aheadMs = Number(readFileSync(file, "utf8"));
};
const now = (): number => realNow() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
});
RealDate.now = now;
read();
watchFile(file, { interval: LOOK_MS, persistent: false }, read);
