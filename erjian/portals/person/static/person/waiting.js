/* Waits for a job: asks how far it is, and loads the page again once it is done or the step has changed. */
const place = document.querySelector("[data-waiting]");

async function ask() {
  try {
    const answer = await fetch(place.dataset.waiting, { headers: { Accept: "application/json" } });
    if (answer.status >= 400) return true;
    const now = await answer.json();
    return !(now.reading || now.judging);
  } catch {
    return false; // no network for a moment: ask again
  }
}

// Whoever is photographing or uploading the other side meanwhile is not interrupted.
const busy = () => document.querySelector("dialog[open], [data-upload] progress:not([hidden])");

let pause = 800;
async function wait() {
  if (!busy() && (await ask()) && !busy()) {
    location.reload();
    return;
  }
  pause = Math.min(pause * 1.2, 4000);
  setTimeout(wait, pause);
}

if (place) setTimeout(wait, pause);
