type Shown = (amount: bigint) => string;

/** What a deed's intent begins with, and the command that has this deed; the amounts of intents are base units. */
const COMMANDS: readonly (readonly [
  RegExp,
  (shown: (amount: string) => string, words: readonly string[]) => string,
])[] = [
  [/^deposit (\d+)$/, (shown, [amount = ""]) => `lloom deposit ${shown(amount)}`],
  [/^stake (\d+) as executor$/, (shown, [amount = ""]) => `lloom stake ${shown(amount)}`],
  [/^stake (\d+) as validator$/, (shown, [amount = ""]) => `lloom stake ${shown(amount)} --role validator`],
  [/^unbond (\w+)$/, (shown, [amount = ""]) => `lloom unbond ${shown(amount)}`],
  [/^cancel the unbonding$/, () => "lloom unbond --cancel"],
  [/^leave jail$/, () => "lloom unjail"],
  [/^allocate (\d+) to (\w+)$/, (shown, [amount = "", to]) => `lloom allocate ${to} ${shown(amount)}`],
  [/^unlock all of (\w+)$/, (_, [of]) => `lloom unlock ${of}`],
  [/^unlock (\d+) of (\w+)$/, (shown, [amount = "", of]) => `lloom unlock ${of} ${shown(amount)}`],
  [/^cancel the unlock of (\w+)$/, (_, [of]) => `lloom unlock ${of} --cancel`],
  [/^finish the unlock of (\w+)$/, () => "lloom unlock --finish"],
  [/^withdraw deposit all to (\w+)$/, (_, [to]) => `lloom withdraw deposit --to ${to}`],
  [
    /^withdraw deposit (\d+) to (\w+)$/,
    (shown, [amount = "", to]) => `lloom withdraw deposit ${shown(amount)} --to ${to}`,
  ],
  [/^withdraw (earnings|stake) to (\w+)$/, (_, [what, to]) => `lloom withdraw ${what} --to ${to}`],
  [/^release all to (\w+)$/, (_, [to]) => `lloom release ${to}`],
  [/^release (\d+) to (\w+)$/, (shown, [amount = "", to]) => `lloom release ${to} ${shown(amount)}`],
];

/** Where a deed is done, and that a call is the approval that comes before one: nothing of the command. */
const deedOf = (intent: string): string => intent.replace(/^approval for: /, "").replaceAll(/ at 0x\w+/g, "");

/** The command that sent a call, by what the journal notes of it: given again, it goes on with it. Undefined of a node's own call. */
export function commandOfIntent(intent: string, plain: Shown): string | undefined {
  const shown = (amount: string): string => (/^\d+$/.test(amount) ? plain(BigInt(amount)) : amount);
  for (const [form, command] of COMMANDS) {
    const found = form.exec(deedOf(intent));
    if (found !== null) return command(shown, found.slice(1));
  }
  return undefined;
}
