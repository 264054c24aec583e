import { LloomError } from "../errors.ts";
import type { ClockError } from "./clock-evidence.ts";

/** How to set a clock by the network, by platform. */
const MEND: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "sudo timedatectl set-ntp true",
  darwin: "sudo sntp -sS time.apple.com",
  win32: "w32tm /resync, as administrator",
};

/** The command that sets this machine's clock; where none is known, one that shows how wrong it is. */
export const clockMend = (platform: NodeJS.Platform): string => MEND[platform] ?? "date -u";

/** A wrong clock in words, with the way to mend it. */
export function clockProblem({ errorMs, peers, chain }: ClockError, platform = process.platform): LloomError {
  const seconds = Math.round(Math.abs(errorMs) / 1000);
  const direction = errorMs > 0 ? "fast" : "slow";
  const witnesses = [
    ...(peers > 0 ? [`${peers} ${peers === 1 ? "peer" : "peers"}`] : []),
    ...(chain ? ["the chain's blocks"] : []),
  ].join(" and ");
  const command = MEND[platform];
  return new LloomError("CLOCK_WRONG", `This clock is ${seconds} s ${direction}, going by ${witnesses}.`, {
    next: `Set it by the network${command === undefined ? "" : `: ${command}`}. Requests and offers carry times: with a wrong clock they are refused.`,
    details: { errorSeconds: errorMs > 0 ? seconds : -seconds, peers, chain },
  });
}
