/* Ticking an item brings the words that would usually be said of it; they can be changed. */
document.addEventListener("change", (event) => {
  if (event.target.name !== "on") return;
  const words = event.target.closest("li").querySelector("textarea");
  if (event.target.checked && !words.value.trim()) {
    words.value = words.dataset.words;
    words.focus();
  }
});
document.addEventListener("input", (event) => {
  const box = event.target.closest("li")?.querySelector("[name=on]");
  if (box && event.target.matches("textarea")) box.checked = event.target.value.trim() !== "";
});
