/* Arrows that put the rows of a sheet in order. The number of each row stays in its field,
   where one writes it without JavaScript; the rows are shown in the order of these numbers.
   Those of a sheet « ordered-by-<field> » stand under what this field names, each in its own
   order: the verbatims under their key idea. */

const ROWS = ".inline-related[id]:not(.empty-form), tr.form-row:not(.empty-form)";
const DIRECTIONS = [
  { step: -1, sign: "↑", verb: "Monter" },
  { step: 1, sign: "↓", verb: "Descendre" },
];

const numberOf = (row) => row.querySelector("input[name$='-order']");
const rankOf = (row) => Number(numberOf(row).value) || Infinity;
const indexOf = (row) => Number(row.id.match(/\d+$/)[0]);

class OrderedRows {
  constructor(group) {
    this.group = group;
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    group.append(this.status);
    const [, by] = group.querySelector("[class*=ordered-by-]")?.className.match(/ordered-by-(\S+)/) ?? [];
    if (by) {
      this.chooserOf = (row) => row.querySelector(`select[name$='-${by}']`);
      group.addEventListener("change", ({ target }) => {
        const row = this.rows.find((each) => this.chooserOf(each) === target);
        if (row) this.rehouse(row);
      });
    }
    if (this.rows.length) this.sort(rankOf);
    this.draw();
  }

  get rows() {
    return [...this.group.querySelectorAll(ROWS)].filter(numberOf);
  }

  /** Where what a row stands under comes among the choices; those that choose nothing are last. */
  houseOf(row) {
    const chooser = this.chooserOf?.(row);
    return chooser?.value ? chooser.selectedIndex : Infinity;
  }

  housemates(row) {
    return this.rows.filter((each) => this.houseOf(each) === this.houseOf(row));
  }

  sort(key) {
    const sorted = this.rows.map((row) => [this.houseOf(row), key(row), row]);
    const compare = (one, other) => (one === other ? 0 : one - other);
    sorted.sort((one, other) => compare(one[0], other[0]) || compare(one[1], other[1]));
    this.place(sorted.map(([, , row]) => row));
  }

  /** A row that now stands under something else comes last there. */
  rehouse(row) {
    this.sort((each) => (each === row ? Infinity : rankOf(each)));
    this.number();
    this.draw();
    this.chooserOf(row).focus();
    const mates = this.housemates(row);
    this.say(`${nameOf(row)} : place ${mates.indexOf(row) + 1} sur ${mates.length}.`);
  }

  number() {
    this.rows.forEach((each, n) => (numberOf(each).value = n + 1));
  }

  drawHeadings() {
    for (const heading of this.group.querySelectorAll(".row-heading")) heading.remove();
    if (!this.chooserOf || this.rows.every((row) => this.houseOf(row) === Infinity)) return;
    let last = null;
    for (const row of this.rows) {
      const house = this.houseOf(row);
      if (house === last) continue;
      last = house;
      const heading = document.createElement("p");
      heading.className = "row-heading";
      heading.textContent =
        house === Infinity ? "Sous aucune idée" : this.chooserOf(row).selectedOptions[0].text;
      const errors = row.previousElementSibling;
      (errors?.matches(".row-form-errors") ? errors : row).before(heading);
    }
  }

  place(rows) {
    for (const heading of this.group.querySelectorAll(".row-heading")) heading.remove();
    const here = this.rows;
    if (rows.every((row, n) => row === here[n])) return;
    const end = here.at(-1).nextSibling;
    const parent = here[0].parentNode;
    for (const row of rows) {
      const errors = row.previousElementSibling;
      if (errors?.matches(".row-form-errors")) parent.insertBefore(errors, end);
      parent.insertBefore(row, end);
    }
  }

  draw() {
    this.drawHeadings();
    for (const row of this.rows) {
      const rows = this.housemates(row);
      const n = rows.indexOf(row);
      let arrows = row.querySelector(".row-arrows");
      if (!arrows) {
        arrows = document.createElement("span");
        arrows.className = "row-arrows";
        for (const { sign } of DIRECTIONS) {
          const arrow = document.createElement("button");
          arrow.type = "button";
          arrow.textContent = sign;
          arrows.append(arrow);
        }
        (row.querySelector("h3") ?? numberOf(row).parentNode).append(arrows);
      }
      [...arrows.children].forEach((arrow, way) => {
        const { step, verb } = DIRECTIONS[way];
        arrow.setAttribute("aria-label", `${verb} la ligne ${n + 1} sur ${rows.length}`);
        arrow.setAttribute("aria-disabled", String(!rows[n + step]));
        arrow.onclick = () => this.move(row, step, arrow);
      });
    }
  }

  move(row, step, arrow) {
    const mates = this.housemates(row);
    const to = mates.indexOf(row) + step;
    if (!mates[to]) return this.say(`Déjà ${step < 0 ? "en premier" : "en dernier"}.`);
    const rows = this.rows;
    const [from, other] = [rows.indexOf(row), rows.indexOf(mates[to])];
    rows.splice(other, 0, ...rows.splice(from, 1));
    this.place(rows);
    this.number();
    this.draw();
    arrow.focus(); // moved with its row, it lost it
    this.say(`${nameOf(row)} : place ${to + 1} sur ${mates.length}.`);
  }

  say(words) {
    this.status.textContent = words;
  }
}

function nameOf(row) {
  const written = [...row.querySelectorAll("textarea, input[type=text]:not([name$='-order'])")]
    .map((field) => field.value.trim())
    .find(Boolean);
  const name = written ?? row.querySelector(".inline_label")?.textContent.trim() ?? "Cette ligne";
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}

const groups = new Map();
for (const group of document.querySelectorAll(".inline-group")) {
  if (group.querySelector("input[name$='-order']")) {
    groups.set(group.id.replace(/-group$/, ""), new OrderedRows(group));
  }
}
const drawAgain = ({ detail }) => groups.get(detail?.formsetName)?.draw();
document.addEventListener("formset:added", drawAgain);
document.addEventListener("formset:removed", ({ detail }) => {
  const rows = groups.get(detail.formsetName);
  if (!rows?.rows.length) return;
  // The admin now numbers the fields as the rows stand: those of the database must come first.
  rows.sort(indexOf);
  setTimeout(() => {
    rows.sort(rankOf);
    rows.draw();
  });
});
document.addEventListener("draft:filled", () => {
  for (const rows of groups.values()) {
    if (!rows.rows.length) continue;
    rows.sort(rankOf);
    rows.draw();
  }
});
