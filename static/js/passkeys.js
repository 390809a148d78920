/* Passkeys, by the library's scripts (window.allauth). A form stays hidden where the browser
   knows none; the code of the application needs no script. */

const form = document.querySelector("form[data-passkey]");
const forms = window.allauth?.webauthn?.forms;

if (form && forms && "credentials" in navigator && "PublicKeyCredential" in window) {
  const problem = form.querySelector("[role=alert][hidden]");
  const ids = { credential: "passkey-credential", data: "passkey-data" };
  const steps = {
    add: () => forms.addForm({ ids: { ...ids, add: "passkey-button", passwordless: "passkey-alone" } }),
    authenticate: () => forms.authenticateForm({ ids: { ...ids, authenticate: "passkey-button" } }),
    login: () => forms.loginForm({ ids: { ...ids, login: "passkey-button" } }),
  };

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    problem.textContent = "La clé d'accès n'a pas répondu, ou vous avez annulé. Recommencez.";
    problem.hidden = false;
  });
  form.hidden = false;
  steps[form.dataset.passkey]();
}
