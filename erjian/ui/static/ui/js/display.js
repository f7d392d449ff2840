/* How the page is shown: larger text, remembered in this browser; the current tab in sight; printing. */
const root = document.documentElement;

function stored() {
  try {
    return localStorage.getItem("ej-large") === "1";
  } catch {
    return false;
  }
}

function apply(large) {
  root.classList.toggle("ej-large", large);
  for (const button of document.querySelectorAll("[data-large-text]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", large);
    button.textContent = large ? "标准字号" : "大字版";
  }
}

apply(stored());

for (const tab of document.querySelectorAll(":is(.ej-tabs-top, .ej-views, .ej-form-tabs) > [aria-current]")) {
  const strip = tab.parentElement;
  const beyond = tab.getBoundingClientRect().right - strip.getBoundingClientRect().right;
  if (beyond > 0) strip.scrollLeft += beyond + parseFloat(getComputedStyle(strip).paddingRight);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-large-text]")) {
    const large = !root.classList.contains("ej-large");
    apply(large);
    try {
      localStorage.setItem("ej-large", large ? "1" : "0");
    } catch {
      /* a browser that keeps nothing still shows the page larger */
    }
  } else if (event.target.closest("[data-print]")) {
    window.print();
  }
});
