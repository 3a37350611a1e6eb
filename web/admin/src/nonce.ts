/** The policy of the page allows only styles with this nonce, which is new with every answer. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

// The library that keeps the page from scrolling behind a dialog looks for it here.
Object.assign(globalThis, { __webpack_nonce__: nonce() });
