import { readFileSync } from "node:fs";

/** The process whose number a file holds, if it lives, be it as somebody else: one that was killed left its number behind. */
export function livingProcess(file: string): number | undefined {
  try {
    const pid = Number(/^(\d{1,10})\n?$/.exec(readFileSync(file, "utf8"))?.[1]);
    return pid > 0 && lives(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
