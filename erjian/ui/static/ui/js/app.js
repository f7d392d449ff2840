/* The one script of every page. It wires what is always there and fetches the rest where a page asks for it. */
import "./toggles.js";
import "./confirm.js";
import "./dialogs.js";
import "./forms.js";
import "./display.js";

const wanted = [
  ["[data-autosave], [data-guard-leaving]", () => import("./autosave.js")],
  ["[data-upload]", () => import("./upload.js")],
  ["[data-viewer]", () => import("./viewer.js")],
  ["[data-desk]", () => import("./desk.js")],
  ["[data-signature]", () => import("./signature.js")],
  ["[data-tabs]", () => import("./tabs.js")],
];

export function wire(root) {
  for (const [selector, load] of wanted) {
    if (root.matches?.(selector) || root.querySelector(selector)) load().then((module) => module.wire(root));
  }
}

wire(document);
document.addEventListener("htmx:load", (event) => wire(event.detail.elt));
