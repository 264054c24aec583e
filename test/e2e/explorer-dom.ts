/*
 * The little of the browser's document that the checks inside a page use. The types of the DOM itself are not loaded: they
 * would let code of the node mention a window without anybody noticing.
 */

export interface PageElement {
  readonly tagName: string;
  readonly id: string;
  readonly title: string;
  readonly textContent: string;
  readonly outerHTML: string;
  readonly parentElement: PageElement | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  querySelector(selector: string): PageElement | null;
  closest(selector: string): PageElement | null;
  checkVisibility(options: { readonly visibilityProperty: boolean }): boolean;
}

export interface PageRoot extends PageElement {
  readonly lang: string;
  readonly scrollWidth: number;
}

export interface PageDocument {
  readonly documentElement: PageRoot;
  readonly title: string;
  readonly activeElement: PageElement | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

export interface PageStyle {
  readonly color: string;
  readonly backgroundColor: string;
}
