/* A tab strip on one page: links to panels inside. Without scripts all panels are shown one below the other. */
const wired = new WeakSet();

function start(strip) {
  const tabs = [...strip.querySelectorAll("a[href^='#']")];
  const panels = tabs.map((tab) => document.getElementById(tab.hash.slice(1)));
  strip.setAttribute("role", "tablist");
  tabs.forEach((tab, index) => {
    tab.parentElement.tagName === "LI" && tab.parentElement.setAttribute("role", "presentation");
    tab.id ||= `${panels[index].id}-tab`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panels[index].id);
    panels[index].setAttribute("role", "tabpanel");
    panels[index].setAttribute("aria-labelledby", tab.id);
  });

  function show(chosen, focus) {
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", index === chosen);
      tab.tabIndex = index === chosen ? 0 : -1;
      panels[index].hidden = index !== chosen;
    });
    if (focus) tabs[chosen].focus();
  }

  strip.addEventListener("click", (event) => {
    const at = tabs.indexOf(event.target.closest("a"));
    if (at < 0) return;
    event.preventDefault();
    history.replaceState(null, "", tabs[at].hash);
    show(at, false);
  });
  strip.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: tabs.length - 1 - at }[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    show((at + step + tabs.length) % tabs.length, true);
  });
  const named = tabs.findIndex((tab) => tab.hash === location.hash);
  const marked = tabs.findIndex((tab) => tab.getAttribute("aria-current"));
  show(Math.max(named, marked, 0), false);
}

export function wire(root) {
  for (const strip of root.querySelectorAll("[data-tabs]")) {
    if (wired.has(strip)) continue;
    wired.add(strip);
    start(strip);
  }
}
