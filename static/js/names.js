/* Names proposed while one types, in a native list. Without JavaScript the field takes what
   is written, as ever. */

const DELAY = 200; // ms without a key before asking
const SHORTEST = 2; // letters

class NameSuggestions extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = document.createElement("datalist");
    this.list.id = `${this.input.id}-noms`;
    this.append(this.list);
    this.input.setAttribute("list", this.list.id);
    // A field with a purpose (WCAG 1.3.5) keeps it: the browser proposes one's own there too.
    if (!this.input.hasAttribute("autocomplete")) this.input.setAttribute("autocomplete", "off");
    this.input.addEventListener("input", () => this.#wait());
  }

  #wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), DELAY);
  }

  async #ask() {
    this.request?.abort();
    const words = this.input.value.trim();
    if (words.length < SHORTEST) return this.list.replaceChildren();
    this.request = new AbortController();
    try {
      const response = await fetch(`${this.getAttribute("src")}?q=${encodeURIComponent(words)}`, {
        signal: this.request.signal,
      });
      if (response.ok) this.list.innerHTML = await response.text();
    } catch (error) {
      if (error.name !== "AbortError") this.list.replaceChildren(); // offline: one writes freely
    }
  }
}

customElements.define("name-suggestions", NameSuggestions);
