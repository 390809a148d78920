/* Arrows that put the rows of a sheet in order. The number of each row stays in its field,
   where one writes it without JavaScript; the rows are shown in the order of these numbers. */

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
    if (this.rows.length) this.sort(rankOf);
    this.draw();
  }

  get rows() {
    return [...this.group.querySelectorAll(ROWS)].filter(numberOf);
  }

  sort(key) {
    const sorted = this.rows.map((row) => [key(row), row]);
    sorted.sort(([one], [other]) => (one === other ? 0 : one - other));
    this.place(sorted.map(([, row]) => row));
  }

  place(rows) {
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
    const { rows } = this;
    rows.forEach((row, n) => {
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
    });
  }

  move(row, step, arrow) {
    const { rows } = this;
    const from = rows.indexOf(row);
    const to = from + step;
    if (!rows[to]) return this.say(`Déjà ${step < 0 ? "en premier" : "en dernier"}.`);
    rows.splice(to, 0, ...rows.splice(from, 1));
    this.place(rows);
    rows.forEach((each, n) => (numberOf(each).value = n + 1));
    this.draw();
    arrow.focus(); // moved with its row, it lost it
    this.say(`${nameOf(row)} : place ${to + 1} sur ${rows.length}.`);
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
