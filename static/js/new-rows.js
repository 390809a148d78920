/* The focus follows the rows of a sheet: into the one that was just added, and back to the
   link that adds when one is taken away, rather than nowhere. */

const FIELDS =
  "input:not([type=hidden]), textarea, select:not(.select2-hidden-accessible), .select2-selection";

document.addEventListener("formset:added", ({ target }) => {
  // A draft that is taken up adds its rows too: nobody asked to be led to them.
  if (!document.activeElement.closest(".add-row")) return;
  // Once the lists of choices are dressed.
  setTimeout(() => target.querySelector(FIELDS)?.focus());
});

document.addEventListener("formset:removed", ({ detail }) => {
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    document.querySelector(`#${detail.formsetName}-group .add-row a`)?.focus();
  });
});
