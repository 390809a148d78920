/* Suggestions under a search field while one types: a combobox whose list comes from the
   server. Without JavaScript, the field and its button work as ever. */

const DELAY = 150; // ms without a key before asking
const SHORTEST = 2; // letters

class SearchSuggestions extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.list = document.createElement("ul");
    this.list.id = `${this.input.id}-suggestions`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Propositions");
    this.list.hidden = true;
    this.status = document.createElement("span");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    this.append(this.list, this.status);
    const attributes = {
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-controls": this.list.id,
      "aria-expanded": "false",
    };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.#wait());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("focusout", (event) => {
      if (!this.contains(event.relatedTarget)) this.#close();
    });
    // The field keeps the focus while one clicks a suggestion.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.#follow(event.target.closest("[role=option]")));
  }

  #wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), DELAY);
  }

  async #ask() {
    this.request?.abort();
    const words = this.input.value.trim();
    if (words.length < SHORTEST) return this.#close();
    this.request = new AbortController();
    try {
      const response = await fetch(`${this.getAttribute("src")}?q=${encodeURIComponent(words)}`, {
        signal: this.request.signal,
      });
      if (response.ok) this.#show(await response.text());
    } catch (error) {
      if (error.name !== "AbortError") this.#close(); // offline: the form still works
    }
  }

  #show(html) {
    if (!this.contains(document.activeElement)) return;
    this.list.innerHTML = html;
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.options.forEach((option, n) => (option.id = `${this.list.id}-${n}`));
    this.#choose(null);
    this.list.hidden = !this.options.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    const count = this.options.length;
    this.status.textContent = count ? `${count} proposition${count > 1 ? "s" : ""}` : "Aucune proposition";
  }

  #close() {
    this.request?.abort();
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.status.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.#choose(null);
  }

  #choose(option) {
    this.chosen?.removeAttribute("aria-selected");
    this.chosen = option;
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #onKey(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      return this.#close();
    }
    if (this.list.hidden) {
      if (event.key === "ArrowDown") this.#ask();
      return;
    }
    const at = this.options.indexOf(this.chosen);
    if (event.key === "ArrowDown") {
      this.#choose(this.options[at + 1] ?? null);
    } else if (event.key === "ArrowUp") {
      this.#choose(at === -1 ? this.options.at(-1) : (this.options[at - 1] ?? null));
    } else if (event.key === "Enter" && this.chosen) {
      this.#follow(this.chosen);
    } else {
      return;
    }
    event.preventDefault();
  }

  #follow(option) {
    if (option) location.assign(option.dataset.url);
  }
}

customElements.define("search-suggestions", SearchSuggestions);
