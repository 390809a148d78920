/* « Près de moi »: on request only, the list around where one is. The position is rounded to
   about a kilometre before it leaves the device, and the server forgets it for a commune. */

const PRECISION = 2; // decimals of a degree
const REFUSALS = {
  1: "Votre navigateur n'a pas donné votre position : indiquez une commune ou un code postal.",
  2: "Votre position n'est pas connue : indiquez une commune ou un code postal.",
  3: "Votre position n'a pas été trouvée à temps : indiquez une commune ou un code postal.",
};

class LocateMe extends HTMLElement {
  connectedCallback() {
    if (!("geolocation" in navigator)) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button--quiet";
    this.button.textContent = "Près de moi";
    this.status = document.createElement("span");
    this.status.className = "note";
    this.status.setAttribute("role", "status");
    this.replaceChildren(this.button, this.status);
    this.button.addEventListener("click", () => this.#locate());
  }

  #locate() {
    this.button.disabled = true;
    this.status.textContent = "Recherche de votre position…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.#go(coords),
      ({ code }) => {
        this.button.disabled = false;
        this.status.textContent = REFUSALS[code] ?? REFUSALS[2];
      },
      { timeout: 10_000, maximumAge: 600_000 },
    );
  }

  #go({ latitude, longitude }) {
    // What is typed and ticked, be it not sent yet.
    const asked = new URLSearchParams(
      [...new FormData(this.closest("form"))].filter(([, value]) => value),
    );
    for (const name of ["territoire", "lieu", "page"]) asked.delete(name);
    asked.set("position", `${latitude.toFixed(PRECISION)},${longitude.toFixed(PRECISION)}`);
    location.assign(`${location.pathname}?${asked}`);
  }
}

customElements.define("locate-me", LocateMe);
