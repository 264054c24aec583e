/*
 * The little of the browser's document that the checks inside a page use. The types of the DOM itself are not loaded: they
 * would let code of the node mention a window without anybody noticing.
 */

export interface PageElement {
  readonly id: string;
  readonly innerText: string;
  click(): void;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
}

export interface PageRoot extends PageElement {
  readonly scrollWidth: number;
}

export interface PageDocument {
  readonly documentElement: PageRoot;
  readonly activeElement: PageElement | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

export interface PageStyle {
  readonly backgroundColor: string;
}
