/* Fetches a module where a page asks for it. Its addresses stand on the script element, because only the
   server knows the hashed names; the modules which every page needs are script elements of their own. */
const addresses = document.getElementById("ej-app").dataset;
const wanted = {
  autosave: "[data-autosave], [data-guard-leaving]",
  upload: "[data-upload]",
  viewer: "[data-viewer]",
  desk: "[data-desk]",
  signature: "[data-signature]",
  tabs: "[data-tabs]",
  capture: "[data-capture]",
};

function wire(root) {
  for (const [name, selector] of Object.entries(wanted)) {
    if (root.matches?.(selector) || root.querySelector(selector)) {
      import(addresses[`module${name[0].toUpperCase()}${name.slice(1)}`]).then((module) => module.wire(root));
    }
  }
}

wire(document);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) wire(event.detail.elt);
});
