const DAY_SECONDS = 86_400;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
] as const;

const two = (number: number): string => String(number).padStart(2, "0");

/** Python's words for a day; what it has besides stays as it is written. */
const WORDS: Readonly<Record<string, (day: Date) => string>> = {
  Y: (day) => String(day.getUTCFullYear()),
  y: (day) => two(day.getUTCFullYear() % 100),
  m: (day) => two(day.getUTCMonth() + 1),
  B: (day) => MONTHS[day.getUTCMonth()] ?? "",
  b: (day) => (MONTHS[day.getUTCMonth()] ?? "").slice(0, 3),
  d: (day) => two(day.getUTCDate()),
  A: (day) => DAYS[day.getUTCDay()] ?? "",
  a: (day) => (DAYS[day.getUTCDay()] ?? "").slice(0, 3),
  H: () => "00",
  M: () => "00",
  S: () => "00",
  "%": () => "%",
};

/** The beginning of a day (UTC), in English, as `strftime` formats it. `asOfSeconds`: any time of the day, Unix seconds. */
export function dayAs(format: string, asOfSeconds: number): string {
  const day = new Date(Math.floor(asOfSeconds / DAY_SECONDS) * DAY_SECONDS * 1000);
  return format.replaceAll(/%(.)/g, (written, letter: string) => WORDS[letter]?.(day) ?? written);
}
