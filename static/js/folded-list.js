/* <folded-list>: what is folded in it unfolds at once, by a button; one of its parts, for who
   follows a link to it. */

class FoldedList extends HTMLElement {
  connectedCallback() {
    this.folds = [...this.querySelectorAll("details")];
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button--quiet";
    this.button.addEventListener("click", () => {
      const isOpening = this.#isFolded();
      for (const fold of this.folds) fold.open = isOpening;
    });
    for (const fold of this.folds) fold.addEventListener("toggle", () => this.#tell());
    this.prepend(this.button);
    this.#tell();
    this.#openTarget();
    addEventListener("hashchange", () => this.#openTarget());
  }

  #isFolded() {
    return this.folds.some((fold) => !fold.open);
  }

  #tell() {
    this.button.textContent = this.#isFolded() ? "Tout déplier" : "Tout replier";
  }

  #openTarget() {
    const target = document.getElementById(location.hash.slice(1));
    if (target && this.contains(target)) target.querySelector("details")?.setAttribute("open", "");
  }
}

customElements.define("folded-list", FoldedList);
