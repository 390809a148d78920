/* What one writes in a form of the admin, kept in this browser until it is saved.

   Each opening of a form has its own draft, so that none is written over another. The state
   that a draft was begun from says whether the record changed since: then the draft goes
   through the page that shows both versions, and nothing is overwritten. */

const PREFIX = "draft:";
const EVERY = 2_000; // ms
const LIFE = 7 * 24 * 3_600_000; // ms
const SENT = "sent-drafts"; // in the storage of the tab, until a save is confirmed
const UNKEPT = "[type=password], [type=file], [type=submit], button, [name=csrfmiddlewaretoken], [name=_state]";
const COUNTS = /-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/; // the admin holds them true
const when = new Intl.DateTimeFormat("fr", { dateStyle: "long", timeStyle: "short" });

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const draftKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const forget = (keys) => keys.forEach((key) => localStorage.removeItem(key));
const make = (name, words, properties) =>
  Object.assign(document.createElement(name), { textContent: words }, properties);

/** The drafts that this tab sent, and that no page has yet said to be saved. */
function sentDrafts() {
  const sent = parsed(sessionStorage.getItem(SENT)) ?? [];
  const isSettling = document.querySelector("[name=_state]") && !document.querySelector("form-draft");
  if (document.querySelector(".messagelist .success")) forget(sent);
  else if (isSettling) return sent; // two versions to choose from: the save is to come
  sessionStorage.removeItem(SENT);
  return sent;
}

