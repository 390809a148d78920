// Who follows a link to a contribution that is folded reads it: it unfolds.

function open() {
  const target = document.getElementById(location.hash.slice(1));
  target?.querySelector("details")?.setAttribute("open", "");
}

open();
addEventListener("hashchange", open);
