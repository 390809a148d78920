// A list changes in place when its filters do: the address follows, the back button works,
// the focus stays where it was, and the count is said. Without it, every filter is a form
// and every choice a link: a failure here leaves to the browser what it knows how to do.

const LINKS = ".chips a, .sorts a, .empty a[href^='?']";
const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.append(live);
document.documentElement.classList.add("refreshes-in-place");
let last;

// What has the focus, as what finds it again in the new list.
function place() {
  const one = document.activeElement;
  if (!one?.closest(".directory")) return null;
  const named = name(one);
  if (named) return (fresh) => fresh.querySelector(named);
  // Gone with what it took away, it leaves its place to the next, or to the count.
  const kind = [".sorts a", ".filters button"].find((each) => one.matches(each)) ?? ".chips a";
  const rank = [...document.querySelectorAll(kind)].indexOf(one);
  return (fresh) => {
    const found = [...fresh.querySelectorAll(kind)];
    const same = found.find((each) => each.textContent === one.textContent);
    return same ?? found.at(Math.max(rank, 0)) ?? fresh.querySelector(".result-count");
  };
}

function name(one) {
  if (one.name && one.type === "checkbox") {
    return `input[name="${CSS.escape(one.name)}"][value="${CSS.escape(one.value)}"]`;
  }
  if (one.name === "tout") return `#facette-${CSS.escape(one.value)}`;
  if (one.id) return `#${CSS.escape(one.id)}`;
  if (one.matches(".card a")) return `a[href="${CSS.escape(one.getAttribute("href"))}"]`;
  return "";
}

async function show(address, {push}) {
  const asked = last = new AbortController();
  const open = [...document.querySelectorAll(".directory details[open] > summary")]
    .map((summary) => summary.id || summary.parentElement.className);
  const directory = document.querySelector(".directory");
  directory.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {signal: asked.signal});
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".directory");
    // A list says itself what it could not understand (400): the other errors have no list.
    if (!fresh) throw new Error(answer.status);
    if (asked !== last) return;
    if (push) history.pushState(null, "", answer.url);
    document.title = page.title;
    // Taken now: whoever went on while the list came keeps their place, and what they typed.
    const focus = place();
    const held = document.activeElement;
    directory.replaceWith(fresh);
    for (const summary of fresh.querySelectorAll("details > summary")) {
      const details = summary.parentElement;
      if (open.includes(summary.id || details.className)) details.open = true;
    }
    if (focus) {
      const found = focus(fresh) ?? fresh.querySelector("input:not([type=hidden])");
      if (found?.id === held.id && held.matches("input[type=search], input[type=text]")) {
        found.value = held.value;
      }
      if (found?.matches(".result-count")) found.tabIndex = -1;
      found?.focus({preventScroll: true});
    }
    live.textContent = fresh.querySelector(".result-count")?.textContent ?? "";
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function asked(form, button) {
  const values = new FormData(form);
  if (button?.name) values.set(button.name, button.value);
  const said = [...values].filter(([, value]) => value !== "");
  return `${location.pathname}?${new URLSearchParams(said)}`;
}

function refresh(address) {
  last?.abort();
  show(address, {push: true});
}

document.addEventListener("change", (event) => {
  if (event.target.matches(".filters .facet input, .filters__covering input")) {
    refresh(asked(event.target.form));
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".filters")) return;
  event.preventDefault();
  refresh(asked(event.target, event.submitter));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(LINKS);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  refresh(link.href);
});

addEventListener("popstate", () => show(location.href, {push: false}));
