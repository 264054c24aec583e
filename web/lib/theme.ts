/** Colour themes that a reader can choose; without a choice the system decides. */
export type Theme = "light" | "dark";

/** The cookie that remembers the choice. A cookie, so that the server's first byte already has the right colours. */
export const THEME_COOKIE = "lloom-theme";

/** The theme of a cookie's text, or undefined for anything that is no theme. */
export const parseTheme = (text: string | undefined): Theme | undefined =>
  text === "light" || text === "dark" ? text : undefined;
