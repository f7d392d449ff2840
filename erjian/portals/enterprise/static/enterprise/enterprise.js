/* The enterprise's pages: double-click chooses a row, a new portrait is shown without losing what is typed. */
document.addEventListener("dblclick", (event) => {
  event.target.closest("tr")?.querySelector("button[data-choose]")?.click();
});

document.addEventListener("ej:uploaded", (event) => {
  const dialog = event.target.closest("dialog");
  const shown = document.querySelector("[data-portrait]");
  if (!dialog || !shown || !event.detail.thumbnail) return;
  const image = new Image();
  image.alt = "人员寸照";
  image.src = event.detail.thumbnail;
  shown.querySelector("img, svg")?.replaceWith(image);
  dialog.close();
});