class FormDraft extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    // Of several steps on one address: a draft is taken up by sending it, to be shown again.
    this.hasSteps = this.hasAttribute("steps");
    const isWritten = this.hasSteps || this.form.matches(":has([name=_save], [name=_continue])");
    if (!isWritten || this.form.matches(":has([name=_popup])")) return;
    const query = new URLSearchParams(location.search);
    query.delete("_changelist_filters"); // the list that one came from is not the record
    const place = `${PREFIX}${this.getAttribute("user")}:${location.pathname}?${query}:`;
    this.earlier = draftKeys().filter((key) => key.startsWith(place));
    this.key = place + Date.now().toString(36) + Math.random().toString(36).slice(2);
    // Once the scripts of the admin have filled and dressed the fields.
    addEventListener("load", () => this.#begin());
  }

  #begin() {
    const written = this.#written();
    // A form that comes back with errors holds what was sent, and never saved.
    const isNextStep = this.hasSteps && this.earlier.some((key) => sent.includes(key));
    const isSentBack = isNextStep || document.querySelector(".errornote") !== null;
    this.start = isSentBack ? "" : written;
    this.last = this.start;
    this.state = this.form.querySelector("[name=_state]")?.value;
    this.said = make("p", "", { className: "help draft-said" });
    [...this.form.querySelectorAll(".submit-row")].at(-1).before(this.said);
    for (const key of this.earlier) {
      const draft = parsed(localStorage.getItem(key));
      if (isSentBack && sent.includes(key)) this.key = key;
      else if (!draft || JSON.stringify(draft.entries) === written) forget([key]);
      else this.#propose(key, draft);
    }
    setInterval(() => this.#keep(), EVERY);
    addEventListener("pagehide", () => this.#keep());
    this.form.addEventListener("submit", ({ submitter }) => {
      this.#keep();
      if (submitter?.name !== "_preview") this.#send(this.key);
    });
  }

  #entries() {
    const unkept = new Set([...this.form.querySelectorAll(UNKEPT)].map(({ name }) => name));
    return [...new FormData(this.form)].filter(
      ([name, value]) => typeof value === "string" && !unkept.has(name),
    );
  }

  #written() {
    return JSON.stringify(this.#entries());
  }

  #keep() {
    const written = this.#written();
    if (this.isSent || written === this.last) return;
    this.last = written;
    if (written === this.start) return forget([this.key]);
    const names = {}; // of what was chosen in lists that the server fills
    for (const option of this.form.querySelectorAll("select option:checked")) {
      names[`${option.parentNode.name}=${option.value}`] = option.text;
    }
    const draft = { at: Date.now(), state: this.state, entries: JSON.parse(written), names };
    try {
      localStorage.setItem(this.key, JSON.stringify(draft));
      this.said.textContent = `Brouillon gardé dans ce navigateur, ${when.format(draft.at)}.`;
    } catch {
      this.said.textContent = "Ce navigateur ne peut plus garder de brouillon : enregistrez.";
    }
  }

  #send(key) {
    this.isSent = true;
    sessionStorage.setItem(SENT, JSON.stringify([...sent, key]));
    // The page may be come back to, and written on.
    setTimeout(() => (this.isSent = false), 5 * EVERY);
  }

  #propose(key, draft) {
    const note = make("div", "", { className: "draft-note" });
    note.setAttribute("role", "group");
    note.setAttribute("aria-label", "Brouillon non enregistré");
    const told = `Un brouillon du ${when.format(draft.at)} n'a pas été enregistré.`;
    const hasChanged = draft.state !== this.state;
    const label = hasChanged ? "Comparer" : "Reprendre le brouillon";
    const take = make("button", label, { type: "button" });
    const drop = make("button", "Oublier le brouillon", { type: "button" });
    take.addEventListener("click", () => {
      const isOfNextStep = draft.entries.some(([name]) => !this.form.elements[name]);
      if (this.hasSteps && isOfNextStep) return this.#post(key, draft, [["resume", "1"]]);
      if (hasChanged) return this.#compare(key, draft);
      this.#fill(draft);
      this.key = key;
      note.replaceChildren(make("p", "Le brouillon est repris ci-dessous ; il reste à enregistrer."));
      note.tabIndex = -1;
      note.focus();
    });
    drop.addEventListener("click", () => {
      forget([key]);
      note.remove();
    });
    note.append(make("p", hasChanged ? `${told} La fiche a changé depuis.` : told), take, drop);
    this.before(note);
  }

  /** Sends the draft with the state it was begun from: both versions come back, to choose from. */
  #compare(key, draft) {
    this.#post(key, draft, [["_state", draft.state], ["_continue", "1"]]);
  }

  #post(key, draft, added) {
    const form = make("form", "", { method: "post", hidden: true });
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const [name, value] of [...draft.entries, ...added, ["csrfmiddlewaretoken", token]]) {
      form.append(make("textarea", "", { name, value }));
    }
    document.body.append(form);
    this.#send(key);
    form.submit();
  }

  #fill({ entries, names }) {
    const values = new Map();
    for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
    for (const [name, [total]] of values) {
      if (name.endsWith("-TOTAL_FORMS")) this.#addRows(name, Number(total));
    }
    for (const field of this.form.elements) {
      const kept = values.get(field.name) ?? [];
      if (!field.name || field.matches(UNKEPT) || COUNTS.test(field.name)) continue;
      if (field.matches("[type=checkbox], [type=radio]")) {
        field.checked = kept.includes(field.value);
      } else if (field.matches("select")) {
        this.#choose(field, kept, names);
      } else if (kept.length) {
        field.value = kept[0];
      }
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    document.dispatchEvent(new CustomEvent("draft:filled"));
  }

  #choose(select, kept, names) {
    const known = new Set([...select.options].map(({ value }) => value));
    for (const value of kept) {
      if (!known.has(value)) select.add(new Option(names[`${select.name}=${value}`] ?? value, value));
    }
    for (const option of select.options) option.selected = kept.includes(option.value);
  }

  #addRows(name, total) {
    const count = this.form.elements[name];
    const add = document.querySelector(`#${name.replace("-TOTAL_FORMS", "-group")} .add-row a`);
    while (add && Number(count.value) < total) add.click();
  }
}

forget(draftKeys().filter((key) => !(parsed(localStorage.getItem(key))?.at > Date.now() - LIFE)));
const sent = sentDrafts();
customElements.define("form-draft", FormDraft);
// On a shared computer, the next person finds nothing of the one before.
document.querySelector("#logout-form")?.addEventListener("submit", () => forget(draftKeys()));
