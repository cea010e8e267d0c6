/* What pages use and Chrome 80 does not have, as the browsers of many offices: filled in where it is missing. */
"use strict";

for (const { prototype } of [Element, DocumentFragment]) {
  if (!prototype.replaceChildren) {
    prototype.replaceChildren = function replaceChildren(...nodes) {
      while (this.lastChild) this.lastChild.remove();
      this.append(...nodes);
    };
  }
}
