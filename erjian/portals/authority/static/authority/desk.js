/* The desk: says that the page itself asks before a decision, and writes a ticked line into the opinion. */
for (const form of document.querySelectorAll("form[data-asks]")) form.elements.asked.value = "1";

const numbered = /^\s*[（(]?\d{1,2}[)）.、．]\s*/;

function lines(text) {
  return text.split("\n").map((line) => line.replace(numbered, "").trim()).filter(Boolean);
}

document.addEventListener("change", (event) => {
  const { defect } = event.target.dataset;
  const opinion = document.getElementById("id_opinion");
  if (!defect || !opinion) return;
  const what = `${defect.split("：", 1)[0]}：`;
  const kept = lines(opinion.value).filter((line) => !line.startsWith(what));
  if (event.target.checked) kept.push(defect);
  opinion.value = kept.length > 1 ? kept.map((line, at) => `${at + 1}. ${line}`).join("\n") : kept.join("");
});
