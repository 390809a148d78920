/* A field that shows, among the rows of its form, those with words that begin as what one types.
   Without JavaScript, its button saves what is ticked, and the server answers with these rows. */

const plain = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("œ", "oe")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

class RowFilter extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.status = this.querySelector("[role=status]");
    if (this.status.textContent) return; // the server answered: some rows are not on the page
    this.querySelector("[type=submit]").remove();
    this.input.removeAttribute("name"); // it is not part of what is written
    this.rows = [...this.closest("form").querySelectorAll(this.getAttribute("rows"))].map(
      (row) => [row, plain(row.querySelector("legend").textContent)],
    );
    this.input.addEventListener("input", () => this.#show());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  #show() {
    const asked = plain(this.input.value);
    let count = 0;
    for (const [row, words] of this.rows) {
      row.hidden = !asked.every((start) => words.some((word) => word.startsWith(start)));
      count += !row.hidden;
    }
    this.status.textContent = asked.length ? `${count} sur ${this.rows.length}` : "";
    this.closest("form").classList.toggle("is-filtered", asked.length > 0);
  }
}

customElements.define("row-filter", RowFilter);
