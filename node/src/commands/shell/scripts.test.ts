import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { bashScript, fishScript, type KnownCommand, zshScript } from "./scripts.ts";

const COMMANDS: readonly KnownCommand[] = [
  {
    name: "status",
    describe: "show this node's state: all of it [now]",
    actions: [],
    flags: [{ flag: "--why", describe: "why", takes: "nothing" }],
  },
  {
    name: "receipts",
    describe: "list receipts",
    actions: ["list", "verify"],
    flags: [{ flag: "--config", describe: "file", takes: "file" }],
  },
];

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const typed = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}`;
  const script = `${bashScript(COMMANDS)}\n${typed}; _lloom; echo "\${COMPREPLY[@]}"`;
  const { stdout, status } = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: import.meta.dirname });
  expect(status).toBe(0);
  return stdout.trim().split(" ");
}

it("bash completes commands, actions, flags and files", () => {
  expect(offered("lloom", "st")).toEqual(["status"]);
  expect(offered("lloom", "receipts", "")).toEqual(["list", "verify", "--config"]);
  expect(offered("lloom", "status", "--w")).toEqual(["--why"]);
  expect(offered("lloom", "receipts", "--config", "scripts.te")).toEqual(["scripts.test.ts"]);
});

it("zsh and fish get every command, action and flag, with quotes that hold", () => {
  const zsh = zshScript(COMMANDS);
  expect(zsh).toContain(`'status:show this node'\\''s state  all of it  now '`);
  expect(zsh).toContain(`'1:action:(list verify)'`);
  expect(zsh).toContain(`'*--config[file]:file:_files'`);
  const fish = fishScript(COMMANDS);
  expect(fish).toContain(`-a status -d 'show this node'\\''s state: all of it [now]'`);
  expect(fish).toContain(`'__fish_seen_subcommand_from receipts' -f -a 'list verify'`);
  expect(fish).toContain("-l config -r -F -d 'file'");
});
